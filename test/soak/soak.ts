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

/** Least-squares slope of samples taken every `everyMs`, per minute; of the second half only, when caches have filled. */
export function slopePerMinute(samples: readonly number[], everyMs: number): number {
  const half = samples.slice(samples.length >> 1);
  const n = half.length;
  if (n < 2) return 0;
  const middle = (n - 1) / 2;
  const mean = half.reduce((a, b) => a + b, 0) / n;
  let up = 0;
  let down = 0;
  for (const [i, value] of half.entries()) {
    up += (i - middle) * (value - mean);
    down += (i - middle) ** 2;
  }
  return (up / down) * (60_000 / everyMs);
}

export const argument = (args: readonly string[], name: string, otherwise: number): number => {
  const at = args.indexOf(name);
  return at < 0 ? otherwise : Number(args[at + 1]);
};
