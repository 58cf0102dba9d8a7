/**
 * Time as a passed-in thing. Nothing outside this file and the adapters reads the machine's clock or sets its timers,
 * so that a test drives time by hand and a simulation runs months in a minute.
 */

/** A pending timer. `cancel` is idempotent and safe after the timer fired. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall time, milliseconds since 1970-01-01T00:00:00Z. May jump; for records and calendars only. */
  now(): number;
  /** Milliseconds since an arbitrary start; never goes back. For durations and deadlines. */
  monotonic(): number;
  /** Runs `task` once after `delayMs` (negative counts as 0). */
  after(delayMs: number, task: () => void): Timer;
}

/** The machine's clock. Counts its open timers so that a leak check can ask. */
export class SystemClock implements Clock {
  #open = 0;

  get openTimers(): number {
    return this.#open;
  }

  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  after(delayMs: number, task: () => void): Timer {
    this.#open += 1;
    let open = true;
    const close = (): void => {
      if (open) {
        open = false;
        this.#open -= 1;
      }
    };
    // Node caps a timer at 2^31-1 ms and fires longer ones at once; longer waits are re-armed.
    const limit = 2_147_483_647;
    let handle: NodeJS.Timeout;
    const arm = (left: number): void => {
      handle = setTimeout(() => {
        if (left > limit) return arm(left - limit);
        close();
        task();
      }, Math.min(Math.max(left, 0), limit));
    };
    arm(delayMs);
    return {
      cancel: () => {
        clearTimeout(handle);
        close();
      },
    };
  }
}

interface Due {
  readonly at: number;
  readonly order: number;
  readonly task: () => void;
}

/** A clock that moves only when told. Timers due at the same instant fire in the order they were set. */
export class SimulatedClock implements Clock {
  #now: number;
  #order = 0;
  readonly #start: number;
  readonly #due = new Set<Due>();

  constructor(startMs = 0) {
    this.#now = startMs;
    this.#start = startMs;
  }

  get openTimers(): number {
    return this.#due.size;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now - this.#start;
  }

  after(delayMs: number, task: () => void): Timer {
    const due: Due = { at: this.#now + Math.max(delayMs, 0), order: this.#order++, task };
    this.#due.add(due);
    return { cancel: () => void this.#due.delete(due) };
  }

  /** When the next timer is due, or undefined when none is open. */
  nextDue(): number | undefined {
    return this.#next()?.at;
  }

  /** Moves time forward by `ms`, firing every timer that falls due on the way, timers set on the way included. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let due = this.#next(); due !== undefined && due.at <= end; due = this.#next()) {
      this.#due.delete(due);
      this.#now = due.at;
      due.task();
    }
    this.#now = end;
  }

  #next(): Due | undefined {
    let first: Due | undefined;
    for (const due of this.#due) {
      if (first === undefined || due.at < first.at || (due.at === first.at && due.order < first.order)) first = due;
    }
    return first;
  }
}
