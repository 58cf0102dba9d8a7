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
  readonly #run = (): void => this.#tick();

  constructor(periodMs: number, task: (nowMs: number) => void) {
    this.#period = periodMs;
    this.#task = task;
    const minute = Math.round(60_000 / periodMs);
    this.#lateness = new Float64Array(minute);
    this.#work = new Float64Array(minute);
    this.#sorted = new Float64Array(minute);
  }

  start(): void {
    this.#due = performance.now() + this.#period;
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** How long it is until the next one is due; negative when it is late. Milliseconds. */
  get untilNextMs(): number {
    return this.#due - performance.now();
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
    this.#timer = setTimeout(this.#run, Math.max(0, Math.floor(this.#due - performance.now())));
  }

  #tick(): void {
    if (this.#stopped) return;
    const start = performance.now();
    if (start < this.#due - 0.5) return this.#arm();
    const late = start - this.#due;
    const at = this.#count % this.#lateness.length;
    this.#lateness[at] = Math.max(0, late);
    this.#task(start);
    this.#work[at] = performance.now() - start;
    this.#count += 1;
    this.#due += this.#period;
    // Far behind (a stopped process, an overload): what was missed is not made up for beyond 10 ticks.
    if (start - this.#due > this.#period * 10) this.#due = start + this.#period;
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
