import type { JobId } from '../../kernel/ids.ts';
import type { PacingFact } from '../pacing/pacing.ts';

/** Where nobody takes them. */
const most = 10_000;

/** What happened in each job since its pacer was last told. */
export class JobFacts {
  readonly #facts = new Map<JobId, PacingFact[]>();

  add(job: JobId, fact: PacingFact): void {
    const facts = this.#facts.get(job);
    if (facts === undefined) this.#facts.set(job, [fact]);
    else if (facts.length < most) facts.push(fact);
  }

  take(job: JobId): readonly PacingFact[] {
    const facts = this.#facts.get(job) ?? [];
    this.#facts.set(job, []);
    return facts;
  }
}
