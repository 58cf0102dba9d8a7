/**
 * A bank of phase-continuous correlators at fixed frequencies: for each block of `blockSize` samples, the complex sum of the
 * signal against each frequency, with one time origin for all blocks. Sums of neighbouring blocks added together are the
 * DFT over the longer window, and the turn from one block to the next is the deviation from the nominal frequency: so one
 * pass over the samples serves every window length, and tells 1.5 % from 3.5 % within 30 ms (ITU-T Q.24).
 */
export class ToneBank {
  readonly frequencies: readonly number[];
  readonly blockSize: number;
  /** The newest block's sums, per frequency. */
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** The newest block's energy (sum of squares). */
  energy = 0;
  readonly #sampleRate: number;
  readonly #cos: Float32Array;
  readonly #index: Int32Array;

  /** @param frequencies whole Hz. */
  constructor(frequencies: readonly number[], blockSize: number, sampleRate = 8000) {
    this.frequencies = frequencies;
    this.blockSize = blockSize;
    this.re = new Float64Array(frequencies.length);
    this.im = new Float64Array(frequencies.length);
    this.#sampleRate = sampleRate;
    this.#cos = cosineTable(sampleRate);
    this.#index = new Int32Array(frequencies.length);
  }

  /** Takes one block: `blockSize` samples from `start`. */
  process(samples: Int16Array, start: number): void {
    const rate = this.#sampleRate;
    const cos = this.#cos;
    const end = start + this.blockSize;
    const quarter = rate - (rate >> 2);
    let energy = 0;
    for (let i = start; i < end; i++) {
      const s = samples[i] as number;
      energy += s * s;
    }
    this.energy = energy;
    for (let f = 0; f < this.frequencies.length; f++) {
      const step = this.frequencies[f] as number;
      let index = this.#index[f] as number;
      let re = 0;
      let im = 0;
      for (let i = start; i < end; i++) {
        const s = samples[i] as number;
        re += s * (cos[index] as number);
        let q = index + quarter;
        if (q >= rate) q -= rate;
        im -= s * (cos[q] as number);
        index += step;
        if (index >= rate) index -= rate;
      }
      this.#index[f] = index;
      this.re[f] = re;
      this.im[f] = im;
    }
  }
}

const tables = new Map<number, Float32Array>();
function cosineTable(sampleRate: number): Float32Array {
  let table = tables.get(sampleRate);
  if (table === undefined) {
    table = Float32Array.from({ length: sampleRate }, (_, i) => Math.cos((2 * Math.PI * i) / sampleRate));
    tables.set(sampleRate, table);
  }
  return table;
}
