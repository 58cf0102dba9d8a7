/**
 * The most by which people outnumber agents over a series of steps, when there are many of both: each step's people less the agents
 * who became free is nearly normal, and so is the greatest of the sums so far, by moments (Clark 1961, *The greatest of a finite
 * set of random variables*). Answers the expected excess over `free` agents: the people who find nobody.
 */
export function expectedExcess(free: number, come: Moments, go: Moments): number {
  const { mean: comes, variance: comesVariance } = come;
  const { mean: goes, variance: goesVariance } = go;
  let sum = (comes[0] as number) - (goes[0] as number);
  let sumVariance = (comesVariance[0] as number) + (goesVariance[0] as number);
  let most = sum;
  let mostVariance = sumVariance;
  let both = sumVariance;
  for (let j = 1; j < comes.length; j++) {
    sum += (comes[j] as number) - (goes[j] as number);
    sumVariance += (comesVariance[j] as number) + (goesVariance[j] as number);
    const apartSquared = Math.max(1e-12, mostVariance + sumVariance - 2 * both);
    const gap = most - sum;
    // Six standard deviations apart, the greater of the two is certain.
    if (gap * gap > 36 * apartSquared) {
      if (gap > 0) continue;
      most = sum;
      mostVariance = sumVariance;
      both = sumVariance;
      continue;
    }
    const apart = Math.sqrt(apartSquared);
    const x = gap / apart;
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
