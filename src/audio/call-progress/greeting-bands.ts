/** Bands of the voice's spectrum; see `GreetingBands`. */
export const BANDS = 24;
const LOWEST_HZ = 120;
const HIGHEST_HZ = 3_600;
const BIN_HZ = 8_000 / 256;
/** Log power of a band below which nothing is told apart. */
const LEAST = 6;

const mel = (hz: number): number => 1127 * Math.log(1 + hz / 700);
const hertz = (m: number): number => 700 * (Math.exp(m / 1127) - 1);

/** Triangles, evenly spaced on the mel scale (O'Shaughnessy): first bin of each, and the weights from there on. */
const triangles = Array.from({ length: BANDS }, (_, band) => {
  const step = (mel(HIGHEST_HZ) - mel(LOWEST_HZ)) / (BANDS + 1);
  const [from, centre, to] = [0, 1, 2].map((n) => hertz(mel(LOWEST_HZ) + (band + n) * step) / BIN_HZ) as [number, number, number];
  const first = Math.ceil(from);
  const weights: number[] = [];
  for (let k = first; k < to; k++) weights.push(k < centre ? (k - from) / (centre - from) : (to - k) / (to - centre));
  return { first, weights: Float64Array.from(weights.length > 0 ? weights : [1]) };
});

/** Natural logarithms of a voice's power in mel bands, from the spectrum that the tones are looked for in. */
export class GreetingBands {
  readonly values = new Float64Array(BANDS).fill(LEAST);

  /** @param power of 128 bins of 31.25 Hz; undefined when it was too quiet to be looked at */
  look(power: Float64Array | undefined): void {
    if (power === undefined) {
      this.values.fill(LEAST);
      return;
    }
    for (let band = 0; band < BANDS; band++) {
      const { first, weights } = triangles[band] as (typeof triangles)[number];
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += (weights[i] as number) * (power[first + i] as number);
      this.values[band] = Math.max(LEAST, Math.log(sum + 1));
    }
  }
}
