import { CruisePacer } from '../../../src/core/pacing/cruise/cruise.ts';
import type { CruiseTuning } from '../../../src/core/pacing/cruise/cruise-tuning.ts';
import type { Pacer } from '../../../src/core/pacing/pacing.ts';
import type { Scenario } from '../../../src/core/pacing/simulation/scenario.ts';
import { simulate } from '../../../src/core/pacing/simulation/simulate.ts';

/** By then every window has passed, and the ledger of the earlier day is empty. */
const laterMs = 40 * 86_400_000;
/** Far from the seeds that are looked at. */
const otherSeed = 50_000;

/**
 * Cruise control that knows the floor: it has lived through a day of the same scenario that another seed drew, and begins this one with
 * what it has learned there (shares, times, price, how far its forecast is to be believed) and with an empty ledger.
 */
export function familiarPacer(scenario: Scenario, seed: number, tuning: Partial<CruiseTuning> = {}): Pacer {
  const pacer = new CruisePacer({ promise: scenario.promise, tuning });
  simulate(scenario, seed + otherSeed, pacer);
  return {
    kind: pacer.kind,
    observe: (facts, now) => pacer.observe(facts, now + laterMs),
    decide: (state, now) => pacer.decide(state, now + laterMs),
  };
}
