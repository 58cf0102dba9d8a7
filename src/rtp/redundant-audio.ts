/** More blocks than this nobody sends; a packet with more is taken for a hostile one. */
const mostBlocks = 16;
/** The timestamp offset of a block has 14 bits, its length 10 (RFC 2198 §3). */
const mostOffset = 0x3fff;

/**
 * Reads the block headers of RFC 2198 §3: each redundant block has its payload type, how much earlier than the packet it began, and its
 * length; the last header is the primary block's, a payload type alone, and its block takes what is left. A view that is used again
 * for each packet: nothing is allocated.
 */
export class RedundantAudio {
  /** Blocks of the packet that was read last, the primary one among them. */
  count = 0;
  readonly #types = new Uint8Array(mostBlocks);
  readonly #earlier = new Uint16Array(mostBlocks);
  readonly #offsets = new Uint16Array(mostBlocks);
  readonly #lengths = new Uint16Array(mostBlocks);

  /** False when the headers do not fit the payload, do not end, or hold a block of `ownType`: redundancy in redundancy (§3 has none). */
  parse(bytes: Uint8Array, offset: number, length: number, ownType: number): boolean {
    this.count = 0;
    const end = offset + length;
    if (length < 1 || end > bytes.length) return false;
    let count = 0;
    let at = offset;
    let held = 0;
    for (; at < end && (bytes[at] as number) >= 0x80; at += 4) {
      if (at + 4 > end || count === mostBlocks - 1) return false;
      const size = (((bytes[at + 2] as number) & 0x03) << 8) | (bytes[at + 3] as number);
      this.#types[count] = (bytes[at] as number) & 0x7f;
      this.#earlier[count] = ((bytes[at + 1] as number) << 6) | ((bytes[at + 2] as number) >> 2);
      this.#lengths[count] = size;
      held += size;
      count += 1;
    }
    if (at >= end) return false;
    this.#types[count] = bytes[at] as number;
    this.#earlier[count] = 0;
    at += 1;
    if (at + held > end) return false;
    this.#lengths[count] = end - at - held;
    for (let i = 0; i <= count; i++) {
      if (this.#types[i] === ownType) return false;
      this.#offsets[i] = at;
      at += this.#lengths[i] as number;
    }
    this.count = count + 1;
    return true;
  }

  /** Payload type of a block. */
  type(block: number): number {
    return this.#types[block] as number;
  }

  /** How many clock units before the packet's timestamp it began. */
  earlier(block: number): number {
    return this.#earlier[block] as number;
  }

  /** Where its octets are in what was read, and how many. */
  offset(block: number): number {
    return this.#offsets[block] as number;
  }

  length(block: number): number {
    return this.#lengths[block] as number;
  }

  /** The block that follows `block` in the order in which they began, -1 asks for the first; -1 when none is left. */
  next(block: number): number {
    let found = -1;
    for (let i = 0; i < this.count; i++) {
      const before = block >= 0 && (this.earlier(i) > this.earlier(block) || (this.earlier(i) === this.earlier(block) && i <= block));
      if (!before && (found < 0 || this.earlier(i) > this.earlier(found))) found = i;
    }
    return found;
  }
}

/** Octets of a telephone-event's payload. */
const eventBytes = 4;

/**
 * Makes RFC 2198 payloads of telephone-events (RFC 4733 §2.5.1.4, §2.6.2): the event that is being sent as primary block, and before it, as they ended,
 * up to `levels` events that were sent before, as far as 14 bits of timestamp reach back. Updates of one event replace one another.
 */
export class RedundantEvents {
  readonly levels: number;
  readonly #timestamps: Float64Array;
  readonly #events: Uint8Array;
  /** Events kept, the newest, which is still being sent, last. */
  #kept = 0;

  constructor(levels: number) {
    this.levels = levels;
    this.#timestamps = new Float64Array(levels + 1);
    this.#events = new Uint8Array((levels + 1) * eventBytes);
  }

  /** Writes the payload for this update of the event that began at `timestamp`; answers its octets. */
  write(out: Uint8Array, offset: number, eventType: number, timestamp: number, event: Uint8Array): number {
    if (this.#kept === 0 || this.#timestamps[this.#kept - 1] !== timestamp) this.#push(timestamp);
    const newest = this.#kept - 1;
    this.#events.set(event, newest * eventBytes);
    let first = newest;
    while (first > 0 && ((timestamp - (this.#timestamps[first - 1] as number)) >>> 0) <= mostOffset) first -= 1;
    let at = offset;
    for (let i = first; i < newest; i++) {
      const earlier = (timestamp - (this.#timestamps[i] as number)) >>> 0;
      out[at] = 0x80 | eventType;
      out[at + 1] = earlier >> 6;
      out[at + 2] = (earlier & 0x3f) << 2;
      out[at + 3] = eventBytes;
      at += 4;
    }
    out[at] = eventType;
    at += 1;
    for (let i = first * eventBytes; i < this.#kept * eventBytes; i++) out[at++] = this.#events[i] as number;
    return at - offset;
  }

  /** Another event begins: the oldest is forgotten. */
  #push(timestamp: number): void {
    if (this.#kept > this.levels) {
      this.#timestamps.copyWithin(0, 1);
      this.#events.copyWithin(0, eventBytes);
      this.#kept -= 1;
    }
    this.#timestamps[this.#kept] = timestamp;
    this.#kept += 1;
  }
}
