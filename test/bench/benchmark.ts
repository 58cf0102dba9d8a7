/** A benchmark measures ours beside a peer in one run, and states its goals as ratios or figures. */
export interface Benchmark {
  run(options: { readonly args: readonly string[] }): Promise<BenchmarkOutcome>;
}

export interface BenchmarkOutcome {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly goals: readonly Goal[];
  /** Everything measured, for `--json`. */
  readonly measured: unknown;
}

export interface Goal {
  readonly name: string;
  /** In words, e.g. `at most 0.8 of npm sip`. */
  readonly goal: string;
  readonly measured: number | string;
  readonly met: boolean;
}
