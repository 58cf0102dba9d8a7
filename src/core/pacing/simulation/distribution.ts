import type { Random } from '../../../kernel/random.ts';

/** A distribution of a duration (milliseconds), as scenarios write it; `min` and `max` clip what is drawn. */
export type Distribution = DistributionShape & { readonly min?: number; readonly max?: number };

type DistributionShape =
  | { readonly const: number }
  | { readonly exp: { readonly mean: number } }
  | { readonly lognormal: { readonly mean: number; readonly cv: number } }
  | { readonly gamma: { readonly mean: number; readonly cv: number } }
  | { readonly uniform: readonly [number, number] }
  | { readonly empirical: readonly number[] }
  | { readonly mixture: readonly { readonly w: number; readonly d: Distribution }[] };

export type Sampler = (random: Random) => number;

/** Standard normal, by Box and Muller's method; one of the pair is enough here. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** Gamma with unit scale, by Marsaglia and Tsang (2000); shapes below 1 by the power of a uniform. */
function standardGamma(shape: number, random: Random): number {
  if (shape < 1) return standardGamma(shape + 1, random) * (1 - random.next()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const root = 1 + c * x;
    const v = root * root * root;
    if (v <= 0) continue;
    const u = 1 - random.next();
    // Their squeeze: what it accepts, the logarithms do too.
    if (u < 1 - 0.0331 * (x * x) * (x * x)) return d * v;
    if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

function shapeSampler(d: Distribution): Sampler {
  if ('const' in d) return () => d.const;
  if ('exp' in d) return (random) => -d.exp.mean * Math.log(1 - random.next());
  if ('lognormal' in d) {
    const variance = Math.log(1 + d.lognormal.cv ** 2);
    const mu = Math.log(d.lognormal.mean) - variance / 2;
    const sigma = Math.sqrt(variance);
    return (random) => Math.exp(mu + sigma * normal(random));
  }
  if ('gamma' in d) {
    const shape = 1 / d.gamma.cv ** 2;
    const scale = d.gamma.mean / shape;
    return (random) => scale * standardGamma(shape, random);
  }
  if ('uniform' in d) {
    const [from, to] = d.uniform;
    return (random) => from + (to - from) * random.next();
  }
  if ('empirical' in d) {
    const values = d.empirical;
    return (random) => values[Math.floor(random.next() * values.length)] ?? 0;
  }
  const parts = d.mixture.map((part) => ({ weight: part.w, draw: sampler(part.d) }));
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  return (random) => {
    let left = random.next() * total;
    for (const part of parts) {
      left -= part.weight;
      if (left < 0) return part.draw(random);
    }
    return parts.at(-1)?.draw(random) ?? 0;
  };
}

/** Draws from the distribution: never negative, clipped to `min` and `max`. */
export function sampler(d: Distribution): Sampler {
  const draw = shapeSampler(d);
  const min = Math.max(0, d.min ?? 0);
  const max = d.max ?? Number.POSITIVE_INFINITY;
  return (random) => Math.min(max, Math.max(min, draw(random)));
}

/** What is wrong with a value read as a distribution, or undefined. `at` names the place. */
export function distributionFault(value: unknown, at: string): string | undefined {
  if (typeof value !== 'object' || value === null) return `${at}: not a distribution`;
  const d = value as Record<string, unknown>;
  const positive = (x: unknown): boolean => typeof x === 'number' && Number.isFinite(x) && x >= 0;
  for (const clip of ['min', 'max']) if (d[clip] !== undefined && !positive(d[clip])) return `${at}.${clip}: not a number of milliseconds`;
  if ('const' in d) return positive(d['const']) ? undefined : `${at}.const: not a number of milliseconds`;
  for (const kind of ['exp', 'lognormal', 'gamma']) {
    if (!(kind in d)) continue;
    const p = d[kind] as Record<string, unknown> | null;
    if (typeof p !== 'object' || p === null || !positive(p['mean'])) return `${at}.${kind}.mean: not a number of milliseconds`;
    return kind === 'exp' || (positive(p['cv']) && Number(p['cv']) > 0) ? undefined : `${at}.${kind}.cv: not a number above 0`;
  }
  if ('uniform' in d) return Array.isArray(d['uniform']) && d['uniform'].length === 2 && d['uniform'].every(positive) ? undefined : `${at}.uniform: not [from, to]`;
  if ('empirical' in d) return Array.isArray(d['empirical']) && d['empirical'].length > 0 && d['empirical'].every(positive) ? undefined : `${at}.empirical: not a list of milliseconds`;
  if ('mixture' in d) {
    const parts = d['mixture'];
    if (!Array.isArray(parts) || parts.length === 0) return `${at}.mixture: not a list`;
    for (const [i, part] of (parts as { w?: unknown; d?: unknown }[]).entries()) {
      if (!positive(part.w)) return `${at}.mixture[${i}].w: not a weight`;
      const inner = distributionFault(part.d, `${at}.mixture[${i}].d`);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }
  return `${at}: one of const, exp, lognormal, gamma, uniform, empirical, mixture is needed`;
}
