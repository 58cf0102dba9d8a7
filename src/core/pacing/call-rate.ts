import type { Pacer, PacingAccount, PacingDecision, PacingFact, PacingKind, PacingState } from './pacing.ts';

/** Keeps any pacer to `maxCallsPerSecond` over every rolling second, by its own dials. */
export class WithinCallRate implements Pacer {
  readonly inner: Pacer;
  readonly #dials: { readonly at: number; readonly count: number }[] = [];

  constructor(inner: Pacer) {
    this.inner = inner;
  }

  get kind(): PacingKind {
    return this.inner.kind;
  }

  observe(facts: readonly PacingFact[], now: number): void {
    this.inner.observe(facts, now);
  }

  account(): PacingAccount | undefined {
    return this.inner.account?.();
  }

  decide(state: PacingState, now: number): PacingDecision {
    while (this.#dials.length > 0 && (this.#dials[0]?.at ?? now) <= now - 1000) this.#dials.shift();
    let recent = 0;
    for (const { count } of this.#dials) recent += count;
    const decision = this.inner.decide(state, now);
    const most = Math.max(0, Math.floor(state.limits.maxCallsPerSecond) - recent);
    const dial = Math.min(decision.dial, most);
    if (dial > 0) this.#dials.push({ at: now, count: dial });
    return dial === decision.dial ? decision : { dial, why: `${decision.why}; cut by ${state.limits.maxCallsPerSecond} calls a second` };
  }
}
