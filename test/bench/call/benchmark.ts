/**
 * `npm run bench -- call [--rates 10,20,40,…] [--seconds 6]`: answered calls per second that one `nailup serve` sets up and tears
 * down. Agentless (dialog mode) and without classification, so that call set-up dominates: every call is leased, authorised,
 * recorded in PostgreSQL, runs driver.ccxml with notify.vxml prepared, gets an RTP endpoint and an INVITE; the simulated carrier
 * rings 200–800 ms, answers, and hangs up 150 ms later. The rate rises until 1 % of the calls fail or the server lags behind.
 * Beside it, in the same run: our SIP stack alone, and a bare dgram caller, which is the least that Node can spend on such a call.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import type { Benchmark, BenchmarkOutcome } from '../benchmark.ts';
import { NailupRun, type Step } from './nailup-run.ts';
import { StackRun, type StackStep } from './stack-run.ts';

const mostFailed = 0.01;
/** Below this share of the rate that was asked for, the server is saturated. */
const leastReached = 0.9;

const good = (step: Step): boolean => step.attempts > 0 && step.failed / step.attempts < mostFailed;

async function server(rates: readonly number[], seconds: number): Promise<readonly Step[]> {
  const run = new NailupRun();
  try {
    await run.start();
    await run.step(5, 4); // compiles what is hot
    const steps: Step[] = [];
    for (const rate of rates) {
      const step = await run.step(rate, seconds);
      steps.push(step);
      if (!good(step) || step.perSecond < rate * leastReached) break;
    }
    return steps;
  } finally {
    await run.close();
  }
}

async function stack(caller: 'nailup' | 'dgram', rates: readonly number[], seconds: number): Promise<readonly StackStep[]> {
  const run = new StackRun(caller);
  try {
    await run.start();
    const steps: StackStep[] = [];
    for (const rate of rates) steps.push(await run.step(rate, seconds));
    return steps;
  } finally {
    await run.close();
  }
}

export const benchmark: Benchmark = {
  async run({ args }): Promise<BenchmarkOutcome> {
    if (!existsSync(join(packageRoot(), 'dist/sim/main.js'))) throw new Error('not built; npm run build does that');
    const option = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
    const rates = (option('--rates') ?? '10,20,30,40,60,80,100,130,160,200').split(',').map(Number);
    const seconds = Number(option('--seconds') ?? 6);
    const steps = await server(rates, seconds);
    const best = steps.filter(good).toSorted((a, b) => b.perSecond - a.perSecond)[0];
    // The floor at the server's own rate, and where it is busy.
    const floorRates = [Math.max(1, Math.round(best?.perSecond ?? 10)), 500, 1_000];
    const alone = await stack('nailup', floorRates, seconds);
    const floor = await stack('dgram', floorRates, seconds);
    const row = (name: string, one: StackStep): (string | number)[] => [name, one.rate, ((one.calls - one.failed) / seconds).toFixed(1), one.failed, one.cpuMsPerCall.toFixed(3), '-', '-'];
    const floorCpu = floor[0]?.cpuMsPerCall ?? Number.NaN;
    const share = best === undefined ? Number.NaN : best.failed / best.attempts;
    return {
      title: `Answered calls set up and torn down, ${seconds} s each; agentless campaign (dialog mode, no classification) against the simulated carrier`
        + `\nBest of one process: ${best === undefined ? 'none' : `${best.perSecond.toFixed(1)} answered calls per second, ${best.cpuMsPerCall.toFixed(1)} ms CPU per call (${(best.cpuMsPerCall / floorCpu).toFixed(0)} × bare dgram)`}`,
      columns: ['what', 'asked/s', 'answered/s', 'failed', 'CPU ms/call', 'answer p95 ms', 'failures'],
      rows: [
        ...steps.map((s) => ['nailup serve', s.rate, s.perSecond.toFixed(1), s.failed, s.cpuMsPerCall.toFixed(2), Math.round(s.answerMsP95), Object.entries(s.failures).map(([why, n]) => `${n} × ${why}`).join(', ') || '-']),
        ...alone.map((s) => row('SIP stack alone', s)),
        ...floor.map((s) => row('bare dgram', s)),
      ],
      goals: [{ name: 'failed calls at the best rate', goal: 'below 1 %', measured: best === undefined ? 'no rate without failures' : `${(share * 100).toFixed(2)} % at ${best.perSecond.toFixed(1)}/s`, met: best !== undefined }],
      measured: { steps, best, alone, floor },
    };
  },
};
