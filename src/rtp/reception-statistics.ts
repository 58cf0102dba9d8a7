/** What became of a packet's sequence number. */
export type Arrival = 'first' | 'next' | 'reordered' | 'duplicate' | 'restart' | 'discard';

const maxDropout = 3000;
const maxMisorder = 100;

/**
 * Sequence numbers, loss and jitter of one received stream: RFC 3550 appendices A.1, A.3 and A.8. One packet of a new source
 * is enough to begin (RTP signalled by SDP needs no probation); a jump is believed after two packets in a row.
 */
export class ReceptionStatistics {
  /** Packets that arrived, duplicates included. */
  received = 0;
  duplicates = 0;
  reordered = 0;
  /** Highest sequence number with its cycles, 32 bit. */
  highest = 0;
  /** Of the streams before this one: other sources, and sequence numbers before a jump. */
  #receivedBefore = 0;
  #expectedBefore = 0;
  #base = 0;
  #bad = -1;
  #started = false;
  #jitter = 0;
  #transit = 0;
  #hasTransit = false;
  #expectedPrior = 0;
  #receivedPrior = 0;
  /** Bit n: sequence `highest - n` has arrived. */
  #window = 0;

  reset(): void {
    this.#receivedBefore = this.receivedEver;
    this.#expectedBefore = this.expectedEver;
    this.#started = false;
    this.received = 0;
    this.duplicates = 0;
    this.reordered = 0;
    this.#bad = -1;
    this.#jitter = 0;
    this.#hasTransit = false;
    this.#expectedPrior = 0;
    this.#receivedPrior = 0;
    this.#window = 0;
  }

  /** Takes note of a packet's sequence number. After `next`, `reordered` or `first`, `extended` says its 32-bit number. */
  arrived(sequence: number): Arrival {
    if (!this.#started) {
      this.#start(sequence);
      return 'first';
    }
    const delta = (sequence - this.highest) & 0xffff;
    if (delta === 0) {
      this.duplicates += 1;
      return 'duplicate';
    }
    if (delta < maxDropout) {
      this.highest += delta;
      this.#window = delta >= 32 ? 1 : ((this.#window << delta) | 1) >>> 0;
      this.received += 1;
      this.#bad = -1;
      return 'next';
    }
    if (delta <= 0x10000 - maxMisorder) {
      // A very large jump: believed when its successor follows (A.1).
      if (sequence === this.#bad) {
        this.#start(sequence);
        return 'restart';
      }
      this.#bad = (sequence + 1) & 0xffff;
      return 'discard';
    }
    const back = 0x10000 - delta;
    const bit = back < 32 ? (1 << back) >>> 0 : 0;
    if ((this.#window & bit) !== 0) {
      this.duplicates += 1;
      return 'duplicate';
    }
    this.#window = (this.#window | bit) >>> 0;
    this.received += 1;
    this.reordered += 1;
    return 'reordered';
  }

  /** The 32-bit number of a sequence number near the highest. */
  extend(sequence: number): number {
    const delta = ((sequence - this.highest) << 16) >> 16;
    return this.highest + delta;
  }

  /** RFC 3550 A.8. `arrival` and `timestamp` in RTP clock units; not to be called for telephone-events, whose timestamps stand still. */
  timed(arrival: number, timestamp: number): void {
    const transit = (arrival - timestamp) | 0;
    if (this.#hasTransit) {
      const distance = Math.abs((transit - this.#transit) | 0);
      this.#jitter += (distance - this.#jitter) / 16;
    }
    this.#transit = transit;
    this.#hasTransit = true;
  }

  /** So many packets arrived, each the successor of the one before, and were timed elsewhere: with that transit and jitter in the end. */
  succeeded(packets: number, transit: number, jitter: number): void {
    this.highest += packets;
    this.received += packets;
    this.#window = packets >= 32 ? 0xffffffff : ((this.#window << packets) | ((1 << packets) - 1)) >>> 0;
    this.#bad = -1;
    this.#transit = transit;
    this.#jitter = jitter;
  }

  /** The sequence number that follows the highest, 16 bit. */
  get next(): number {
    return (this.highest + 1) & 0xffff;
  }

  /** Of the last packet that was timed, RTP clock units, 32 bit; undefined when there is none. */
  get transit(): number | undefined {
    return this.#hasTransit ? this.#transit : undefined;
  }

  /** From now on the clock of the timestamps runs so many times as fast. */
  clocked(factor: number): void {
    this.#jitter *= factor;
    this.#hasTransit = false;
  }

  /** Interarrival jitter, RTP clock units. */
  get jitter(): number {
    return this.#jitter;
  }

  get expected(): number {
    return this.#started ? this.highest - this.#base + 1 : 0;
  }

  /** Of all streams so far, one after the other. */
  get receivedEver(): number {
    return this.#receivedBefore + this.received;
  }

  get expectedEver(): number {
    return this.#expectedBefore + this.expected;
  }

  /** Lost so far; never below zero here (a report's field may be, by duplicates). */
  get lost(): number {
    return Math.max(0, this.expected - this.received);
  }

  /** Fraction lost since the last call, in 1/256 (A.3). */
  fractionLost(): number {
    const expected = this.expected - this.#expectedPrior;
    const lost = expected - (this.received - this.#receivedPrior);
    this.#expectedPrior = this.expected;
    this.#receivedPrior = this.received;
    return expected <= 0 || lost <= 0 ? 0 : Math.min(255, Math.floor((lost * 256) / expected));
  }

  #start(sequence: number): void {
    this.reset();
    this.#started = true;
    // One cycle ahead, so that packets reordered before the first one do not fall below zero.
    this.highest = 0x10000 + sequence;
    this.#base = this.highest;
    this.#window = 1;
    this.received = 1;
  }
}
