/** At most `limit` events in any window of `windowMs`, as carriers measure calls per second: a rolling sum. */
export class RollingWindow {
  readonly #limit: number;
  readonly #windowMs: number;
  /** Times of the last `limit` events, a ring. */
  readonly #times: Float64Array;
  #next = 0;

  constructor(limit: number, windowMs: number) {
    this.#limit = Math.max(1, Math.floor(limit));
    this.#windowMs = windowMs;
    this.#times = new Float64Array(this.#limit).fill(-Infinity);
  }

  /** Milliseconds until one more event is allowed; 0: now. */
  waitMs(now: number): number {
    // The slot that would be overwritten holds the event `limit` ago: it must have left the window.
    return Math.max(0, (this.#times[this.#next] ?? -Infinity) + this.#windowMs - now);
  }

  /** How many events are allowed right now. */
  room(now: number): number {
    let free = 0;
    for (const time of this.#times) if (time + this.#windowMs <= now) free += 1;
    return free;
  }

  /** Takes one event; false when the window is full. */
  take(now: number): boolean {
    if (this.waitMs(now) > 0) return false;
    this.#times[this.#next] = now;
    this.#next = (this.#next + 1) % this.#limit;
    return true;
  }
}
