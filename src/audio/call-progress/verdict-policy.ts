import type { Judgement } from './greeting-model.ts';

/**
 * How sure it must be to speak, as log-odds: before the time of the verdict, at it, and after it. Few may be told late, so at the
 * time of the verdict only what is most in doubt is left open; what is late anyway waits until it is sure, or until `lastMs`.
 */
export interface Sureness {
  /** When, after the speech began, most is decided unless a hint says otherwise. */
  readonly verdictMs: number;
  /** When, at the latest, whatever is likelier is told. */
  readonly lastMs: number;
  readonly liveEarly: number;
  readonly recordedEarly: number;
  readonly live: number;
  readonly recorded: number;
  readonly liveLate: number;
  readonly recordedLate: number;
}

/** Decides from the log-odds of a machine, step by step, when to speak. */
export class VerdictPolicy {
  readonly #sureness: Sureness;
  readonly #verdictMs: number;
  readonly #lastMs: number;
  /** Who gives more time wants people to have it: the limit for a machine grows with it. */
  readonly #more: number;
  #overdue = false;

  /** @param verdictMs when most is to be decided, after the speech began */
  constructor(sureness: Sureness, verdictMs = sureness.verdictMs) {
    this.#sureness = sureness;
    this.#verdictMs = verdictMs;
    this.#lastMs = verdictMs * Math.max(1.5, sureness.lastMs / Math.max(verdictMs, sureness.verdictMs));
    this.#more = Math.max(1, verdictMs / sureness.verdictMs);
  }

  /** A new greeting. */
  begin(): void {
    this.#overdue = false;
  }

  /** What the odds come to so long after the speech began; undefined: wait. */
  decide(odds: number, elapsedMs: number): Judgement['verdict'] | undefined {
    if (elapsedMs >= this.#lastMs) return odds >= 0 ? 'recorded_msg' : 'live_voice';
    const { liveEarly, live, recorded, liveLate, recordedLate } = this.#sureness;
    const early = elapsedMs < this.#verdictMs;
    const asRecorded = early ? this.#recordedBy(elapsedMs) : this.#overdue ? recordedLate : recorded;
    const asLive = early ? liveEarly : this.#overdue ? liveLate : live;
    if (!early) this.#overdue = true;
    if (odds >= asRecorded) return 'recorded_msg';
    return odds < -asLive ? 'live_voice' : undefined;
  }

  /**
   * From the model's own time to a later one that was asked for, the limit for a machine comes down, slowly at first, from its height to what
   * it is at the time of the verdict: who waits to the last moment is late where the server is.
   */
  #recordedBy(elapsedMs: number): number {
    const { verdictMs, recordedEarly, recorded } = this.#sureness;
    const high = recordedEarly * this.#more;
    return elapsedMs <= verdictMs ? high : high + (recorded - high) * ((elapsedMs - verdictMs) / (this.#verdictMs - verdictMs)) ** 1.5;
  }
}
