import { callsOut } from '../../floor-counts.ts';
import { limited } from '../../limited.ts';
import type { Pacer, PacingDecision, PacingFact, PacingState } from '../../pacing.ts';

/**
 * A gain controller in the manner of Cisco Unified CCX outbound, from the public campaign settings of its administration guide:
 * *lines per agent* 1–3, dialled when an agent is available; after every *predictive correction* live answers the ratio moves by
 * *gain* times the relative distance of the measured abandonment from the *call abandon limit*.
 */
export class GainController implements Pacer {
  readonly kind = 'ratio';
  readonly #settings: { readonly correction: number; readonly gain: number; readonly limit: number; readonly most: number };
  #lines = 1.5;
  #answered = 0;
  #abandoned = 0;

  constructor(settings: { readonly correction?: number; readonly gain?: number; readonly limit: number; readonly most?: number }) {
    this.#settings = { correction: 100, gain: 1, most: 3, ...settings };
  }

  observe(facts: readonly PacingFact[], _now: number): void {
    const { correction, gain, limit, most } = this.#settings;
    for (const fact of facts) {
      if (fact.what === 'connected' || fact.what === 'abandoned') this.#answered += 1;
      if (fact.what === 'abandoned') this.#abandoned += 1;
      if (this.#answered < correction) continue;
      const distance = (limit - this.#abandoned / this.#answered) / limit;
      this.#lines = Math.min(most, Math.max(1, this.#lines + 0.25 * gain * Math.max(-2, distance)));
      this.#answered = 0;
      this.#abandoned = 0;
    }
  }

  decide(state: PacingState, _now: number): PacingDecision {
    const lines = this.#lines;
    return limited(Math.round(state.agents.idle * lines) - callsOut(state), state, () => `${lines.toFixed(2)} lines per available agent`);
  }
}
