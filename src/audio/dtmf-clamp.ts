import { CLAMP_DELAY_MS, DigitDimmer, type DtmfClampMode } from './digit-dimmer.ts';

/** Takes in-band DTMF out of a stream, for who keeps nothing of its past: see `DigitDimmer`. Frames of any length up to 60 ms, `out` as long as `frame`. */
export class DtmfClamp {
  readonly #dimmer: DigitDimmer;
  readonly #delay: number;
  /** What came before, as long as what leaves is later by, and behind it the frame. */
  #line: Int16Array;
  #delayed: Int16Array;

  constructor(mode: DtmfClampMode = 'mute', sampleRate = 8000) {
    this.#dimmer = new DigitDimmer(mode, sampleRate);
    this.#delay = Math.round((CLAMP_DELAY_MS * sampleRate) / 1000);
    this.#line = new Int16Array(this.#delay);
    this.#delayed = this.#line.subarray(0, 0);
  }

  get mode(): DtmfClampMode {
    return this.#dimmer.mode;
  }

  set mode(mode: DtmfClampMode) {
    this.#dimmer.mode = mode;
  }

  /** The digit being taken out of what comes in now, or undefined. */
  get digit(): string | undefined {
    return this.#dimmer.digit;
  }

  /** How many digits have been taken out. */
  get clamped(): number {
    return this.#dimmer.clamped;
  }

  process(frame: Int16Array, out: Int16Array): void {
    const { length } = frame;
    if (this.#delayed.length !== length) this.#fit(length);
    this.#line.set(frame, this.#delay);
    const leaves = this.#dimmer.process(frame, this.#delayed, out);
    if (leaves !== out) out.set(leaves);
    this.#line.copyWithin(0, length, length + this.#delay);
  }

  #fit(length: number): void {
    if (this.#line.length < this.#delay + length) {
      const longer = new Int16Array(this.#delay + length);
      longer.set(this.#line.subarray(0, this.#delay));
      this.#line = longer;
    }
    this.#delayed = this.#line.subarray(0, length);
  }
}
