import { keyOfEvent } from './telephone-event.ts';

/**
 * Hears of each key press: `started` once, with its RTP timestamp and how long it lasts as far as its first packet that came says, then
 * `ended` once, also when end packets are lost. Durations in RTP clock units.
 */
export interface TelephoneEventListener {
  started(key: string, timestamp: number, durationUnits: number): void;
  /** @param known its end was received, and with it its whole duration */
  ended(key: string, durationUnits: number, known: boolean): void;
}

/**
 * Detects key presses in a stream of telephone-event packets (RFC 4733 §2.5, RFC 2833 peers). One press is one RTP timestamp;
 * retransmissions, doubled and reordered packets of a timestamp that has ended are ignored. Long digits come as further
 * segments (§2.5.1.3): a new timestamp that continues the old one where its duration ran out, or, from peers that move the
 * timestamp on every packet, the same event without an end in between. Several events in one payload (§2.5.1.5) are read in order.
 * Feed packets with `packet`, and time with `elapsed`, which ends a press whose end packets were lost.
 */
export class TelephoneEventReceiver {
  readonly #listener: TelephoneEventListener;
  readonly #timeoutMs: number;
  readonly #clockRate: number;
  #key = '';
  #event = -1;
  /** Timestamp of the current segment. */
  #segment = 0;
  /** Duration of earlier segments, and of the current one. */
  #before = 0;
  #duration = 0;
  #silentMs = 0;
  #lastEnded = 0;
  #lastDuration = 0;
  #hasEnded = false;

  /** `timeoutMs`: without a packet for so long a press is over (§2.5.2.2 suggests three times the packet interval). */
  constructor(listener: TelephoneEventListener, clockRate = 8000, timeoutMs = 120) {
    this.#listener = listener;
    this.#clockRate = clockRate;
    this.#timeoutMs = timeoutMs;
  }

  /** The key held down now, or ''. */
  get pressed(): string {
    return this.#key;
  }

  /** One packet. False when its payload is malformed. */
  packet(timestamp: number, marker: boolean, bytes: Uint8Array, offset: number, length: number): boolean {
    if (length < 4 || offset + length > bytes.length) return false;
    let start = timestamp;
    // More than one event per packet: each begins where the one before ended.
    for (let at = offset; at + 4 <= offset + length; at += 4) {
      const units = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
      const more = length > 4;
      this.#read(start, marker && at === offset, bytes[at] as number, ((bytes[at + 1] as number) & 0x80) !== 0 || (more && at + 8 <= offset + length), units);
      start = (start + units) >>> 0;
    }
    return true;
  }

  /** Time passed without regard to packets. Ends a press that has been silent too long. */
  elapsed(ms: number): void {
    if (this.#key === '') return;
    this.#silentMs += ms;
    if (this.#silentMs >= this.#timeoutMs) this.#end();
  }

  /** The stream carries audio again, after the event: a press whose end was lost is over. */
  audioResumed(timestamp: number): void {
    if (this.#key !== '' && ((timestamp - (this.#segment + this.#duration)) | 0) >= this.#clockRate / 50) this.#end();
  }

  /** A press that is still held ends now (the stream is going away). */
  finish(): void {
    if (this.#key !== '') this.#end();
  }

  /** Another stream begins: what is held ends, and old timestamps mean nothing. */
  restart(): void {
    this.finish();
    this.#hasEnded = false;
  }

  #read(timestamp: number, marker: boolean, event: number, end: boolean, units: number): void {
    const key = keyOfEvent(event);
    if (key === '' || this.#isPast(timestamp, event, end)) return;
    if (this.#key !== '' && timestamp !== this.#segment) {
      const ahead = (timestamp - this.#segment) | 0;
      if (ahead < 0 && ahead > -60 * this.#clockRate) return; // of an earlier segment
      if (event === this.#event && !marker && this.#continues(ahead)) {
        this.#before += ahead;
        this.#segment = timestamp;
        this.#duration = 0;
      } else {
        this.#end();
      }
    }
    if (this.#key === '') {
      this.#key = key;
      this.#event = event;
      this.#segment = timestamp;
      this.#before = 0;
      this.#duration = 0;
      this.#listener.started(key, timestamp, units);
    } else if (event !== this.#event) return; // §2.5.1.2: one timestamp, one event
    this.#silentMs = 0;
    if (units > this.#duration) this.#duration = units;
    if (end) this.#end(true);
  }

  /** A packet of a press that is over: a repeated or late one, or the repeated end of a peer that moves its timestamps. */
  #isPast(timestamp: number, event: number, end: boolean): boolean {
    if (!this.#hasEnded) return false;
    const since = (timestamp - this.#lastEnded) | 0;
    if (since <= 0) return since > -60 * this.#clockRate;
    return this.#key === '' && end && event === this.#event && since < this.#lastDuration + this.#slack;
  }

  /** A new timestamp, `ahead` of the segment's, continues it: where its duration ran full, or within a packet's time of its end. */
  #continues(ahead: number): boolean {
    const gap = ahead - this.#duration;
    return this.#duration >= 0xf000 ? gap >= 0 && ahead <= 0xffff + this.#slack : Math.abs(gap) <= this.#slack;
  }

  /** 40 ms: shorter than the pause between two presses. */
  get #slack(): number {
    return this.#clockRate / 25;
  }

  #end(known = false): void {
    const key = this.#key;
    this.#key = '';
    this.#hasEnded = true;
    this.#lastEnded = this.#segment;
    this.#lastDuration = this.#duration;
    this.#silentMs = 0;
    this.#listener.ended(key, this.#before + this.#duration, known);
  }
}
