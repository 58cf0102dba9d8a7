/** What `pull` found for the time that is due. */
export type Pulled = 'packet' | 'lost' | 'silence' | 'empty';

const rowWords = 8;
const rowBytes = rowWords * 4;

export interface JitterBufferOptions {
  /** RTP clock, Hz. */
  readonly clockRate: number;
  readonly slots?: number;
  /** Longest payload that is kept, octets. */
  readonly payloadBytes?: number;
  /** Delay before the first packet plays, milliseconds: what later adaptation starts from. */
  readonly startMs?: number;
  readonly maxMs?: number;
}

/**
 * An adaptive jitter buffer for packets of any duration. Packets go in with their arrival time as they come; the reader pulls
 * as long as it needs samples. A packet that comes after its time makes the delay grow by what it was late (up to a limit), so
 * that it and its successors are played; when for some seconds every packet has waited longer than needed, `surplus` says that
 * the reader may leave out one frame. Nothing is allocated after construction.
 */
export class JitterBuffer {
  /** The packet that `pull` answered: valid until the next call. */
  readonly bytes: Uint8Array;
  offset = 0;
  length = 0;
  payloadType = 0;
  timestamp = 0;
  /** Packets that came too late, and that did not fit. */
  late = 0;
  overflowed = 0;
  readonly #slots: number;
  readonly #size: number;
  readonly #perMs: number;
  readonly #maxMs: number;
  /** A row of eight words for each slot: sequence number, timestamp, length, payload type, arrival (two words, as `#arrivals`). */
  readonly #rows: Int32Array;
  /** The same memory: the arrival of a slot is at `slot * 4 + 2`. */
  readonly #arrivals: Float64Array;
  #count = 0;
  #lowest = 0;
  #top = 0;
  #playing = false;
  /** RTP timestamp that is due next, and extended sequence number that follows the last one played. */
  #due = 0;
  #nextSequence = 0;
  #targetMs: number;
  readonly #startMs: number;
  #leastWait = Number.POSITIVE_INFINITY;
  #leastWaitSince = 0;
  #emptyPulls = 0;
  /** Delay still to be added because packets came late, milliseconds. */
  #owedMs = 0;
  #holding = false;

  constructor({ clockRate, slots = 32, payloadBytes = 640, startMs = 10, maxMs = 300 }: JitterBufferOptions) {
    this.#slots = slots;
    this.#size = payloadBytes;
    this.#perMs = clockRate / 1000;
    this.#startMs = startMs;
    this.#targetMs = startMs;
    this.#maxMs = maxMs;
    // One piece of memory: a buffer of its own for each of these would cost a leg more than what is in them.
    const memory = new ArrayBuffer(slots * (rowBytes + payloadBytes));
    this.#rows = new Int32Array(memory, 0, slots * rowWords);
    this.#arrivals = new Float64Array(memory, 0, slots * (rowBytes / 8));
    this.bytes = new Uint8Array(memory, slots * rowBytes);
    this.#forget();
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    const slot = this.#lowest % this.#slots;
    const at = slot * this.#size;
    return (this.#rows[slot * rowWords] as number) + (this.bytes[at] as number) + (this.bytes[at + 64] as number) + (this.bytes[at + 128] as number) + this.#due + this.#leastWait + this.#emptyPulls + this.late;
  }

  /** The longest payload that it takes. */
  get payloadBytes(): number {
    return this.#size;
  }

  /** Packets inside. */
  get depth(): number {
    return this.#count;
  }

  /** The delay that is aimed at, milliseconds. */
  get targetMs(): number {
    return this.#targetMs;
  }

  /** RTP timestamp of what is played next. */
  get due(): number {
    return this.#due;
  }

  reset(): void {
    this.#forget();
    this.#count = 0;
    this.#playing = false;
    this.#emptyPulls = 0;
    this.#owedMs = 0;
    this.#holding = false;
    this.#leastWait = Number.POSITIVE_INFINITY;
  }

  /** Takes a packet by its extended sequence number. Time in milliseconds of any steady clock. */
  put(sequence: number, timestamp: number, payloadType: number, source: Uint8Array, offset: number, length: number, arrivalMs: number): boolean {
    if (length > this.#size) {
      this.overflowed += 1;
      return false;
    }
    if (this.#playing && sequence < this.#nextSequence) {
      const lateBy = (this.#due - timestamp) | 0;
      this.late += 1;
      // Played over already (its place was concealed or skipped): the delay grows so that its successors are in time.
      if (lateBy > 0) this.#owedMs = Math.min(Math.max(this.#owedMs, lateBy / this.#perMs), this.#maxMs - this.#targetMs);
      return false;
    }
    if (this.#count > 0 && sequence - this.#lowest >= this.#slots) {
      // The buffer is too short for this jump: what is oldest goes.
      this.#dropBelow(sequence - this.#slots + 1);
    }
    if (this.#count > 0 && this.#top - sequence >= this.#slots) {
      // So far behind the newest that its slot is another's.
      this.late += 1;
      return false;
    }
    const slot = sequence % this.#slots;
    const row = slot * rowWords;
    if (this.#rows[row] === sequence) return false;
    if (this.#count === 0 || sequence < this.#lowest) this.#lowest = sequence;
    if (this.#count === 0 || sequence > this.#top) this.#top = sequence;
    this.#count += 1;
    this.#rows[row] = sequence;
    this.#rows[row + 1] = timestamp;
    this.#rows[row + 2] = length;
    this.#rows[row + 3] = payloadType;
    this.#arrivals[slot * 4 + 2] = arrivalMs;
    copy(source, offset, this.bytes, slot * this.#size, length);
    return true;
  }

  /** A packet of this sequence number came that carries no audio (a telephone-event): its absence is no loss. */
  skip(sequence: number, timestamp: number, payloadType: number, arrivalMs: number): void {
    if (!this.#playing || sequence >= this.#nextSequence) this.put(sequence, timestamp, payloadType, this.bytes, 0, 0, arrivalMs);
  }

  /**
   * What is due at `nowMs`. `packet`: its payload is in `bytes`; the reader says with `played` how long it was. `lost`: a packet
   * is missing though a later one is here, or 20 ms are put in because packets came late. `silence`: the sender pauses (its timestamps jumped, its sequence did not).
   * `empty`: nothing is here. After anything but `packet` the reader makes up `units` of sound and calls `passed(units)`.
   */
  pull(nowMs: number): Pulled {
    while (this.#count > 0 && this.#rows[(this.#lowest % this.#slots) * rowWords + 2] === 0) this.#take();
    if (this.#count === 0) {
      if (this.#playing && ++this.#emptyPulls > 10) this.#playing = false;
      return 'empty';
    }
    const slot = this.#lowest % this.#slots;
    const row = slot * rowWords;
    const timestamp = (this.#rows[row + 1] as number) >>> 0;
    const waited = nowMs - (this.#arrivals[slot * 4 + 2] as number);
    if (!this.#playing) {
      if (waited < this.#targetMs && this.#spanMs() < this.#maxMs) return 'empty';
      this.#playing = true;
      this.#due = timestamp;
      this.#nextSequence = this.#lowest;
    }
    if (this.#owedMs >= 10) {
      this.#owedMs -= 20;
      this.#grow(20);
      this.#holding = true;
      return 'lost';
    }
    const ahead = (timestamp - this.#due) | 0;
    const tolerance = this.#perMs;
    if (ahead > tolerance) {
      if (this.#lowest > this.#nextSequence) {
        if (ahead < this.#perMs * 1000) return 'lost';
      } else if (waited < this.#targetMs) {
        return 'silence'; // a talkspurt begins: it waits for the aimed delay, then plays at once
      }
      this.#due = timestamp;
    } else if (ahead < -tolerance && this.#lowest === this.#nextSequence) {
      // In order but behind our clock (we played concealment while it was on its way): it plays now, later than planned.
      this.#grow(-ahead / this.#perMs);
      this.#due = timestamp;
    }
    this.#emptyPulls = 0;
    this.#note(waited, nowMs);
    this.offset = slot * this.#size;
    this.length = this.#rows[row + 2] as number;
    this.payloadType = this.#rows[row + 3] as number;
    this.timestamp = timestamp;
    this.#take();
    return 'packet';
  }

  #take(): void {
    this.#rows[(this.#lowest % this.#slots) * rowWords] = -1;
    this.#count -= 1;
    this.#nextSequence = this.#lowest + 1;
    this.#findLowest(this.#lowest + 1);
  }

  /** The packet just pulled lasted so long. */
  played(units: number): void {
    this.#due = (this.timestamp + units) >>> 0;
  }

  /** So much time was filled with something else. */
  passed(units: number): void {
    if (this.#playing && !this.#holding) this.#due = (this.#due + units) >>> 0;
    this.#holding = false;
  }

  /** Every packet of the last seconds waited at least a frame more than it had to: one frame may be left out. Asked once per frame. */
  surplus(frameMs: number, nowMs: number): boolean {
    if (nowMs - this.#leastWaitSince < 5000) return false;
    const spare = this.#leastWait - frameMs;
    this.#leastWait = Number.POSITIVE_INFINITY;
    this.#leastWaitSince = nowMs;
    if (!Number.isFinite(spare) || spare < this.#startMs) return false;
    this.#targetMs = Math.max(this.#startMs, this.#targetMs - frameMs);
    return this.#count > 1;
  }

  #note(waited: number, nowMs: number): void {
    if (waited < this.#leastWait) {
      if (this.#leastWait === Number.POSITIVE_INFINITY && this.#leastWaitSince === 0) this.#leastWaitSince = nowMs;
      this.#leastWait = waited;
    }
  }

  #grow(byMs: number): void {
    this.#targetMs = Math.min(this.#maxMs, this.#targetMs + byMs);
  }

  /** From the oldest to the newest packet inside. */
  #spanMs(): number {
    const low = this.#rows[(this.#lowest % this.#slots) * rowWords + 1] as number;
    const high = this.#rows[(this.#top % this.#slots) * rowWords + 1] as number;
    return ((high - low) | 0) / this.#perMs;
  }

  #dropBelow(sequence: number): void {
    for (let old = this.#lowest; old < sequence && this.#count > 0; old++) {
      const row = (old % this.#slots) * rowWords;
      if (this.#rows[row] !== old) continue;
      this.#rows[row] = -1;
      this.#count -= 1;
      this.overflowed += 1;
    }
    this.#findLowest(sequence);
    if (this.#playing && this.#nextSequence < sequence) {
      this.#nextSequence = sequence;
      this.#playing = false;
    }
  }

  #findLowest(from: number): void {
    if (this.#count === 0) return;
    let sequence = from;
    while (this.#rows[(sequence % this.#slots) * rowWords] !== sequence) sequence += 1;
    this.#lowest = sequence;
  }

  #forget(): void {
    for (let slot = 0; slot < this.#slots; slot++) this.#rows[slot * rowWords] = -1;
  }
}

/** Eight at a time: stepping costs more than copying. For octets alone, as `copySamples` of `audio` is for samples: one function for both takes twice as long. */
function copy(source: Uint8Array, offset: number, into: Uint8Array, at: number, length: number): void {
  let i = 0;
  for (; i + 7 < length; i += 8) {
    const from = offset + i;
    const to = at + i;
    into[to] = source[from] as number;
    into[to + 1] = source[from + 1] as number;
    into[to + 2] = source[from + 2] as number;
    into[to + 3] = source[from + 3] as number;
    into[to + 4] = source[from + 4] as number;
    into[to + 5] = source[from + 5] as number;
    into[to + 6] = source[from + 6] as number;
    into[to + 7] = source[from + 7] as number;
  }
  for (; i < length; i++) into[at + i] = source[offset + i] as number;
}
