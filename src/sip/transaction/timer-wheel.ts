import type { Clock, Timer } from '../../kernel/clock.ts';

/** Who is told when a wheel timer falls due. */
export interface WheelTimerOwner {
  onTimer(name: string): void;
}

/** A timer that its owner keeps and starts again as often as it likes, under any name; nothing is allocated per start. */
export class WheelTimer {
  readonly owner: WheelTimerOwner;
  name: string;
  dueTick = 0;
  previous: WheelTimer | undefined = undefined;
  next: WheelTimer | undefined = undefined;

  constructor(owner: WheelTimerOwner, name: string) {
    this.owner = owner;
    this.name = name;
  }

  get running(): boolean {
    return this.next !== undefined;
  }
}

const nobody: WheelTimerOwner = { onTimer: () => undefined };
const ring = (): WheelTimer => {
  const head = new WheelTimer(nobody, '');
  head.next = head;
  head.previous = head;
  return head;
};

/**
 * A hashed timing wheel over one clock timer: starting and stopping a timer is a list operation, so that tens of thousands of
 * transactions cost one armed clock timer. A timer fires at most one granule late and never early; timers of one granule fire
 * in the order in which they were started.
 */
export class TimerWheel {
  readonly #clock: Clock;
  readonly #granuleMs: number;
  readonly #slots: WheelTimer[];
  readonly #mask: number;
  readonly #startMs: number;
  readonly #due = ring();
  #size = 0;
  /** Every tick up to this one has fired. */
  #tick = 0;
  #armed: Timer | undefined;
  #armedTick = Infinity;
  #advancing = false;

  constructor(clock: Clock, options: { granuleMs?: number; slotsPowerOfTwo?: number } = {}) {
    this.#clock = clock;
    this.#granuleMs = options.granuleMs ?? 10;
    const slots = 2 ** (options.slotsPowerOfTwo ?? 12);
    this.#slots = Array.from({ length: slots }, ring);
    this.#mask = slots - 1;
    this.#startMs = clock.monotonic();
  }

  /** Timers that are running. */
  get size(): number {
    return this.#size;
  }

  /** Starts the timer, or moves it when it is running. */
  start(timer: WheelTimer, delayMs: number): void {
    if (timer.next !== undefined) this.stop(timer);
    const now = this.#clock.monotonic() - this.#startMs;
    const due = Math.max(Math.ceil((now + Math.max(delayMs, 0)) / this.#granuleMs), this.#tick + 1);
    timer.dueTick = due;
    this.#append(this.#slot(due), timer);
    this.#size += 1;
    if (due < this.#armedTick && !this.#advancing) this.#arm(due);
  }

  stop(timer: WheelTimer): void {
    if (timer.next === undefined) return;
    this.#unlink(timer);
    this.#size -= 1;
    if (this.#size === 0 && !this.#advancing) this.#disarm();
  }

  /** A one-off timer with a closure, for everything that is not per packet. */
  after(delayMs: number, task: () => void): Timer {
    const timer = new WheelTimer({ onTimer: task }, '');
    this.start(timer, delayMs);
    return { cancel: () => this.stop(timer) };
  }

  #slot(tick: number): WheelTimer {
    return this.#slots[tick & this.#mask] as WheelTimer;
  }

  #append(head: WheelTimer, timer: WheelTimer): void {
    const last = head.previous as WheelTimer;
    timer.previous = last;
    timer.next = head;
    last.next = timer;
    head.previous = timer;
  }

  #unlink(timer: WheelTimer): void {
    (timer.previous as WheelTimer).next = timer.next;
    (timer.next as WheelTimer).previous = timer.previous;
    timer.next = undefined;
    timer.previous = undefined;
  }

  #arm(tick: number): void {
    this.#armed?.cancel();
    this.#armedTick = tick;
    const delay = tick * this.#granuleMs - (this.#clock.monotonic() - this.#startMs);
    this.#armed = this.#clock.after(delay, () => this.#advance());
  }

  #disarm(): void {
    this.#armed?.cancel();
    this.#armed = undefined;
    this.#armedTick = Infinity;
  }

  #advance(): void {
    this.#armed = undefined;
    this.#armedTick = Infinity;
    const now = Math.floor((this.#clock.monotonic() - this.#startMs + 1e-6) / this.#granuleMs);
    this.#advancing = true;
    // After a long pause every slot is looked at once; what is due fires.
    const from = Math.max(this.#tick + 1, now - this.#mask);
    this.#tick = Math.max(this.#tick, from - 1);
    try {
      for (let tick = from; tick <= now; tick += 1) {
        this.#tick = tick;
        this.#fire(this.#slot(tick), now);
      }
    } finally {
      this.#advancing = false;
      if (this.#size > 0) this.#arm(this.#nextTick());
    }
  }

  #fire(slot: WheelTimer, now: number): void {
    for (let timer = slot.next as WheelTimer; timer !== slot; ) {
      const following = timer.next as WheelTimer;
      if (timer.dueTick <= now) {
        this.#unlink(timer);
        this.#append(this.#due, timer);
      }
      timer = following;
    }
    for (let timer = this.#due.next as WheelTimer; timer !== this.#due; timer = this.#due.next as WheelTimer) {
      this.#unlink(timer);
      this.#size -= 1;
      timer.owner.onTimer(timer.name);
    }
  }

  /** The next tick whose slot holds anything; a timer of a later round only costs one idle look. */
  #nextTick(): number {
    for (let tick = this.#tick + 1; tick <= this.#tick + this.#mask; tick += 1) {
      const slot = this.#slot(tick);
      if (slot.next !== slot) return tick;
    }
    return this.#tick + this.#mask + 1;
  }
}
