/** What a fuzzer found. Anything in `faults` fails it. */
export interface FuzzReport {
  /** One line. */
  readonly summary: string;
  readonly faults: readonly string[];
}

/** One fuzzed thing: `test/fuzz/<name>/fuzz.ts` exports one as `fuzzer`. */
export interface Fuzzer {
  /** What `--help` says of its own options. */
  readonly usage: string;
  run(options: { readonly args: readonly string[]; readonly say: (line: string) => void }): Promise<FuzzReport>;
}

/** A number behind `--name`. @throws RangeError */
export function numberOf(args: readonly string[], name: string, otherwise: number): number {
  const at = args.indexOf(name);
  const value = at < 0 ? otherwise : Number(args[at + 1]);
  if (!Number.isInteger(value) || value < 0) throw new RangeError(`${name} needs a whole number, not "${args[at + 1] ?? ''}"`);
  return value;
}
