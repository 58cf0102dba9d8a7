import type { Scenario } from '../../../src/core/pacing/simulation/scenario.ts';

const hourMs = 3_600_000;

export interface Cell {
  readonly name: string;
  readonly agents: number;
  readonly answer: number;
  readonly talkMs: number;
  readonly wrapMs: number;
  /** Occupancy that is asked of cruise control in this cell, if any. */
  readonly goal?: number;
  /** A Markovian cell: everything exponential, nothing else in the way; compared with the constrained optimum. */
  readonly markovian?: boolean;
  readonly scenario: Scenario;
}

const promise = { targetRate: 0.03, thresholdMs: 2000, from: 'greetingEnd', windowMs: 24 * hourMs } as const;

function scenario(name: string, agents: number, answer: Scenario['answer'], talkMs: Scenario['talkMs'], wrapMs: Scenario['wrapMs'], hours: number): Scenario {
  return {
    name,
    durationMs: hours * hourMs,
    agents: [{ from: 0, to: hours * hourMs, count: agents }],
    contacts: 100_000_000,
    answer,
    ringMs: { gamma: { mean: 9500, cv: 0.45 }, min: 2000, max: 24_000 },
    noAnswerMs: 25_000,
    busyMs: { uniform: [1500, 4000] },
    greetingMs: { gamma: { mean: 1100, cv: 0.5 }, min: 300, max: 4000 },
    verdictMs: { gamma: { mean: 1200, cv: 0.35 }, min: 400, max: 2300 },
    personTakenAsMachine: 0.01,
    machineTakenAsPerson: 0.02,
    machineHandleMs: { uniform: [4000, 9000] },
    talkMs,
    wrapMs,
    limits: { maxConcurrentCalls: agents * 40 + 200, maxCallsPerSecond: agents + 20 },
    promise,
  };
}

const shares = (from: number, person: number): Scenario['answer'][number] => ({ from, person, machine: 0.25, busy: 0.05, invalid: 0.02 });
const logNormal = (mean: number): Scenario['talkMs'] => ({ lognormal: { mean, cv: 0.9 }, min: 4000 });
const wrapUp = (mean: number): Scenario['wrapMs'] => ({ lognormal: { mean, cv: 0.6 }, min: 2000, max: 120_000 });

/** The grid: the list becomes a third better or worse (by turns) half an hour into the day. */
export function grid(quick: boolean): readonly Cell[] {
  const cells: Cell[] = [];
  const [sizes, answers, talks, wraps] = quick ? [[5, 20], [0.1, 0.3], [120_000], [30_000]] : [[5, 10, 20, 50, 100, 500], [0.1, 0.2, 0.3, 0.5], [60_000, 120_000, 240_000], [10_000, 30_000]];
  for (const talkMs of talks) {
    for (const wrapMs of wraps) {
      for (const answer of answers) {
        for (const agents of sizes) {
          const name = `${agents} agents, ${answer * 100} %, ${talkMs / 1000} + ${wrapMs / 1000} s`;
          const after = answer * (cells.length % 2 === 0 ? 0.75 : 1.33);
          cells.push({ name, agents, answer, talkMs, wrapMs, scenario: scenario(name, agents, [shares(0, answer), shares(hourMs / 2, after)], logNormal(talkMs), wrapUp(wrapMs), 8) });
        }
      }
    }
  }
  return cells;
}

/** The named goals: 30 % people, talk and wrap-up 150 s, no step. */
export function goalCells(quick: boolean): readonly Cell[] {
  const goals: readonly (readonly [number, number])[] = [[3, 0.79], [5, 0.815], [10, 0.85], [20, 0.89], [50, 0.935], [200, 0.965]];
  return (quick ? goals.slice(0, 3) : goals).map(([agents, goal]) => {
    const name = `${agents} agents, steady`;
    return { name, agents, answer: 0.3, talkMs: 120_000, wrapMs: 30_000, goal, scenario: scenario(name, agents, [shares(0, 0.3)], logNormal(120_000), wrapUp(30_000), 8) };
  });
}

/** Markovian cells: every dial ends after an exponential time, 30 % with a person who is judged at once. */
export function markovianCells(quick: boolean): readonly Cell[] {
  return (quick ? [5] : [3, 5, 10, 20]).map((agents) => {
    const name = `${agents} agents, Markovian`;
    const base = scenario(name, agents, [{ from: 0, person: 0.3, machine: 0, busy: 0.7, invalid: 0 }], { exp: { mean: 150_000 } }, { const: 0 }, 8);
    return {
      name, agents, answer: 0.3, talkMs: 150_000, wrapMs: 0, markovian: true,
      scenario: { ...base, ringMs: { exp: { mean: 9500 } }, busyMs: { exp: { mean: 9500 } }, greetingMs: { const: 0 }, verdictMs: { const: 0 }, personTakenAsMachine: 0, machineTakenAsPerson: 0 },
    };
  });
}
