import type { Clock, Timer } from '../../kernel/clock.ts';

/** Events that wait for their time (`<send delay>`), by sendid. */
export class DelayedSends {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #waiting = new Map<string, Timer>();

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(sendId: string, delayMs: number, task: () => void): boolean {
    if (this.#waiting.size >= this.#limit) return false;
    this.#waiting.set(sendId, this.#clock.after(delayMs, () => {
      this.#waiting.delete(sendId);
      task();
    }));
    return true;
  }

  cancel(sendId: string): boolean {
    const timer = this.#waiting.get(sendId);
    if (timer === undefined) return false;
    timer.cancel();
    this.#waiting.delete(sendId);
    return true;
  }

  clear(): void {
    for (const timer of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
  }
}
