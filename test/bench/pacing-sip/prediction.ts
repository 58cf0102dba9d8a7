import type { Shares } from '../../../sim/carrier/behaviour.ts';
import type { Demo } from '../../../sim/demo/demo.ts';
import type { AttemptRow } from '../../../sim/demo/operator.ts';
import type { DemoReport } from '../../../sim/demo/report.ts';
import { defaultPromise } from '../../../src/core/pacing/pacing.ts';
import type { Scenario } from '../../../src/core/pacing/simulation/scenario.ts';

/** What the carrier and the agents are told to do; times in milliseconds. */
export interface Setting {
  readonly ms: number;
  readonly agents: number;
  readonly shares: Shares;
  readonly ringMs: readonly [number, number];
  readonly noAnswerMs: number;
  readonly talkMs: readonly [number, number];
  readonly wrapMs: readonly [number, number];
}

/** A 95 % interval of simulated runs. */
export function interval(values: readonly number[]): { readonly mean: number; readonly low: number; readonly high: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(q * (sorted.length - 1))))] ?? Number.NaN;
  return { mean: values.reduce((sum, v) => sum + v, 0) / values.length, low: at(0.025), high: at(0.975) };
}

/** Occupancy until the job was stopped, and the people judged until then. */
export function measuredOn(demo: Demo): { readonly ms: number; readonly occupancy: number; readonly answered: number; readonly abandoned: number } {
  const { measured, attempts } = demo;
  if (measured === undefined) throw new Error('the demo was not stopped: nothing was measured');
  const until = measured.startedAt + measured.ms;
  // Whoever is judged so late that he may still wait at the end counts neither way, as in the simulator.
  const people = attempts.filter((a) => a.person && outcomeAt(a) <= until);
  return { ms: measured.ms, occupancy: measured.occupancy, answered: people.length, abandoned: people.filter((a) => a.agent === null).length };
}

const outcomeAt = ({ times }: AttemptRow): number => times['joined'] ?? Math.min(times['ended'] ?? Number.POSITIVE_INFINITY, (times['greetingEnd'] ?? times['verdict'] ?? Number.POSITIVE_INFINITY) + defaultPromise.thresholdMs);

/**
 * The scenario of what was set: shares, ringing, talk and wrap-up are those that carrier and agents were told; the greetings
 * are those that the carrier played. The server's own part is measured: from the decision to the INVITE, from the answer to the
 * verdict, and how often it errs.
 */
export function scenarioOf(setting: Setting, demo: Demo, report: DemoReport): Scenario {
  const { shares, agents, ms, talkMs, wrapMs, ringMs, noAnswerMs } = setting;
  const total = Object.values(shares).reduce((sum, share) => sum + share, 0);
  const invitedAt = new Map(demo.truths.map((t) => [t.number, t.invitedAt]));
  const overhead = median(demo.attempts.flatMap((a) => {
    const invited = invitedAt.get(a.address);
    return invited === undefined || a.times['dialled'] === undefined ? [] : [invited - a.times['dialled']];
  }));
  const verdicts = demo.attempts.flatMap(({ times }) => (times['verdict'] === undefined || times['answered'] === undefined ? [] : [times['verdict'] - times['answered']]));
  const joins = demo.attempts.flatMap(({ times, agent }) => (agent === null || times['joined'] === undefined || times['agentFound'] === undefined ? [] : [times['joined'] - times['agentFound']]));
  const greetings = demo.truths.flatMap((t) => (t.kind === 'person' && t.greetingEndMs !== undefined ? [t.greetingEndMs] : []));
  const shifted = ([from, to]: readonly [number, number], by: number): { uniform: [number, number] } => ({ uniform: [from + by, to + by] });
  const { peopleRight, machinesRight } = report.classification;
  return {
    name: 'main job', durationMs: ms, agents: [{ from: 0, to: ms, count: agents }], contacts: 100_000,
    answer: [{
      from: 0, person: shares.person / total, busy: shares.busy / total, invalid: shares.invalid / total,
      // To the pacer whatever is answered and is no person is a machine.
      machine: (shares.machine + shares.fax + shares.sit + shares.hangup) / total,
    }],
    ringMs: shifted(ringMs, overhead), noAnswerMs: noAnswerMs + overhead, busyMs: { const: 60 + overhead },
    greetingMs: { empirical: greetings }, verdictMs: { empirical: verdicts },
    personTakenAsMachine: 1 - peopleRight, machineTakenAsPerson: 1 - machinesRight, machineHandleMs: shifted(talkMs, 0),
    talkMs: shifted(talkMs, median(joins)), wrapMs: shifted(wrapMs, 0),
    limits: { maxConcurrentCalls: 100, maxCallsPerSecond: 50 }, promise: defaultPromise,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
