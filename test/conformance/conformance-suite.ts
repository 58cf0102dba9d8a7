/** One runner of one kind of suite. It prints a line per failing case while it runs. */
export interface ConformanceSuite {
  run(request: ConformanceRequest): Promise<ConformanceOutcome>;
}

export interface ConformanceRequest {
  /** Absolute path of the folder or file to run. */
  readonly path: string;
  /** Run over the real SIP and media stack on loopback instead of the simulated world. */
  readonly overSip: boolean;
  /** Names of the cases to run; empty means all. */
  readonly only: readonly string[];
}

export interface ConformanceOutcome {
  readonly passed: number;
  readonly failed: number;
  /** Warnings, skips with reasons, and summary lines, printed before the closing line. */
  readonly notes: readonly string[];
  readonly cases: readonly { readonly name: string; readonly passed: boolean; readonly reason?: string }[];
}
