/**
 * A bank of phase-continuous correlators at fixed frequencies: for a block of `blockSize` samples, the complex sum of the
 * signal against each frequency, with one time origin for all blocks. Sums of neighbouring blocks added together are the
 * DFT over the longer window, and the turn from one block to the next is the deviation from the nominal frequency: so one
 * pass over the samples serves every window length, and tells 1.5 % from 3.5 % within 30 ms (ITU-T Q.24). It keeps nothing
 * of a stream: a block may be looked at when it is needed, or never.
 */
export class ToneBank {
  readonly frequencies: readonly number[];
  readonly blockSize: number;
  /** The sums of the block of the last `process`, per frequency. */
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly #sampleRate: number;
  readonly #cos: Float32Array;
  readonly #twoCos: Float64Array;
  readonly #cosine: Float64Array;
  readonly #sine: Float64Array;
  readonly #step: Int32Array;
  /** Phase of the last sample of block −1 against the common origin, in 1/sampleRate turns. */
  readonly #origin: Int32Array;

  /** @param frequencies whole Hz. */
  constructor(frequencies: readonly number[], blockSize: number, sampleRate = 8000) {
    this.frequencies = frequencies;
    this.blockSize = blockSize;
    const { twoCos, cosine, sine, step, start } = constantsOf(frequencies, blockSize, sampleRate);
    const padded = twoCos.length;
    const sums = new Float64Array(padded * 2);
    this.re = sums.subarray(0, padded);
    this.im = sums.subarray(padded);
    this.#sampleRate = sampleRate;
    this.#cos = cosineTable(sampleRate);
    this.#twoCos = twoCos;
    this.#cosine = cosine;
    this.#sine = sine;
    this.#step = step;
    this.#origin = start;
  }

  /**
   * Looks at `blockSize` samples from `start`, which are block number `block` of their stream. Goertzel's recursion, four
   * frequencies at a time.
   * @param block modulo `sampleRate` if it grows beyond 2³¹ / sampleRate: all frequencies come round with that many blocks.
   */
  process(samples: Int16Array, start: number, block: number): void {
    const end = start + this.blockSize;
    const c = this.#twoCos;
    for (let f = 0; f < c.length; f += 4) {
      const ca = c[f] as number;
      const cb = c[f + 1] as number;
      const cc = c[f + 2] as number;
      const cd = c[f + 3] as number;
      let a1 = 0;
      let a2 = 0;
      let b1 = 0;
      let b2 = 0;
      let c1 = 0;
      let c2 = 0;
      let d1 = 0;
      let d2 = 0;
      let i = start;
      // Two samples at a time: the states need not be moved.
      for (; i + 1 < end; i += 2) {
        const x = samples[i] as number;
        const y = samples[i + 1] as number;
        a2 = ca * a1 + (x - a2);
        b2 = cb * b1 + (x - b2);
        c2 = cc * c1 + (x - c2);
        d2 = cd * d1 + (x - d2);
        a1 = ca * a2 + (y - a1);
        b1 = cb * b2 + (y - b1);
        c1 = cc * c2 + (y - c1);
        d1 = cd * d2 + (y - d1);
      }
      if (i < end) {
        const x = samples[i] as number;
        [a1, a2] = [ca * a1 + (x - a2), a1];
        [b1, b2] = [cb * b1 + (x - b2), b1];
        [c1, c2] = [cc * c1 + (x - c2), c1];
        [d1, d2] = [cd * d1 + (x - d2), d1];
      }
      this.#turn(f, block, a1, a2);
      this.#turn(f + 1, block, b1, b2);
      this.#turn(f + 2, block, c1, c2);
      this.#turn(f + 3, block, d1, d2);
    }
  }

  /** Σ x·e^(−jω(n−n₀)) from the recursion's last two states, turned to the common origin. */
  #turn(f: number, block: number, s1: number, s2: number): void {
    const rate = this.#sampleRate;
    const index = ((this.#origin[f] as number) + (this.#step[f] as number) * (block + 1)) % rate;
    let quarter = index + rate - (rate >> 2);
    if (quarter >= rate) quarter -= rate;
    const cos = this.#cos[index] as number;
    const sin = this.#cos[quarter] as number;
    const re = s1 - (this.#cosine[f] as number) * s2;
    const im = (this.#sine[f] as number) * s2;
    this.re[f] = re * cos + im * sin;
    this.im[f] = im * cos - re * sin;
  }
}

/** What depends on the frequencies alone; banks of the same share it. Per frequency, padded with zeros to a multiple of four. */
interface BankConstants {
  readonly twoCos: Float64Array;
  readonly cosine: Float64Array;
  readonly sine: Float64Array;
  readonly step: Int32Array;
  readonly start: Int32Array;
}

const constants = new Map<string, BankConstants>();
function constantsOf(frequencies: readonly number[], blockSize: number, sampleRate: number): BankConstants {
  const key = `${blockSize}/${sampleRate}: ${frequencies.join()}`;
  const known = constants.get(key);
  if (known !== undefined) return known;
  const padded = (frequencies.length + 3) & ~3;
  const hertz = Array.from({ length: padded }, (_, i) => frequencies[i] ?? 0);
  const angles = hertz.map((hz) => (2 * Math.PI * hz) / sampleRate);
  const made: BankConstants = {
    twoCos: Float64Array.from(angles, (angle) => 2 * Math.cos(angle)), cosine: Float64Array.from(angles, Math.cos), sine: Float64Array.from(angles, Math.sin),
    step: Int32Array.from(hertz, (hz) => (hz * blockSize) % sampleRate), start: Int32Array.from(hertz, (hz) => (hz * (sampleRate - 1)) % sampleRate),
  };
  constants.set(key, made);
  return made;
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
