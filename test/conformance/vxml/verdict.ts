import { isDeepStrictEqual } from 'node:util';
import type { SimulatedRun } from '../../../src/vxml/console/simulated-run.ts';
import type { VxmlCase } from './case.ts';

/** Undefined when the test passed, else why not. */
export function verdict(test: VxmlCase, run: SimulatedRun): string | undefined {
  const { end } = run;
  if (typeof end === 'string') return end;
  if ('failed' in end) return `the first document could not be had: ${end.failed}`;
  if (end.how === 'error' || end.how === 'limit' || end.how === 'terminated' || end.how === 'load') return `ended by ${end.how} ${end.event ?? ''} ${end.reason ?? ''}`.trim();
  const heard = join(run.prompts);
  if (test.expectPrompts !== undefined) {
    const wanted = join(test.expectPrompts);
    if (heard !== wanted) return `prompts are "${heard}", not "${wanted}"`;
  } else if (test.expectPromptsRegex !== undefined) {
    if (!new RegExp(test.expectPromptsRegex, 'i').test(heard)) return `prompts are "${heard}", which /${test.expectPromptsRegex}/ does not match`;
  } else {
    if (run.prompts.includes('fail')) return `said fail (all: "${heard}")`;
    if (run.prompts.at(-1) !== 'pass') return `the last prompt is "${run.prompts.at(-1) ?? ''}", not "pass"`;
  }
  if (test.expectsExit) {
    const given: unknown = 'value' in end ? end.value : end.values;
    // A variable without a value is no part of what JSON can expect.
    const exit: unknown = given === undefined ? undefined : JSON.parse(JSON.stringify(given));
    if (!isDeepStrictEqual(exit, test.expectExit)) return `exit gave ${JSON.stringify(exit)}, not ${JSON.stringify(test.expectExit)}`;
  }
  return undefined;
}

const join = (prompts: readonly string[]): string => prompts.join(' ').replace(/\s+/g, ' ').trim();
