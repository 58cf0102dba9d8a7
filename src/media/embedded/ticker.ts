/** What was missed is made up for up to so much at a stretch: more is a stopped process. */
const mostBehindTicks = 10;
/** And for so long: a thread that has not caught up by then has more to do than it can, and being late for good is heard on every call. */
const mostCatchingUpTicks = 50;

export interface TickClock {
  /** Milliseconds, monotonic. */
  now(): number;
  after(ms: number, run: () => void): NodeJS.Timeout;
}

const systemClock: TickClock = { now: () => performance.now(), after: (ms, run) => setTimeout(run, ms) };

/** Runs a task every `periodMs`, corrected for drift, and keeps the last minute's lateness and work for percentiles. */
export class Ticker {
  readonly #period: number;
  readonly #task: (nowMs: number) => void;
  readonly #lateness: Float64Array;
  readonly #work: Float64Array;
  readonly #sorted: Float64Array;
  #count = 0;
  #due = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** Ticks one after the other that were late by a period or more. */
  #behind = 0;
  readonly #clock: TickClock;
  readonly #run = (): void => this.#tick();

  constructor(periodMs: number, task: (nowMs: number) => void, clock = systemClock) {
    this.#clock = clock;
    this.#period = periodMs;
    this.#task = task;
    const minute = Math.round(60_000 / periodMs);
    this.#lateness = new Float64Array(minute);
    this.#work = new Float64Array(minute);
    this.#sorted = new Float64Array(minute);
  }

  start(): void {
    this.#due = this.#clock.now() + this.#period;
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** How long it is until the next one is due; negative when it is late. Milliseconds. */
  get untilNextMs(): number {
    return this.#due - this.#clock.now();
  }

  /** Percentile (0–1) over the last minute, or the last `ticks`; milliseconds. */
  latenessMs(percentile: number, ticks = this.#lateness.length): number {
    return this.#percentile(this.#lateness, percentile, ticks);
  }

  /** The same of the tick's work, over the last `ticks`. */
  workMs(percentile: number, ticks: number): number {
    return this.#percentile(this.#work, percentile, ticks);
  }

  #arm(): void {
    // Node's timers fire up to a millisecond late, never early: the remainder is cut.
    this.#timer = this.#clock.after(Math.max(0, Math.floor(this.#due - this.#clock.now())), this.#run);
  }

  #tick(): void {
    if (this.#stopped) return;
    const start = this.#clock.now();
    if (start < this.#due - 0.5) return this.#arm();
    const late = start - this.#due;
    const at = this.#count % this.#lateness.length;
    this.#lateness[at] = Math.max(0, late);
    this.#task(start);
    this.#work[at] = this.#clock.now() - start;
    this.#count += 1;
    this.#behind = late < this.#period ? 0 : this.#behind + 1;
    if (late > this.#period * (mostBehindTicks + 1) || this.#behind > mostCatchingUpTicks) {
      this.#due = start;
      this.#behind = 0;
    }
    this.#due += this.#period;
    this.#arm();
  }

  #percentile(values: Float64Array, percentile: number, ticks: number): number {
    const n = Math.min(this.#count, values.length, ticks);
    if (n === 0) return 0;
    for (let i = 0; i < n; i++) this.#sorted[i] = values[(this.#count - 1 - i) % values.length] as number;
    const sorted = this.#sorted.subarray(0, n).sort();
    return sorted[Math.min(n - 1, Math.floor(percentile * n))] as number;
  }
}
