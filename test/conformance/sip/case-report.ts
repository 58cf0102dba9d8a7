import type { ConformanceOutcome } from '../conformance-suite.ts';

export type Verdict = 'PASS' | 'FAIL' | 'WARN' | 'SKIP';

/** Collects cases and prints a line for each as it is judged. */
export class CaseReport {
  readonly #cases: { readonly part: string; readonly id: string; readonly verdict: Verdict; readonly reason: string; readonly label: string }[] = [];
  readonly #only: readonly string[];

  constructor(only: readonly string[]) {
    this.#only = only;
  }

  wants(id: string): boolean {
    return this.#only.length === 0 || this.#only.includes(id);
  }

  /** `label` groups within a part: a scenario's level. */
  add(part: string, id: string, verdict: Verdict, reason = '', label = ''): void {
    this.#cases.push({ part, id, verdict, reason, label });
    console.log(`${part} ${id} ${verdict}${reason === '' ? '' : `: ${reason.replaceAll(/\s+/g, ' ')}`}`);
  }

  /** `passed/judged`; a WARN counts as passed, a SKIP as neither. */
  ratio(part: string, label?: string): string {
    const judged = this.#cases.filter((one) => one.part === part && one.verdict !== 'SKIP' && (label === undefined || one.label === label));
    return `${judged.filter(({ verdict }) => verdict !== 'FAIL').length}/${judged.length}`;
  }

  passed(part: string): number {
    return this.#cases.filter((one) => one.part === part && one.verdict === 'PASS').length;
  }

  has(part: string): boolean {
    return this.#cases.some((one) => one.part === part);
  }

  outcome(summary: string): ConformanceOutcome {
    const judged = this.#cases.filter(({ verdict }) => verdict !== 'SKIP');
    const notes = this.#cases.filter(({ verdict }) => verdict === 'WARN' || verdict === 'SKIP').map(({ part, id, verdict, reason }) => `${verdict} ${part} ${id}: ${reason}`);
    return {
      passed: judged.filter(({ verdict }) => verdict !== 'FAIL').length,
      failed: judged.filter(({ verdict }) => verdict === 'FAIL').length,
      notes: [...notes, summary],
      cases: judged.map(({ part, id, verdict, reason }) => ({ name: `${part}/${id}`, passed: verdict !== 'FAIL', ...(reason === '' ? {} : { reason }) })),
    };
  }
}
