import { Resampler } from '../../audio/resampler.ts';
import { frameSamples, type SampleRate } from './source.ts';

/** Frames of 20 ms at one rate, out of frames that have this rate or the other. */
export class FrameResampler {
  readonly #rate: SampleRate;
  readonly #out: Int16Array;
  readonly #exact: Int16Array;
  #resampler: Resampler | undefined;

  constructor(rate: SampleRate) {
    this.#rate = rate;
    this.#out = new Int16Array(frameSamples(rate) + 1);
    this.#exact = this.#out.subarray(0, frameSamples(rate));
  }

  /** Valid until the next call. */
  frame(frame: Int16Array): Int16Array {
    if (frame.length === this.#exact.length) {
      this.#resampler = undefined;
      return frame;
    }
    this.#resampler ??= new Resampler(frame.length * 50, this.#rate);
    this.#resampler.process(frame, this.#out);
    return this.#exact;
  }
}
