import type { JobId } from '../kernel/ids.ts';
import type { CallQuality } from '../core/ports.ts';
import { statement, type Store } from '../store/index.ts';

/** One attempt as the operator's API tells it. Instants in milliseconds since 1970. */
export interface AttemptRow {
  readonly id: string;
  readonly address: string;
  readonly number: number;
  readonly completionCode: string;
  readonly person: boolean;
  readonly nuisance: boolean;
  readonly agent: string | null;
  /** `Preview` or `Manual`, and who dialled; null when the server did. */
  readonly contactType: string | null;
  readonly dialledBy: string | null;
  readonly sipStatus: number | null;
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  readonly times: Readonly<Record<string, number>>;
  readonly exit: Readonly<Record<string, unknown>>;
  /** How its calls sounded, in the order they were placed; one whose media is not over is missing. */
  readonly calls: readonly CallQuality[];
}

const select = statement<AttemptRow>(
  'wiring.attempts-of-job',
  `SELECT id, address, number, completion_code AS "completionCode", person, nuisance, agent, facts->>'contactType' AS "contactType", facts->>'dialledBy' AS "dialledBy", sip_status AS "sipStatus",
     started_at AS "startedAt", answered_at AS "answeredAt", ended_at AS "endedAt", times, exit,
     (SELECT coalesce(jsonb_agg(value ORDER BY length(key), key), '[]') FROM jsonb_each(calls)) AS calls
   FROM attempt WHERE job_id = $1 ORDER BY started_at, id`,
  { repeatable: true },
);

const selectOne = statement<{ address: string; startedAt: number; endedAt: number | null }>(
  'wiring.attempt-by-id',
  `SELECT address, started_at AS "startedAt", ended_at AS "endedAt" FROM attempt WHERE id = $1`,
  { repeatable: true },
);

/** What was dialled when; undefined for an unknown id. */
export async function attemptOf(store: Store, id: string): Promise<{ readonly address: string; readonly startedAt: number; readonly endedAt: number | null } | undefined> {
  const [row] = await store.query(selectOne, [id]);
  return row;
}

export function attemptsOf(store: Store, job: JobId): Promise<readonly AttemptRow[]> {
  return store.query(select, [job]);
}
