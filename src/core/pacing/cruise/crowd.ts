/**
 * The most by which people outnumber agents over a series of steps, when there are many of both: each step's people less the agents
 * who became free is nearly normal, and so is the greatest of the sums so far, by moments (Clark 1961, *The greatest of a finite
 * set of random variables*). Answers the expected excess over `free` agents: the people who find nobody.
 */
export function expectedExcess(free: number, come: Moments, go: Moments): number {
  let sum = (come.mean[0] as number) - (go.mean[0] as number);
  let sumVariance = (come.variance[0] as number) + (go.variance[0] as number);
  let most = sum;
  let mostVariance = sumVariance;
  let both = sumVariance;
  for (let j = 1; j < come.mean.length; j++) {
    sum += (come.mean[j] as number) - (go.mean[j] as number);
    sumVariance += (come.variance[j] as number) + (go.variance[j] as number);
    const apart = Math.sqrt(Math.max(1e-12, mostVariance + sumVariance - 2 * both));
    const x = (most - sum) / apart;
    if (x > 6) continue;
    if (x < -6) {
      most = sum;
      mostVariance = sumVariance;
      both = sumVariance;
      continue;
    }
    const density = Math.exp(-0.5 * x * x) * 0.3989422804014327;
    const older = below(x, density);
    const newer = 1 - older;
    const mean = most * older + sum * newer + apart * density;
    const square = (mostVariance + most * most) * older + (sumVariance + sum * sum) * newer + (most + sum) * apart * density;
    mostVariance = Math.max(1e-9, square - mean * mean);
    most = mean;
    both = both * older + sumVariance * newer;
  }
  const spread = Math.sqrt(mostVariance);
  const x = (most - free) / spread;
  if (x > 8) return most - free;
  if (x < -8) return 0;
  const density = Math.exp(-0.5 * x * x) * 0.3989422804014327;
  return Math.max(0, spread * (density + x * below(x, density)));
}

export interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** The normal distribution function, from its density (Abramowitz and Stegun 26.2.17: seven places). */
function below(x: number, density: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail = density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x >= 0 ? 1 - tail : tail;
}
