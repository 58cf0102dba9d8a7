/** A soak runs for minutes under steady load and states what must be flat or zero at its end. */
export interface Soak {
  run(options: SoakOptions): Promise<readonly SoakCheck[]>;
}

export interface SoakOptions {
  readonly minutes: number;
  readonly args: readonly string[];
  readonly say: (line: string) => void;
}

export interface SoakCheck {
  readonly name: string;
  readonly goal: string;
  readonly measured: string;
  readonly met: boolean;
}

/** What samples grew by after the warm-up, and how much they vary around that. */
export interface Trend {
  /** From the end of the warm-up to the end, along the least-squares line; in the unit of the samples. */
  readonly grown: number;
  /** Standard deviation around that line. */
  readonly noise: number;
  /** Grown by no more than `allowance`, or by no more than twice the noise. White noise alone stays below that six times over. */
  readonly flat: boolean;
}

/**
 * The trend of samples taken at equal intervals, without the warm-up, in which caches fill and code is compiled: the first quarter, and
 * at least so many samples. Too few of them left are not flat.
 */
export function trendOf(samples: readonly number[], allowance: number, warmUp = 0): Trend {
  const warm = samples.slice(Math.max(warmUp, Math.ceil(samples.length / 4)));
  const n = warm.length;
  if (n < 3) return { grown: NaN, noise: NaN, flat: false };
  const middle = (n - 1) / 2;
  const mean = warm.reduce((a, b) => a + b, 0) / n;
  const slope = warm.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0) / warm.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  const noise = Math.sqrt(warm.reduce((sum, value, i) => sum + (value - mean - slope * (i - middle)) ** 2, 0) / (n - 2));
  const grown = slope * (n - 1);
  return { grown, noise, flat: grown <= Math.max(allowance, 2 * noise) };
}

export const argument = (args: readonly string[], name: string, otherwise: number): number => {
  const at = args.indexOf(name);
  return at < 0 ? otherwise : Number(args[at + 1]);
};
