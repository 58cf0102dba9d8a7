import type { Clock, Timer } from '../../kernel/clock.ts';
import type { JobId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { NailupError } from '../../kernel/nailup-error.ts';
import { instant, one, statement, type Store } from '../../store/index.ts';
import { selectJob } from './campaign-statements.ts';

/** A decision as it is kept: what the pacer saw, what it believed, what it said. Plain data. */
export interface RecordedDecision {
  /** Wall time, milliseconds. */
  readonly at: number;
  readonly dial: number;
  readonly why: string;
  readonly [more: string]: unknown;
}

export interface ExplainedDecision {
  readonly decision: RecordedDecision;
  readonly next: RecordedDecision | undefined;
  /** The first and last decision that are kept of the job. */
  readonly kept: { readonly first: number; readonly last: number };
}

export interface DecisionLogDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Decisions are kept for so long, milliseconds. */
  readonly keepMs: number;
}

interface Open {
  readonly decisions: RecordedDecision[];
  /** The reason of the last that was kept, without its numbers. */
  words: string;
  keptAt: number;
}

const flushMs = 5_000;
const flushCount = 64;
/** A running job decides at least once a second: nothing is kept for that time when every decision was like the last, to dial nobody. */
const sampleMs = 30_000;
/** An answer further away than this is no answer: the job was not deciding then. */
const nearMs = 2 * sampleMs;

const insert = statement('campaigns.insert-decisions', `INSERT INTO pacing_decision (job_id, from_at, to_at, decisions) VALUES ($1, $2, $3, $4)`);
const select = statement<{ decisions: RecordedDecision[] }>(
  'campaigns.select-decisions',
  `(SELECT from_at, decisions FROM pacing_decision WHERE job_id = $1 AND from_at <= $2 ORDER BY from_at DESC LIMIT 1)
   UNION ALL (SELECT from_at, decisions FROM pacing_decision WHERE job_id = $1 AND from_at > $2 ORDER BY from_at LIMIT 1) ORDER BY from_at`,
  { repeatable: true },
);
const span = statement<{ first: number | null; last: number | null }>('campaigns.decision-span', `SELECT min(from_at) AS first, max(to_at) AS last FROM pacing_decision WHERE job_id = $1`, { repeatable: true });
const purge = statement('campaigns.purge-decisions', `DELETE FROM pacing_decision WHERE to_at < $1`, { repeatable: true });

/**
 * Why each job dialled as many as it did, for afterwards. Kept are decisions that dial, those whose reason is another than before,
 * and one every half minute; written together every five seconds, which is what a crash can lose.
 */
export class DecisionLog {
  readonly #deps: DecisionLogDeps;
  readonly #open = new Map<JobId, Open>();
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(deps: DecisionLogDeps) {
    this.#deps = deps;
  }

  record(job: JobId, decision: RecordedDecision): void {
    const open = this.#open.get(job) ?? { decisions: [], words: '', keptAt: Number.NEGATIVE_INFINITY };
    this.#open.set(job, open);
    const words = decision.why.replace(/[\d.+−-]+/g, '#');
    if (decision.dial === 0 && words === open.words && decision.at - open.keptAt < sampleMs) return;
    open.words = words;
    open.keptAt = decision.at;
    open.decisions.push(decision);
    if (open.decisions.length >= flushCount) void this.flush();
    else this.#timer ??= this.#deps.clock.after(flushMs, () => void this.flush());
  }

  /** Writes what is still in memory. Never rejects: what cannot be written is said in the log and dropped. */
  flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { store, logger } = this.#deps;
    for (const [job, open] of this.#open) {
      const decisions = open.decisions.splice(0);
      const [first] = decisions;
      const last = decisions.at(-1);
      if (first === undefined || last === undefined) continue;
      this.#writing = this.#writing
        .then(() => store.query(insert, [job, instant(first.at), instant(last.at), JSON.stringify(decisions)]))
        .then(() => undefined, (error: unknown) => logger.error({ job, decisions: decisions.length, error: String(error) }, 'pacing decisions were not written'));
    }
    return this.#writing;
  }

  /** The job is over: nothing of it stays in memory. */
  async forget(job: JobId): Promise<void> {
    await this.flush();
    this.#open.delete(job);
  }

  /** The last decision at or before an instant. @throws NailupError JOB_UNKNOWN, PACING_DECISION_UNKNOWN */
  async explain(job: JobId, at: number): Promise<ExplainedDecision> {
    await this.flush();
    const { store } = this.#deps;
    if ((await store.query(selectJob, [job])).length === 0) throw new NailupError('JOB_UNKNOWN', `there is no job ${job}`, { mend: 'nailup job list names the jobs.' });
    const { first, last } = await one(store, span, [job]);
    if (first === null || last === null) throw new NailupError('PACING_DECISION_UNKNOWN', `no decision of job ${job} is kept`, { mend: 'It has not dialled yet, or it was longer ago than pacing.decisionDays.' });
    const all = (await store.query(select, [job, instant(at)])).flatMap(({ decisions }) => decisions);
    const decision = all.findLast((d) => d.at <= at);
    const next = all.find((d) => d.at > at);
    if (decision === undefined || at - decision.at > nearMs) {
      const near = [decision, next].flatMap((d) => (d === undefined ? [] : [new Date(d.at).toISOString()])).join(' and ');
      throw new NailupError('PACING_DECISION_UNKNOWN', `job ${job} decided nothing at ${new Date(at).toISOString()}; the nearest are of ${near}`, {
        mend: `Its decisions are kept from ${new Date(first).toISOString()} to ${new Date(last).toISOString()}.`,
      });
    }
    return { decision, next, kept: { first, last } };
  }

  /** The newest that is kept, if any. */
  async newest(job: JobId): Promise<RecordedDecision | undefined> {
    await this.flush();
    const [row] = await this.#deps.store.query(select, [job, instant(8.64e15)]);
    return row?.decisions.at(-1);
  }

  async purge(): Promise<void> {
    const { store, clock, keepMs } = this.#deps;
    await store.query(purge, [instant(clock.now() - keepMs)]);
  }
}
