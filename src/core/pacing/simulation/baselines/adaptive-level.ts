import { callsOut, staffedAgents, talkingAgents } from '../../floor-counts.ts';
import { limited } from '../../limited.ts';
import type { Pacer, PacingDecision, PacingFact, PacingState } from '../../pacing.ts';

export type AdaptiveMode = 'hardLimit' | 'average' | 'tapered';

const everyMs = 15_000;

/**
 * An adaptive-ratio dialer in the manner of VICIdial, from the public description of its dial methods in the manager's manual
 * (ADAPT_HARD_LIMIT, ADAPT_AVERAGE, ADAPT_TAPERED): the *dial level* is lines per logged-in agent; every 15 s it rises while agents
 * wait and falls while callers do, and the day's drop percentage limits it: *hard limit* goes to level 1 above the limit,
 * *average* goes down by steps and lets the average be made good later, *tapered* bears more early in the shift than at its end.
 */
export class AdaptiveLevel implements Pacer {
  readonly kind = 'ratio';
  readonly #mode: AdaptiveMode;
  readonly #limit: number;
  readonly #shiftMs: number;
  #level = 1;
  #answered = 0;
  #abandoned = 0;
  #next = everyMs;
  #idle = 0;
  #looks = 0;
  #staff = 0;

  constructor(options: { readonly mode: AdaptiveMode; readonly limit: number; readonly shiftMs: number }) {
    this.#mode = options.mode;
    this.#limit = options.limit;
    this.#shiftMs = options.shiftMs;
  }

  observe(facts: readonly PacingFact[], _now: number): void {
    for (const fact of facts) {
      if (fact.what === 'connected' || fact.what === 'abandoned') this.#answered += 1;
      if (fact.what === 'abandoned') this.#abandoned += 1;
    }
  }

  decide(state: PacingState, now: number): PacingDecision {
    const staff = staffedAgents(state);
    this.#idle += state.agents.idle - state.calls.waiting.length;
    this.#staff += staff;
    this.#looks += 1;
    if (now >= this.#next) {
      this.#adapt(now);
      this.#next = now + everyMs;
      this.#idle = 0;
      this.#staff = 0;
      this.#looks = 0;
    }
    const active = callsOut(state) + talkingAgents(state);
    const level = this.#level;
    return limited(Math.floor(staff * level) - active, state, () => `level ${level.toFixed(2)} × ${staff} agents − ${active} lines`);
  }

  #adapt(now: number): void {
    const dropped = this.#answered < 20 ? 0 : this.#abandoned / this.#answered;
    const waiting = this.#staff === 0 ? 0 : this.#idle / this.#staff;
    // The manual's target is a difference of about nobody waiting on either side: up with idle agents, down without.
    const step = Math.max(-0.1, Math.min(0.1, (waiting - 0.05) * 0.5));
    const left = Math.max(0, 1 - now / this.#shiftMs);
    const borne = this.#mode === 'tapered' ? this.#limit * (1 + left) : this.#limit;
    if (dropped > borne) this.#level = this.#mode === 'average' ? Math.max(1, this.#level - 0.05) : 1;
    else this.#level = Math.min(6, Math.max(1, this.#level + step));
  }
}
