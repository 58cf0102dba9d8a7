import { Resampler } from './resampler.ts';

/** A stream at another rate whose times stay true: the filter's lag is cut off its beginning and brought in at its end. */
export class LaglessResampler {
  readonly #resampler: Resampler | undefined;
  readonly #from: number;
  readonly #to: number;
  #lag = 0;
  #in = 0;
  #out = 0;

  constructor(from: number, to: number) {
    this.#from = from;
    this.#to = to;
    if (from === to) return;
    this.#resampler = new Resampler(from, to);
    this.#lag = Math.round(this.#resampler.delay);
  }

  /** Answers a new array, or the given one where the rates are the same. */
  process(samples: Int16Array): Int16Array {
    this.#in += samples.length;
    if (this.#resampler === undefined) return samples;
    const out = new Int16Array(this.#resampler.outputLimit(samples.length));
    const written = this.#resampler.process(samples, out);
    const cut = Math.min(this.#lag, written);
    this.#lag -= cut;
    this.#out += written - cut;
    return out.subarray(cut, written);
  }

  /** What is left in the filter. */
  flush(): Int16Array {
    if (this.#resampler === undefined) return new Int16Array(0);
    const due = Math.max(0, Math.round((this.#in * this.#to) / this.#from) - this.#out);
    const input = Math.ceil(((due + this.#lag) * this.#from) / this.#to) + 1;
    return this.process(new Int16Array(input)).subarray(0, due);
  }
}
