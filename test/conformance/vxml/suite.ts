import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';
import type { ConformanceOutcome, ConformanceRequest, ConformanceSuite } from '../conformance-suite.ts';
import { readCases } from './case.ts';
import { FolderServer } from './folder-server.ts';
import { logLines, runCase } from './run-case.ts';
import { verdict } from './verdict.ts';

/** Runs a folder of VoiceXML tests in process: real documents over HTTP, a scripted caller, a simulated clock. */
export const suite: ConformanceSuite = {
  async run({ path, overSip, only }: ConformanceRequest): Promise<ConformanceOutcome> {
    const cases = readCases(path).filter((c) => only.length === 0 || only.includes(c.name));
    const notes: string[] = overSip ? ['--over-sip: this suite is run in the simulated world; the call path has its own interop tests'] : [];
    const server = await FolderServer.start(path);
    const scripts = await QuickjsEngine.create();
    const results: { name: string; passed: boolean; reason?: string }[] = [];
    for (const test of cases) {
      const run = await runCase(test, server.base, scripts);
      const reason = verdict(test, run);
      if (run.turnsLeft > 0 && reason === undefined) notes.push(`warning: ${test.name}: ${run.turnsLeft} turns were not taken`);
      results.push(reason === undefined ? { name: test.name, passed: true } : { name: test.name, passed: false, reason });
      if (reason === undefined) continue;
      console.log(`FAIL ${test.name}${test.unsure === undefined ? '' : ` (unsure: ${test.unsure})`}: ${reason}`);
      for (const line of logLines(run)) console.log(`     ${line}`);
    }
    await server.stop();
    const failed = results.filter((r) => !r.passed).length;
    return { passed: results.length - failed, failed, notes, cases: results };
  },
};
