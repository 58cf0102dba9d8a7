import type { PacingPromise } from '../pacing.ts';

/**
 * How long a person may wait after the verdict before he counts as abandoned. From the answer or the greeting's start this is the
 * threshold less the verdict's time. From the greeting's end the greeting's length is not told: a short one is supposed, and
 * corrected by the waits at which people were in fact lost.
 */
export class WaitAllowance {
  readonly #promise: PacingPromise;
  /** Sum and number of the waits at which people were lost; the prior counts as 12. */
  #lostMs = 0;
  #lost = 0;
  #longestMs = 0;
  #watched: readonly number[] = [];
  #watchedAt = 0;

  constructor(promise: PacingPromise) {
    this.#promise = promise;
  }

  /** Mean allowance in milliseconds. */
  ms(verdictMeanMs: number): number {
    const greetingMs = this.#promise.from === 'greetingEnd' ? 900 : 0;
    const supposed = Math.max(0, this.#promise.thresholdMs + greetingMs - verdictMeanMs);
    return (this.#lostMs + 12 * supposed) / (this.#lost + 12);
  }

  /** The longest wait that was still in time. */
  get longestMs(): number {
    return this.#longestMs;
  }

  connected(waitMs: number): void {
    if (waitMs > this.#longestMs) this.#longestMs = waitMs;
  }

  /** A person was lost between the last look and now: most likely the one who had waited longest. */
  abandoned(now: number): void {
    const [oldest, ...rest] = [...this.#watched].sort((a, b) => b - a);
    if (oldest === undefined) return;
    this.#watched = rest;
    if (this.#lost > 400) {
      this.#lost *= 0.5;
      this.#lostMs *= 0.5;
    }
    this.#lost += 1;
    this.#lostMs += oldest + Math.max(0, now - this.#watchedAt) / 2;
  }

  watch(waiting: readonly number[], now: number): void {
    this.#watched = waiting.length === 0 ? [] : [...waiting];
    this.#watchedAt = now;
  }
}
