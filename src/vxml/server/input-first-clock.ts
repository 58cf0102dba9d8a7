import type { Clock, Timer } from '../../kernel/clock.ts';

/**
 * A clock whose timers let in first what had arrived before they were due. After a stall of the thread Node runs timers before it reads
 * messages: a key that was pressed in time would come after its own time-out, and a whole input would be a nomatch.
 */
export class InputFirstClock implements Clock {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  after(delayMs: number, task: () => void): Timer {
    let immediate: NodeJS.Immediate | undefined;
    const timer = this.#clock.after(delayMs, () => {
      // Immediates run after the poll phase of the event loop, in which messages and packets are read.
      immediate = setImmediate(task);
    });
    return {
      cancel: () => {
        timer.cancel();
        clearImmediate(immediate);
      },
    };
  }
}
