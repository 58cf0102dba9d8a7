import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ConformanceOutcome, ConformanceSuite } from '../conformance-suite.ts';
import type { TestWorldFactory } from './platform-factory.ts';
import { runTestCase } from './run-test-case.ts';
import { simulatedWorlds } from './simulated-world.ts';
import { readTestCase, type TestCase } from './test-case.ts';

/** `npm run conformance -- ccxml DIR|FILE [--over-sip] [--only NAME]`: self-judging CCXML documents. */
export const suite: ConformanceSuite = {
  run: async ({ path, overSip, only }) => {
    const factory = overSip ? await worldsOverSip() : await simulatedWorlds();
    try {
      return await runCases(casesOf(path).filter((c) => only.length === 0 || only.includes(c.name)), factory, (line) => console.log(line));
    } finally {
      await factory.close();
    }
  },
};

export function casesOf(path: string): readonly TestCase[] {
  const files = statSync(path).isDirectory() ? readdirSync(path).filter((f) => f.endsWith('.ccxml')).sort().map((f) => join(path, f)) : [path];
  return files.map(readTestCase);
}

export async function runCases(cases: readonly TestCase[], factory: TestWorldFactory, say: (line: string) => void): Promise<ConformanceOutcome> {
  const results: { name: string; passed: boolean; reason?: string }[] = [];
  const waiting = [...cases];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const verdict = await runTestCase(next, await factory.create(next));
      if (!verdict.passed) say(`FAIL ${next.name}: ${verdict.reason}`);
      results.push({ name: next.name, passed: verdict.passed, ...(verdict.passed ? {} : { reason: verdict.reason }) });
    }
  };
  await Promise.all(Array.from({ length: factory.parallel }, worker));
  results.sort((a, b) => a.name.localeCompare(b.name));
  const passed = results.filter((r) => r.passed).length;
  return { passed, failed: results.length - passed, notes: (await factory.notes?.()) ?? [], cases: results };
}

/** The world over SIP is put in by whoever wires the call control to the interpreter. */
async function worldsOverSip(): Promise<TestWorldFactory> {
  const module = (await import(new URL('./sip-world.ts', import.meta.url).href).catch(() => undefined)) as { sipWorlds?: () => Promise<TestWorldFactory> } | undefined;
  if (module?.sipWorlds === undefined) throw new Error('conformance ccxml: --over-sip is not available: test/conformance/ccxml/sip-world.ts does not exist');
  return module.sipWorlds();
}
