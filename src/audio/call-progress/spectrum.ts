const N = 256;
const HALF = N / 2;
const QUARTER = N / 4;

const hann = Float64Array.from({ length: N }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / N));
const cosines = Float64Array.from({ length: N }, (_, i) => Math.cos((2 * Math.PI * i) / N));
const sines = Float64Array.from({ length: N }, (_, i) => Math.sin((2 * Math.PI * i) / N));
/** Where the first of four inputs of a butterfly of the first pass lies; the others follow a quarter apart. */
const firstOf = Uint8Array.from({ length: HALF / 4 }, (_, i) => {
  let r = 0;
  for (let b = 0; b < 5; b++) if ((i & (1 << b)) !== 0) r |= 1 << (4 - b);
  return r;
});
/** The turns of the passes over 4 and over 16: by one, two and three steps, cosine and sine, six numbers for each place. */
const turnsOf4 = turns(4);
const turnsOf16 = turns(16);
function turns(size: number): Float64Array {
  return Float64Array.from({ length: size * 6 }, (_, i) => {
    const angle = (-Math.PI * Math.floor(i / 6) * ((Math.floor(i / 2) % 3) + 1)) / (size * 2);
    return (i & 1) === 0 ? Math.cos(angle) : Math.sin(angle);
  });
}

/** Power spectrum of 256 samples under a Hann window, by a complex FFT of half the length and of radix 4. One serves all legs of a thread. */
export class Spectrum {
  /** Power per bin, 0 … 127, of the last `process`; a bin is sampleRate / 256 wide. */
  readonly power = new Float64Array(HALF);
  readonly #re = new Float64Array(HALF);
  readonly #im = new Float64Array(HALF);

  /** @param ring 256 samples, the oldest at `at`. */
  process(ring: Int16Array, at: number): void {
    this.#begin(ring, at);
    this.#pass(4, turnsOf4);
    this.#pass(16, turnsOf16);
    this.#finish();
  }

  /** Even samples are the real part and odd ones the imaginary. The first butterflies turn by quarters only. */
  #begin(ring: Int16Array, at: number): void {
    const re = this.#re;
    const im = this.#im;
    for (let i = 0; i < HALF / 4; i++) {
      const j = 2 * (firstOf[i] as number);
      const r0 = (ring[(at + j) & (N - 1)] as number) * (hann[j] as number);
      const i0 = (ring[(at + j + 1) & (N - 1)] as number) * (hann[j + 1] as number);
      const r2 = (ring[(at + j + 64) & (N - 1)] as number) * (hann[j + 64] as number);
      const i2 = (ring[(at + j + 65) & (N - 1)] as number) * (hann[j + 65] as number);
      const r1 = (ring[(at + j + 128) & (N - 1)] as number) * (hann[j + 128] as number);
      const i1 = (ring[(at + j + 129) & (N - 1)] as number) * (hann[j + 129] as number);
      const r3 = (ring[(at + j + 192) & (N - 1)] as number) * (hann[j + 192] as number);
      const i3 = (ring[(at + j + 193) & (N - 1)] as number) * (hann[j + 193] as number);
      const k = i * 4;
      re[k] = r0 + r1 + (r2 + r3);
      im[k] = i0 + i1 + (i2 + i3);
      re[k + 1] = r0 - r1 + (i2 - i3);
      im[k + 1] = i0 - i1 - (r2 - r3);
      re[k + 2] = r0 + r1 - (r2 + r3);
      im[k + 2] = i0 + i1 - (i2 + i3);
      re[k + 3] = r0 - r1 - (i2 - i3);
      im[k + 3] = i0 - i1 + (r2 - r3);
    }
  }

  /** Joins four transforms of `size` to one, wherever four lie side by side. */
  #pass(size: number, turn: Float64Array): void {
    const re = this.#re;
    const im = this.#im;
    for (let k = 0; k < size; k++) {
      const t = k * 6;
      const c1 = turn[t] as number;
      const s1 = turn[t + 1] as number;
      const c2 = turn[t + 2] as number;
      const s2 = turn[t + 3] as number;
      const c3 = turn[t + 4] as number;
      const s3 = turn[t + 5] as number;
      for (let a = k; a < HALF; a += size * 4) {
        const b = a + size;
        const c = b + size;
        const d = c + size;
        const ar = re[a] as number;
        const ai = im[a] as number;
        const br = (re[b] as number) * c2 - (im[b] as number) * s2;
        const bi = (re[b] as number) * s2 + (im[b] as number) * c2;
        const cr = (re[c] as number) * c1 - (im[c] as number) * s1;
        const ci = (re[c] as number) * s1 + (im[c] as number) * c1;
        const dr = (re[d] as number) * c3 - (im[d] as number) * s3;
        const di = (re[d] as number) * s3 + (im[d] as number) * c3;
        const pr = ar + br;
        const pi = ai + bi;
        const mr = ar - br;
        const mi = ai - bi;
        const qr = cr + dr;
        const qi = ci + di;
        const nr = cr - dr;
        const ni = ci - di;
        re[a] = pr + qr;
        im[a] = pi + qi;
        re[b] = mr + ni;
        im[b] = mi - nr;
        re[c] = pr - qr;
        im[c] = pi - qi;
        re[d] = mr - ni;
        im[d] = mi + nr;
      }
    }
  }

  /** Joins the last two transforms, and takes the spectra of the even and the odd samples, which are in them, apart: four bins at a time. */
  #finish(): void {
    const re = this.#re;
    const im = this.#im;
    const power = this.power;
    // Bins 0 and 64 stand alone.
    const r0 = (re[0] as number) + (re[QUARTER] as number);
    const i0 = (im[0] as number) + (im[QUARTER] as number);
    power[0] = (r0 + i0) ** 2;
    const r1 = (re[0] as number) - (re[QUARTER] as number);
    const i1 = (im[0] as number) - (im[QUARTER] as number);
    power[QUARTER] = r1 * r1 + i1 * i1;
    for (let k = 1; k <= QUARTER / 2; k++) {
      const l = QUARTER - k;
      const c2 = cosines[2 * k] as number;
      const s2 = sines[2 * k] as number;
      const kr = re[k] as number;
      const ki = im[k] as number;
      const lr = re[l] as number;
      const li = im[l] as number;
      const br = re[QUARTER + k] as number;
      const bi = im[QUARTER + k] as number;
      const dr = re[QUARTER + l] as number;
      const di = im[QUARTER + l] as number;
      const tr = br * c2 + bi * s2;
      const ti = bi * c2 - br * s2;
      // The turn of l is that of k mirrored.
      const ur = di * s2 - dr * c2;
      const ui = -dr * s2 - di * c2;
      const c = cosines[k] as number;
      const s = sines[k] as number;
      this.#split(k, kr + tr, ki + ti, lr - ur, li - ui, c, s);
      this.#split(l, lr + ur, li + ui, kr - tr, ki - ti, s, c);
    }
  }

  /** Bins `k` and 128 − `k` of the whole from bins `k` (1) and 128 − `k` (2) of the joined transform. */
  #split(k: number, r1: number, i1: number, r2: number, i2: number, c: number, s: number): void {
    const er = (r1 + r2) / 2;
    const ei = (i1 - i2) / 2;
    const or = (i1 + i2) / 2;
    const oi = (r2 - r1) / 2;
    const xr = or * c + oi * s;
    const xi = oi * c - or * s;
    this.power[k] = (er + xr) ** 2 + (ei + xi) ** 2;
    this.power[HALF - k] = (er - xr) ** 2 + (xi - ei) ** 2;
  }
}
