import type { Pacer, PacingFact, PacingLimits, PacingState } from '../../../../src/core/pacing/pacing.ts';
import type { Scenario } from '../../../../src/core/pacing/simulation/scenario.ts';
import { Simulation } from '../../../../src/core/pacing/simulation/simulation.ts';
import type { Random } from '../../../../src/kernel/random.ts';

/** A short steady day. */
export function shortDay(over: Partial<Scenario> = {}): Scenario {
  return {
    name: 'short day', durationMs: 3_600_000, agents: [{ from: 0, to: 3_600_000, count: 8 }], contacts: 100_000,
    answer: [{ from: 0, person: 0.3, machine: 0.25, busy: 0.05, invalid: 0.02 }],
    ringMs: { gamma: { mean: 9500, cv: 0.45 }, min: 2000, max: 24_000 }, noAnswerMs: 25_000, busyMs: { uniform: [1500, 4000] },
    greetingMs: { const: 1000 }, verdictMs: { const: 1000 }, personTakenAsMachine: 0.01, machineTakenAsPerson: 0.02, machineHandleMs: { const: 6000 },
    talkMs: { exp: { mean: 60_000 } }, wrapMs: { const: 10_000 }, limits: { maxConcurrentCalls: 200, maxCallsPerSecond: 20 },
    promise: { targetRate: 0.03, thresholdMs: 2000, from: 'greetingEnd', windowMs: 86_400_000 }, ...over,
  };
}

/** Any state at all, within the given limits. */
export function anyState(random: Random, limits: PacingLimits): PacingState {
  const some = (most: number, longest: number): number[] => Array.from({ length: Math.floor(random.next() * most) }, () => Math.floor(random.next() * longest));
  return {
    agents: { idle: Math.floor(random.next() * 12), talking: some(20, 400_000), wrapping: some(6, 60_000) },
    calls: { ringing: some(40, 26_000), classifying: some(4, 2500), waiting: some(3, 2500) },
    contactsLeft: random.next() < 0.2 ? Math.floor(random.next() * 3) : 10_000,
    limits,
    skill: { queued: Math.floor(random.next() * 10), longestWaitMs: Math.floor(random.next() * 12_000), freeAgents: Math.floor(random.next() * 8) },
  };
}

/** Lets a pacer live through a scenario for a while, so that it has learned something; answers when the last tick was. */
export function live(pacer: Pacer, scenario: Scenario, seed: number, untilMs: number): number {
  const run = new Simulation(scenario, seed).run();
  let step = run.next(0);
  let last = 0;
  while (step.done !== true && step.value.now < untilMs) {
    last = step.value.now;
    pacer.observe(step.value.facts as readonly PacingFact[], last);
    step = run.next(pacer.decide(step.value.state, last).dial);
  }
  return last;
}
