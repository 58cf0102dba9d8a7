import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';
import type { ConformanceOutcome, ConformanceRequest, ConformanceSuite } from '../conformance-suite.ts';
import { readCases, type VxmlCase } from './case.ts';
import type { SimulatedRun } from '../../../src/vxml/console/simulated-run.ts';
import { FolderServer } from './folder-server.ts';
import { logLines, runCase } from './run-case.ts';
import { SipDialogs } from './sip-dialogs.ts';
import { verdict } from './verdict.ts';

/** Runs a folder of VoiceXML tests: real documents over HTTP and a scripted caller, in simulated time, or at a real telephone (`--over-sip`). */
export const suite: ConformanceSuite = {
  async run({ path, overSip, only }: ConformanceRequest): Promise<ConformanceOutcome> {
    const cases = readCases(path).filter((c) => only.length === 0 || only.includes(c.name));
    const server = await FolderServer.start(path);
    const runner = overSip ? await atTelephones(server.base) : await simulated(server.base);
    const notes: string[] = [];
    const results: { name: string; passed: boolean; reason?: string }[] = [];
    const waiting = [...cases];
    const worker = async (): Promise<void> => {
      for (let test = waiting.shift(); test !== undefined; test = waiting.shift()) {
        const run = await runner.run(test);
        const reason = verdict(test, run);
        if (run.turnsLeft > 0 && reason === undefined) notes.push(`warning: ${test.name}: ${run.turnsLeft} turns were not taken`);
        results.push(reason === undefined ? { name: test.name, passed: true } : { name: test.name, passed: false, reason });
        if (reason === undefined) continue;
        console.log(`FAIL ${test.name}${test.unsure === undefined ? '' : ` (unsure: ${test.unsure})`}: ${reason}`);
        for (const line of logLines(run)) console.log(`     ${line}`);
      }
    };
    await Promise.all(Array.from({ length: runner.parallel }, worker));
    notes.push(...(await runner.close()));
    await server.stop();
    const failed = results.filter((r) => !r.passed).length;
    return { passed: results.length - failed, failed, notes, cases: results };
  },
};

interface CaseRunner {
  readonly parallel: number;
  run(test: VxmlCase): Promise<SimulatedRun>;
  /** What is to be said at the end. */
  close(): Promise<readonly string[]>;
}

async function simulated(base: string): Promise<CaseRunner> {
  const scripts = await QuickjsEngine.create();
  return { parallel: 1, run: (test) => runCase(test, base, scripts), close: () => Promise.resolve([]) };
}

async function atTelephones(base: string): Promise<CaseRunner> {
  const dialogs = new SipDialogs();
  await dialogs.start();
  return {
    parallel: 16,
    run: (test) => dialogs.run(test, base),
    close: async () => {
      const note = await dialogs.note();
      await dialogs.stop();
      return [note];
    },
  };
}
