import type { Pacer, PacingDecision, PacingFact, PacingState } from '../../../src/core/pacing/pacing.ts';

/** A pacer whom nobody tells whom the calls are for. */
export class Untold implements Pacer {
  readonly kind = 'cruise';
  readonly #pacer: Pacer;

  constructor(pacer: Pacer) {
    this.#pacer = pacer;
  }

  observe(facts: readonly PacingFact[], now: number): void {
    this.#pacer.observe(facts.map(({ ...fact }) => {
      if ('of' in fact) delete fact.of;
      return fact;
    }), now);
  }

  decide({ agents, calls: { ringing, classifying, waiting }, contactsLeft, limits }: PacingState, now: number): PacingDecision {
    return this.#pacer.decide({ agents, calls: { ringing, classifying, waiting }, contactsLeft, limits }, now);
  }
}
