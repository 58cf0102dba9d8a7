import { meanSquare, powerOfDbm0, saturate } from './level.ts';

/**
 * Brings speech slowly to −18 dBm0 (CCXML autoinputgain, autooutputgain): at most +12 and −12 dB, 6 dB a second up and
 * 18 down, steered by speech alone so that pauses are not blown up. Changes glide within the frame; never clicks.
 */
export class AutoGain {
  readonly #sampleRate: number;
  readonly #target: number;
  readonly #limit: number;
  #level = 0;
  #gain = 1;
  #floor = powerOfDbm0(-60);

  constructor(sampleRate = 8000, targetDbm0 = -18, limitDb = 12) {
    this.#sampleRate = sampleRate;
    this.#target = powerOfDbm0(targetDbm0);
    this.#limit = 10 ** (limitDb / 20);
  }

  /** dB in force now. */
  get gainDb(): number {
    return 20 * Math.log10(this.#gain);
  }

  /** `out` may be `frame`. */
  process(frame: Int16Array, out: Int16Array): void {
    const seconds = frame.length / this.#sampleRate;
    const power = meanSquare(frame);
    this.#floor = power < this.#floor ? Math.max(power, 1) : Math.min(power, this.#floor * 2 ** seconds);
    if (power > powerOfDbm0(-45) && power > this.#floor * 10) {
      this.#level = this.#level === 0 ? power : this.#level + (power - this.#level) * Math.min(1, seconds / 0.4);
    }
    let gain = this.#gain;
    let target = gain;
    if (this.#level > 0) {
      const wanted = Math.min(this.#limit, Math.max(1 / this.#limit, Math.sqrt(this.#target / this.#level)));
      target = wanted > gain ? Math.min(wanted, gain * 2 ** seconds) : Math.max(wanted, gain * 0.125 ** seconds);
    }
    const step = (target - gain) / frame.length;
    for (let i = 0; i < frame.length; i++) {
      gain += step;
      out[i] = saturate((frame[i] as number) * gain);
    }
    this.#gain = target;
  }
}
