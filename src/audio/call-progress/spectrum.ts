const N = 256;
const HALF = N / 2;

const hann = Float64Array.from({ length: N }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / N));
const cosines = Float64Array.from({ length: N }, (_, i) => Math.cos((2 * Math.PI * i) / N));
const sines = Float64Array.from({ length: N }, (_, i) => Math.sin((2 * Math.PI * i) / N));
/** For butterflies over `half`, from place `half` on: e^(−jπk/half). */
const turnCos = Float64Array.from({ length: HALF }, (_, i) => (i === 0 ? 1 : Math.cos((Math.PI * (i - halfBelow(i))) / halfBelow(i))));
const turnSin = Float64Array.from({ length: HALF }, (_, i) => (i === 0 ? 0 : -Math.sin((Math.PI * (i - halfBelow(i))) / halfBelow(i))));
function halfBelow(i: number): number {
  return 2 ** (31 - Math.clz32(i));
}
const reversed = Uint8Array.from({ length: HALF }, (_, i) => {
  let r = 0;
  for (let b = 0; b < 7; b++) if ((i & (1 << b)) !== 0) r |= 1 << (6 - b);
  return r;
});

/** Power spectrum of 256 samples under a Hann window, by a complex FFT of half the length. One serves all legs of a thread. */
export class Spectrum {
  /** Power per bin, 0 … 127, of the last `process`; a bin is sampleRate / 256 wide. */
  readonly power = new Float64Array(HALF);
  readonly #re = new Float64Array(HALF);
  readonly #im = new Float64Array(HALF);

  /** @param ring 256 samples, the oldest at `at`. */
  process(ring: Int16Array, at: number): void {
    const re = this.#re;
    const im = this.#im;
    for (let i = 0; i < HALF; i++) {
      const j = reversed[i] as number;
      re[j] = (ring[(at + 2 * i) & (N - 1)] as number) * (hann[2 * i] as number);
      im[j] = (ring[(at + 2 * i + 1) & (N - 1)] as number) * (hann[2 * i + 1] as number);
    }
    // The first two stages turn by quarters only.
    for (let i = 0; i < HALF; i += 4) {
      const r0 = re[i] as number;
      const r1 = re[i + 1] as number;
      const r2 = re[i + 2] as number;
      const r3 = re[i + 3] as number;
      const i0 = im[i] as number;
      const i1 = im[i + 1] as number;
      const i2 = im[i + 2] as number;
      const i3 = im[i + 3] as number;
      re[i] = r0 + r1 + (r2 + r3);
      im[i] = i0 + i1 + (i2 + i3);
      re[i + 1] = r0 - r1 + (i2 - i3);
      im[i + 1] = i0 - i1 - (r2 - r3);
      re[i + 2] = r0 + r1 - (r2 + r3);
      im[i + 2] = i0 + i1 - (i2 + i3);
      re[i + 3] = r0 - r1 - (i2 - i3);
      im[i + 3] = i0 - i1 + (r2 - r3);
    }
    for (let half = 4; half < HALF; half <<= 1) {
      for (let from = 0; from < HALF; from += half << 1) {
        for (let k = 0; k < half; k++) {
          // The turns of a stage lie side by side, from 2π·0 to just below π.
          const wr = turnCos[half + k] as number;
          const wi = turnSin[half + k] as number;
          const i = from + k;
          const j = i + half;
          const ar = re[j] as number;
          const ai = im[j] as number;
          const xr = ar * wr - ai * wi;
          const xi = ar * wi + ai * wr;
          const br = re[i] as number;
          const bi = im[i] as number;
          re[j] = br - xr;
          im[j] = bi - xi;
          re[i] = br + xr;
          im[i] = bi + xi;
        }
      }
    }
    // Even and odd samples were one complex signal: take the two spectra apart and join them.
    const power = this.power;
    power[0] = ((re[0] as number) + (im[0] as number)) ** 2;
    for (let k = 1; k < HALF; k++) {
      const r1 = re[k] as number;
      const i1 = im[k] as number;
      const r2 = re[HALF - k] as number;
      const i2 = im[HALF - k] as number;
      const er = (r1 + r2) / 2;
      const ei = (i1 - i2) / 2;
      const or = (i1 + i2) / 2;
      const oi = (r2 - r1) / 2;
      const c = cosines[k] as number;
      const s = sines[k] as number;
      const xr = er + or * c + oi * s;
      const xi = ei + oi * c - or * s;
      power[k] = xr * xr + xi * xi;
    }
  }
}
