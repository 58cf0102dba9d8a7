/** One sub-band's adaptive prediction and quantiser scale of G.722 (ITU-T G.722 §§3.5, 3.6, 5.2; block names as there). */
const INVERSE_LOG = Int32Array.of(
  2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
  2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
);

export const saturate16 = (value: number): number => (value > 32767 ? 32767 : value < -32768 ? -32768 : value);

export class G722Band {
  /** Predicted signal of the next sample. */
  predicted = 0;
  /** Quantiser scale factor. */
  scale: number;
  readonly #logLimit: number;
  readonly #logShift: number;
  #log = 0;
  #zeroPart = 0;
  /** Difference signal, newest first, and the coefficients of the six zeros. */
  readonly #d = new Int32Array(7);
  readonly #b = new Int32Array(7);
  #a1 = 0;
  #a2 = 0;
  #r1 = 0;
  #p0 = 0;
  #p1 = 0;

  constructor(band: 'low' | 'high') {
    this.scale = band === 'low' ? 32 : 8;
    this.#logLimit = band === 'low' ? 18432 : 22528;
    this.#logShift = band === 'low' ? 8 : 10;
  }

  /** LOGSC, SCALE: `step` is the multiplier W of the code that was sent. */
  rescale(step: number): void {
    const log = ((this.#log * 127) >> 7) + step;
    this.#log = log < 0 ? 0 : log > this.#logLimit ? this.#logLimit : log;
    const shift = this.#logShift - (this.#log >> 11);
    const mantissa = INVERSE_LOG[(this.#log >> 6) & 31] as number;
    this.scale = (shift < 0 ? mantissa << -shift : mantissa >> shift) << 2;
  }

  /** RECONS, PARREC, UPPOL, UPZERO, FILTEP, FILTEZ, PREDIC with the quantised difference of this sample. */
  adapt(difference: number): void {
    const reconstructed = saturate16(this.predicted + difference);
    const partial = saturate16(this.#zeroPart + difference);
    const sign0 = partial >> 15;
    const same1 = sign0 === this.#p0 >> 15;
    const same2 = sign0 === this.#p1 >> 15;
    const scaled = saturate16(this.#a1 << 2);
    const turned = Math.min(32767, same1 ? -scaled : scaled);
    let a2 = (turned >> 7) + (same2 ? 128 : -128) + ((this.#a2 * 32512) >> 15);
    a2 = a2 > 12288 ? 12288 : a2 < -12288 ? -12288 : a2;
    let a1 = saturate16((same1 ? 192 : -192) + ((this.#a1 * 32640) >> 15));
    const most = saturate16(15360 - a2);
    a1 = a1 > most ? most : a1 < -most ? -most : a1;
    this.#zeros(difference);
    const poles = saturate16(((a1 * saturate16(reconstructed * 2)) >> 15) + ((a2 * saturate16(this.#r1 * 2)) >> 15));
    this.#a1 = a1;
    this.#a2 = a2;
    this.#r1 = reconstructed;
    this.#p1 = this.#p0;
    this.#p0 = partial;
    this.predicted = saturate16(poles + this.#zeroPart);
  }

  #zeros(difference: number): void {
    const d = this.#d;
    const b = this.#b;
    d[0] = difference;
    const step = difference === 0 ? 0 : 128;
    const sign = difference >> 15;
    for (let i = 1; i <= 6; i++) b[i] = saturate16(((d[i] as number) >> 15 === sign ? step : -step) + (((b[i] as number) * 32640) >> 15));
    let sum = 0;
    for (let i = 6; i >= 1; i--) {
      const delayed = d[i - 1] as number;
      d[i] = delayed;
      sum += ((b[i] as number) * saturate16(delayed * 2)) >> 15;
    }
    this.#zeroPart = saturate16(sum);
  }
}
