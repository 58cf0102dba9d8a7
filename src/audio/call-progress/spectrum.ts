const N = 256;
const HALF = N / 2;

const hann = Float64Array.from({ length: N }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / N));
const cosines = Float64Array.from({ length: N }, (_, i) => Math.cos((2 * Math.PI * i) / N));
const sines = Float64Array.from({ length: N }, (_, i) => Math.sin((2 * Math.PI * i) / N));
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
    for (let size = 2; size <= HALF; size <<= 1) {
      const half = size >> 1;
      const stride = N / size;
      for (let k = 0; k < half; k++) {
        const wr = cosines[k * stride] as number;
        const wi = -(sines[k * stride] as number);
        for (let i = k; i < HALF; i += size) {
          const j = i + half;
          const xr = (re[j] as number) * wr - (im[j] as number) * wi;
          const xi = (re[j] as number) * wi + (im[j] as number) * wr;
          re[j] = (re[i] as number) - xr;
          im[j] = (im[i] as number) - xi;
          re[i] = (re[i] as number) + xr;
          im[i] = (im[i] as number) + xi;
        }
      }
    }
    // Even and odd samples were one complex signal: take the two spectra apart and join them.
    this.power[0] = ((re[0] as number) + (im[0] as number)) ** 2;
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
      this.power[k] = xr * xr + xi * xi;
    }
  }
}
