import { limited } from './limited.ts';
import type { Pacer, PacingDecision, PacingFact, PacingState } from './pacing.ts';

/**
 * Agentless (reference A5, time-based): so many attempts per time, evenly; the lines are the limit. Time that passed while the lines
 * were full is not made up for later, so that no burst follows.
 */
export class RatePacer implements Pacer {
  readonly kind = 'rate';
  readonly #count: number;
  readonly #perMs: number;
  #last: number | undefined;
  /** Attempts that are due, as a fraction. */
  #due = 1;

  constructor(options: { readonly count: number; readonly perMs: number }) {
    if (!(options.count > 0) || !(options.perMs > 0)) throw new RangeError(`rate ${options.count} per ${options.perMs} ms: both must be above 0`);
    this.#count = options.count;
    this.#perMs = options.perMs;
  }

  observe(_facts: readonly PacingFact[], _now: number): void {
    // A rate learns nothing.
  }

  decide(state: PacingState, now: number): PacingDecision {
    const perTick = (this.#count * (now - (this.#last ?? now))) / this.#perMs;
    this.#last = now;
    this.#due += perTick;
    const decision = limited(Math.floor(this.#due), state, `${this.#count} per ${this.#perMs} ms`);
    this.#due = Math.min(this.#due - decision.dial, Math.max(1, perTick));
    return decision;
  }
}
