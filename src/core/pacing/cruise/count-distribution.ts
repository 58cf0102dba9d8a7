/** Folds one more chance into the distribution of a number that is at most `most`; what would fall off the end stays on the last place. */
export function addTo(pmf: Float64Array, chance: number, most: number): void {
  const last = pmf.length - 1;
  if (most >= last - 1) pmf[last] = (pmf[last] as number) + (pmf[last - 1] as number) * chance;
  for (let u = Math.min(last - 1, most + 1); u > 0; u--) pmf[u] = (pmf[u] as number) * (1 - chance) + (pmf[u - 1] as number) * chance;
  pmf[0] = (pmf[0] as number) * (1 - chance);
}

/**
 * The distribution of a number of independent events with this sum of chances and of squared chances, as the binomial with the
 * same mean and variance (its number of trials need not be whole). Answers how many places of `into` are used.
 */
export function binomial(mean: number, squared: number, into: Float64Array): number {
  if (mean < 1e-9) {
    into[0] = 1;
    return 1;
  }
  const p = Math.min(0.95, Math.max(1e-6, squared / mean));
  const n = mean / p;
  const odds = p / (1 - p);
  let term = Math.exp(n * Math.log1p(-p));
  if (term < 1e-290) return normalPlaces(mean, Math.sqrt(mean * (1 - p)), into);
  let sum = 0;
  let k = 0;
  for (; k < into.length - 1; k++) {
    into[k] = term;
    sum += term;
    if (1 - sum < 1e-7 || n - k <= 0) break;
    term *= ((n - k) / (k + 1)) * odds;
    if (k > mean && term < 1e-8) break;
  }
  const width = k + 1;
  for (let i = 0; i < width; i++) into[i] = (into[i] as number) / sum;
  return width;
}

function normalPlaces(mean: number, spread: number, into: Float64Array): number {
  const width = Math.min(into.length, Math.ceil(mean + 5 * spread) + 1);
  let sum = 0;
  for (let i = 0; i < width; i++) {
    const x = (i - mean) / spread;
    into[i] = Math.exp(-0.5 * x * x);
    sum += into[i] as number;
  }
  for (let i = 0; i < width; i++) into[i] = (into[i] as number) / sum;
  return width;
}
