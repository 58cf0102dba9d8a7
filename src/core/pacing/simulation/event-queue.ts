/**
 * The future of a simulation: a binary heap over typed arrays, ordered by time, then by rank (what the rules let happen
 * first among events of one instant), then by the order of scheduling. Beside it a lane for events of one kind that are scheduled in
 * the order of their times, as calls are that nobody answers: most events are of that kind, and none of them costs a heap's work.
 */
export class EventQueue {
  #time = new Float64Array(1024);
  #order = new Float64Array(1024);
  #kind = new Uint8Array(1024);
  #of = new Int32Array(1024);
  #size = 0;
  #scheduled = 0;
  readonly #laneKind: number;
  /** A ring: the first event is at `#laneFrom`. */
  #laneTime = new Float64Array(1024);
  #laneOrder = new Float64Array(1024);
  #laneOf = new Int32Array(1024);
  #laneFrom = 0;
  #laneSize = 0;

  /** `laneKind`: the kind of the events that `addLast` is given. */
  constructor(laneKind: number) {
    this.#laneKind = laneKind;
  }

  /** The time of the next event; infinity when there is none. */
  get nextTime(): number {
    if (this.#laneIsNext) return this.#laneTime[this.#laneFrom] as number;
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#time[0] as number);
  }

  /** Of the event that was taken last: its kind, and the call or agent that it is about. */
  kind = 0;
  of = 0;

  get #laneIsNext(): boolean {
    if (this.#laneSize === 0) return false;
    if (this.#size === 0) return true;
    const lane = this.#laneTime[this.#laneFrom] as number;
    const heap = this.#time[0] as number;
    return lane < heap || (lane === heap && (this.#laneOrder[this.#laneFrom] as number) < (this.#order[0] as number));
  }

  /** Adds an event of the lane's kind, not earlier than the last that was added so. */
  addLast(time: number, of: number): void {
    if (this.#laneSize === this.#laneTime.length) this.#growLane();
    const at = (this.#laneFrom + this.#laneSize++) & (this.#laneTime.length - 1);
    this.#laneTime[at] = time;
    this.#laneOrder[at] = this.#scheduled++;
    this.#laneOf[at] = of;
  }

  add(time: number, rank: number, kind: number, of: number): void {
    if (this.#size === this.#time.length) this.#grow();
    const order = rank * 2 ** 44 + this.#scheduled++;
    let i = this.#size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const t = this.#time[parent] as number;
      if (t < time || (t === time && (this.#order[parent] as number) < order)) break;
      this.#move(parent, i);
      i = parent;
    }
    this.#time[i] = time;
    this.#order[i] = order;
    this.#kind[i] = kind;
    this.#of[i] = of;
  }

  /** Takes the next event away: `kind` and `of` tell of it from now on. */
  take(): void {
    if (this.#laneIsNext) {
      this.kind = this.#laneKind;
      this.of = this.#laneOf[this.#laneFrom] as number;
      // The ring's length is a power of two.
      this.#laneFrom = (this.#laneFrom + 1) & (this.#laneTime.length - 1);
      this.#laneSize -= 1;
      return;
    }
    this.kind = this.#kind[0] as number;
    this.of = this.#of[0] as number;
    const last = --this.#size;
    if (last <= 0) return;
    const time = this.#time[last] as number;
    const order = this.#order[last] as number;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#before(child + 1, child)) child += 1;
      const t = this.#time[child] as number;
      if (time < t || (time === t && order < (this.#order[child] as number))) break;
      this.#move(child, i);
      i = child;
    }
    this.#move(last, i);
  }

  #before(a: number, b: number): boolean {
    const ta = this.#time[a] as number;
    const tb = this.#time[b] as number;
    return ta < tb || (ta === tb && (this.#order[a] as number) < (this.#order[b] as number));
  }

  #move(from: number, to: number): void {
    this.#time[to] = this.#time[from] as number;
    this.#order[to] = this.#order[from] as number;
    this.#kind[to] = this.#kind[from] as number;
    this.#of[to] = this.#of[from] as number;
  }

  #growLane(): void {
    const { length } = this.#laneTime;
    const time = new Float64Array(length * 2);
    const order = new Float64Array(length * 2);
    const of = new Int32Array(length * 2);
    for (let i = 0; i < this.#laneSize; i++) {
      const at = (this.#laneFrom + i) % length;
      time[i] = this.#laneTime[at] as number;
      order[i] = this.#laneOrder[at] as number;
      of[i] = this.#laneOf[at] as number;
    }
    this.#laneTime = time;
    this.#laneOrder = order;
    this.#laneOf = of;
    this.#laneFrom = 0;
  }

  #grow(): void {
    const length = this.#time.length * 2;
    const time = new Float64Array(length);
    const order = new Float64Array(length);
    const kind = new Uint8Array(length);
    const of = new Int32Array(length);
    time.set(this.#time);
    order.set(this.#order);
    kind.set(this.#kind);
    of.set(this.#of);
    this.#time = time;
    this.#order = order;
    this.#kind = kind;
    this.#of = of;
  }
}
