import { saturate } from './level.ts';

/** A gain that moves to its target over 10 ms, so that no change of it clicks. Saturates. */
export class Gain {
  readonly #step: number;
  #current: number;
  #target: number;

  constructor(db = 0, sampleRate = 8000) {
    this.#current = this.#target = 10 ** (db / 20);
    this.#step = 1 / (0.01 * sampleRate);
  }

  /** dB; −Infinity silences. */
  set db(value: number) {
    this.#target = 10 ** (value / 20);
  }

  get db(): number {
    return 20 * Math.log10(this.#target);
  }

  /** `out` may be `frame`. */
  process(frame: Int16Array, out: Int16Array): void {
    if (this.#current === this.#target && this.#current === 1) {
      if (out !== frame) out.set(frame);
      return;
    }
    let gain = this.#current;
    const target = this.#target;
    const step = this.#step * Math.max(1, Math.abs(target - gain));
    for (let i = 0; i < frame.length; i++) {
      if (gain < target) gain = Math.min(target, gain + step);
      else if (gain > target) gain = Math.max(target, gain - step);
      out[i] = saturate((frame[i] as number) * gain);
    }
    this.#current = gain;
  }
}
