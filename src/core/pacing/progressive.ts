import { callsOut } from './floor-counts.ts';
import { limited } from './limited.ts';
import type { Pacer, PacingDecision, PacingFact, PacingState } from './pacing.ts';

/** One call per idle agent, times an over-dial ratio: calls already out count against the idle agents. */
export class ProgressivePacer implements Pacer {
  readonly kind = 'progressive';
  readonly #overDial: number;

  constructor(options: { readonly ratio?: number } = {}) {
    this.#overDial = options.ratio ?? 1;
  }

  observe(_facts: readonly PacingFact[], _now: number): void {
    // Progressive dialling learns nothing: it only looks at who is idle.
  }

  decide(state: PacingState, _now: number): PacingDecision {
    const out = callsOut(state);
    const { idle } = state.agents;
    const wanted = Math.floor(idle * this.#overDial) - out;
    return limited(wanted, state, () => `${idle} idle × ${this.#overDial} − ${out} out`);
  }
}
