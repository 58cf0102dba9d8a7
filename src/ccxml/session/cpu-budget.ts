/** CPU time of one session as a leaky bucket: bursts are fine, a page that never rests is not. */
export class CpuBudget {
  readonly #burstMs: number;
  readonly #refillPerSecondMs: number;
  readonly #now: () => number;
  #left: number;
  #at: number;
  #used = 0;

  /** `now`: monotonic milliseconds of real time. */
  constructor(burstMs: number, refillPerSecondMs: number, now: () => number) {
    this.#burstMs = burstMs;
    this.#refillPerSecondMs = refillPerSecondMs;
    this.#now = now;
    this.#left = burstMs;
    this.#at = now();
  }

  /** All CPU time so far, milliseconds. */
  get usedMs(): number {
    return this.#used;
  }

  /** Runs `work` on the session's account. False: the account is empty. */
  spend(work: () => void): boolean {
    const begun = this.#now();
    work();
    const ended = this.#now();
    this.#left = Math.min(this.#burstMs, this.#left + ((ended - this.#at) / 1000) * this.#refillPerSecondMs) - (ended - begun);
    this.#at = ended;
    this.#used += ended - begun;
    return this.#left > 0;
  }
}
