import { eventOfKey } from './telephone-event.ts';

/**
 * Makes the telephone-event packets of one press at a time (RFC 4733 §2.5.1): one payload per packet interval while the key is
 * held, with a growing duration and one timestamp; then the end three times. Presses over 0xFFFF units go on in a new segment
 * (§2.5.1.3). The owner calls `next` once per packet interval, sends `payload` under `timestamp`, and sends no audio while
 * `active`. Durations in RTP clock units of the event's payload format.
 */
export class TelephoneEventSender {
  /** The four octets to send when `next` answered true. */
  readonly payload = new Uint8Array(4);
  /** RTP timestamp and marker bit of the packet to send. */
  timestamp = 0;
  marker = false;
  readonly #interval: number;
  readonly #volume: number;
  #event = -1;
  #duration = 0;
  /** Units of the segments before this one. */
  #before = 0;
  /** Units still to be held; Infinity while the end is not known. */
  #left = 0;
  #ends = 0;
  #first = true;

  /** `intervalUnits`: clock units per packet; `volume`: dBm0 without its sign, 0–63. */
  constructor(intervalUnits: number, volume = 10) {
    this.#interval = intervalUnits;
    this.#volume = volume & 0x3f;
  }

  /** A press is being sent, its end packets included. */
  get active(): boolean {
    return this.#event >= 0;
  }

  /** Begins a press at `timestamp`. Without a duration it lasts until `release`. False when the key is none. */
  press(key: string, timestamp: number, durationUnits = Number.POSITIVE_INFINITY): boolean {
    const event = eventOfKey(key);
    if (event < 0) return false;
    this.#event = event;
    this.timestamp = timestamp >>> 0;
    this.#duration = 0;
    this.#before = 0;
    this.#left = Math.max(durationUnits, this.#interval);
    this.#ends = 0;
    this.#first = true;
    return true;
  }

  /** The key goes up: the next packet is the first end packet, or the one at which the press has lasted `durationUnits`. */
  release(durationUnits = 0): void {
    if (this.#event >= 0 && this.#ends === 0) this.#left = Math.min(this.#left, Math.max(this.#interval, durationUnits - this.#before - this.#duration));
  }

  /** Fills the next packet. False when nothing is to be sent. */
  next(): boolean {
    if (this.#event < 0) return false;
    this.marker = this.#first;
    this.#first = false;
    if (this.#ends === 0) {
      if (this.#duration + this.#interval > 0xffff) {
        this.timestamp = (this.timestamp + this.#duration) >>> 0;
        this.#before += this.#duration;
        this.#duration = 0;
      }
      this.#duration += Math.min(this.#interval, this.#left);
      this.#left -= this.#interval;
      if (this.#left <= 0) this.#ends = 1;
    } else {
      this.#ends += 1;
    }
    const units = Math.round(this.#duration);
    this.payload[0] = this.#event;
    this.payload[1] = (this.#ends > 0 ? 0x80 : 0) | this.#volume;
    this.payload[2] = units >> 8;
    this.payload[3] = units & 0xff;
    if (this.#ends === 3) this.#event = -1;
    return true;
  }
}
