import { limited } from './limited.ts';
import type { Pacer, PacingDecision, PacingFact, PacingState } from './pacing.ts';

/**
 * Time-based, without agents: `count` calls (or messages) per `perMs`, evenly. What a limit holds back is made up for by at most
 * one second's worth, so that a full trunk is not followed by a burst.
 */
export class RatePacer implements Pacer {
  readonly kind = 'rate';
  readonly #perMs: number;
  readonly #most: number;
  #saved: number;
  #last: number | undefined;

  constructor(options: { readonly count: number; readonly perMs: number }) {
    if (!(options.count > 0) || !(options.perMs > 0)) throw new RangeError('rate: count and perMs must be above 0');
    this.#perMs = options.count / options.perMs;
    this.#most = Math.max(1, this.#perMs * 1000);
    this.#saved = 1;
  }

  observe(_facts: readonly PacingFact[], _now: number): void {
    // Only time counts.
  }

  decide(state: PacingState, now: number): PacingDecision {
    const passed = this.#last === undefined ? 0 : Math.max(0, now - this.#last);
    this.#last = now;
    this.#saved = Math.min(this.#most + this.#perMs * Math.min(passed, 1000), this.#saved + passed * this.#perMs);
    const decision = limited(this.#saved + 1e-9, state, `${(this.#perMs * 1000).toFixed(2)} a second`);
    this.#saved -= decision.dial;
    return decision;
  }
}
