import { limited } from './limited.ts';
import type { Pacer, PacingDecision, PacingFact, PacingState } from './pacing.ts';

/**
 * Fixed ratio: `ratio` lines per agent who is idle or about to be (wrapping up), whatever the answers are.
 * A ratio above 1 abandons people; it is the operator's own choice, and the ledger shows what it costs.
 */
export class RatioPacer implements Pacer {
  readonly kind = 'ratio';
  readonly #ratio: number;

  constructor(options: { readonly ratio: number }) {
    if (!(options.ratio > 0 && options.ratio <= 10)) throw new RangeError(`ratio ${options.ratio}: must be above 0 and at most 10`);
    this.#ratio = options.ratio;
  }

  observe(_facts: readonly PacingFact[], _now: number): void {
    // A fixed ratio learns nothing.
  }

  decide(state: PacingState, _now: number): PacingDecision {
    const out = state.calls.ringing.length + state.calls.classifying.length + state.calls.waiting.length;
    const wanted = Math.ceil(state.agents.idle * this.#ratio) - out;
    return limited(wanted, state, `${state.agents.idle} idle × ${this.#ratio} − ${out} out`);
  }
}
