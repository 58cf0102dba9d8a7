import { callsOut } from './floor-counts.ts';
import { limited } from './limited.ts';
import type { Pacer, PacingDecision, PacingFact, PacingState } from './pacing.ts';

/**
 * Preview: one contact for each idle agent who has none on the screen yet. The agent (or the preview's timer) dials it, so what
 * is asked for here counts as out until it is dialled or skipped.
 */
export class PreviewPacer implements Pacer {
  readonly kind = 'preview';

  observe(_facts: readonly PacingFact[], _now: number): void {
    // The number of idle agents is all it needs.
  }

  decide(state: PacingState, _now: number): PacingDecision {
    const out = callsOut(state);
    return limited(state.agents.idle - out, state, `a contact for each of ${state.agents.idle} idle agents, ${out} have one`);
  }
}

/** Manual: agents dial by hand; the server never does. */
export class ManualPacer implements Pacer {
  readonly kind = 'manual';

  observe(_facts: readonly PacingFact[], _now: number): void {
    // Nothing is paced.
  }

  decide(_state: PacingState, _now: number): PacingDecision {
    return { dial: 0, why: 'agents dial by hand' };
  }
}
