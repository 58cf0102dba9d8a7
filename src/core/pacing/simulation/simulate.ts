import { callsOut, staffedAgents } from '../floor-counts.ts';
import type { Pacer } from '../pacing.ts';
import type { Scenario } from './scenario.ts';
import { Simulation, type SimulationOptions } from './simulation.ts';
import type { SimulationReport } from './simulation-report.ts';

/** A point of a run over time, one a minute. */
export interface SimulationSample {
  readonly atMs: number;
  readonly busy: number;
  readonly staffed: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly out: number;
  readonly why: string;
}

/** Drives a pacer of this process through one seeded run. */
export function simulate(scenario: Scenario, seed: number, pacer: Pacer, sample?: (s: SimulationSample) => void, options?: SimulationOptions): SimulationReport {
  const simulation = new Simulation(scenario, seed, options);
  const run = simulation.run();
  let step = run.next(0);
  while (step.done !== true) {
    const { now, state, facts } = step.value;
    pacer.observe(facts, now);
    const decision = pacer.decide(state, now);
    if (sample !== undefined && now % 60_000 === 0) {
      const staffed = staffedAgents(state);
      const { tally } = simulation;
      sample({ atMs: now, busy: staffed - state.agents.idle, staffed, answered: tally.outcomesAt.length, abandoned: tally.abandoned, out: callsOut(state), why: decision.why });
    }
    step = run.next(decision.dial);
  }
  return step.value;
}
