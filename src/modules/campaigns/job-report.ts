import type { CallQuality } from '../../core/ports.ts';
import type { JobId } from '../../kernel/ids.ts';
import { NailupError } from '../../kernel/nailup-error.ts';
import { one, statement, type Store } from '../../store/index.ts';

/** Of legs that were heard: mean and least MOS by the E-model, and how many lie below 3.6, where ITU-T G.107 has many users dissatisfied. */
export interface Sound {
  readonly calls: number;
  readonly meanMos: number | null;
  readonly leastMos: number | null;
  readonly poor: number;
}

/** What the store knows of a job. What only the calls know (media times, open dialogs) is added by who asks. */
export interface JobReport {
  /** `read` and `rejected` are those of the list's newest import. */
  readonly contacts: { readonly inList: number; readonly read: number; readonly rejected: number; readonly dialled: number; readonly byState: Readonly<Record<string, number>> };
  readonly attempts: number;
  readonly byCompletionCode: Readonly<Record<string, number>>;
  /** By code, of attempts that the gate did not allow. */
  readonly restricted: Readonly<Record<string, number>>;
  readonly people: { readonly answered: number; readonly connected: number; readonly abandoned: number; readonly abandonRate: number };
  /** Of the calls to contacts. */
  readonly sound: Sound;
  /** Of agents' legs during their conversations. */
  readonly agentSound: Sound;
  readonly integrity: {
    readonly attemptsWithoutResult: number;
    /** Attempts with more than one accepted result in the append-only log. */
    readonly attemptsWithTwoResults: number;
    /** Of a completed job: contacts taken over that have no end, or none that an attempt or a rule explains. */
    readonly contactsLost: number;
    /** Pairs of attempts to one address that overlap in time, over all jobs. */
    readonly contactsDialledTwiceAtOnce: number;
    /** Second results that were refused: not an error, but worth a look. */
    readonly resultsRefused: number;
    /** Attempts whose server died. */
    readonly attemptsRecovered: number;
  };
}

const numbers = statement<{
  in_list: number; read: number | null; rejected: number | null; dialled: number; attempts: number; answered: number; connected: number; abandoned: number;
}>(
  'campaigns.report-numbers',
  `SELECT j.contacts_taken AS in_list, i.rows_read AS read, i.rows_rejected AS rejected, a.*
   FROM job j JOIN campaign c ON c.id = j.campaign_id
   LEFT JOIN LATERAL (SELECT rows_read, rows_rejected FROM contact_import WHERE list_id = c.list_id ORDER BY id DESC LIMIT 1) i ON true
   CROSS JOIN LATERAL (
     SELECT count(DISTINCT contact_id) AS dialled, count(*) AS attempts, count(*) FILTER (WHERE person) AS answered,
       count(*) FILTER (WHERE agent IS NOT NULL AND NOT nuisance) AS connected, count(*) FILTER (WHERE nuisance OR person AND agent IS NULL AND times ? 'verdict') AS abandoned
     FROM attempt WHERE job_id = j.id) a
   WHERE j.id = $1`,
  { repeatable: true },
);

const byCode = statement<{ code: string; n: number }>('campaigns.report-by-code', 'SELECT completion_code AS code, count(*) AS n FROM attempt WHERE job_id = $1 GROUP BY 1 ORDER BY 2 DESC, 1', { repeatable: true });
const byState = statement<{ code: string; n: number }>('campaigns.report-by-state', 'SELECT state AS code, count(*) AS n FROM job_contact WHERE job_id = $1 GROUP BY 1 ORDER BY 1', { repeatable: true });
const restricted = statement<{ code: string; n: number }>('campaigns.report-restricted', 'SELECT code, count(*) AS n FROM restriction WHERE job_id = $1 GROUP BY 1 ORDER BY 2 DESC, 1', { repeatable: true });

/** By whose leg; those that older servers noted were all of contacts. */
const sound = statement<{ leg: CallQuality['leg']; calls: number; mean: number | null; least: number | null; poor: number }>(
  'campaigns.report-sound',
  `SELECT coalesce(value ->> 'leg', 'customer') AS leg, count(mos) AS calls, round(avg(mos), 2)::float8 AS mean, min(mos)::float8 AS least, count(*) FILTER (WHERE mos < 3.6) AS poor
   FROM attempt CROSS JOIN LATERAL jsonb_each(calls) CROSS JOIN LATERAL (SELECT (value ->> 'mos')::numeric AS mos) m WHERE job_id = $1 GROUP BY 1`,
  { repeatable: true },
);

const integrity = statement<{ without_result: number; two_results: number; lost: number; at_once: number; refused: number; recovered: number }>(
  'campaigns.report-integrity',
  `WITH results AS (
     SELECT attempt_id, count(*) FILTER (WHERE kind IN ('finished', 'recovered')) AS n, count(*) FILTER (WHERE kind = 'finish_refused') AS refused,
       count(*) FILTER (WHERE kind = 'recovered') AS recovered
     FROM attempt_event WHERE job_id = $1 GROUP BY attempt_id)
   SELECT
     (SELECT count(*) FROM results WHERE n = 0) + (SELECT count(*) FROM attempt a WHERE job_id = $1 AND NOT EXISTS (SELECT FROM results r WHERE r.attempt_id = a.id)) AS without_result,
     (SELECT count(*) FROM results WHERE n > 1) AS two_results,
     (SELECT j.contacts_taken - (SELECT count(*) FROM job_contact WHERE job_id = $1)
        + CASE WHEN j.state = 'Completed' THEN (SELECT count(*) FROM job_contact jc WHERE jc.job_id = $1 AND (
            jc.state IN ('waiting', 'leased', 'attempting')
            OR (jc.state IN ('done', 'exhausted') AND jc.attempts <> (SELECT count(*) FROM attempt a WHERE a.job_id = $1 AND a.contact_id = jc.contact_id AND a.ended_at IS NOT NULL))
            OR (jc.state IN ('done', 'exhausted') AND jc.attempts = 0)
            OR (jc.state = 'restricted' AND NOT EXISTS (SELECT FROM restriction r WHERE r.job_id = $1 AND r.contact_id = jc.contact_id)))) ELSE 0 END
      FROM job j WHERE j.id = $1) AS lost,
     (SELECT count(*) FROM attempt a JOIN attempt b ON b.address = a.address AND b.id <> a.id AND (a.started_at, a.id) < (b.started_at, b.id)
        AND b.started_at < coalesce(a.ended_at, 'infinity') WHERE a.job_id = $1) AS at_once,
     (SELECT coalesce(sum(refused), 0) FROM results)::int AS refused,
     (SELECT coalesce(sum(recovered), 0) FROM results)::int AS recovered`,
  { repeatable: true },
);

/** @throws NailupError JOB_UNKNOWN */
export async function jobReport(store: Store, job: JobId): Promise<JobReport> {
  const [totals] = await store.query(numbers, [job]);
  if (totals === undefined) throw new NailupError('JOB_UNKNOWN', `there is no job ${job}`);
  const checks = await one(store, integrity, [job]);
  const heard = await store.query(sound, [job]);
  const soundOf = (leg: CallQuality['leg']): Sound => {
    const { calls = 0, mean = null, least = null, poor = 0 } = heard.find((row) => row.leg === leg) ?? {};
    return { calls, meanMos: mean, leastMos: least, poor };
  };
  const counts = (rows: readonly { code: string; n: number }[]): Record<string, number> => Object.fromEntries(rows.map((row) => [row.code, row.n]));
  return {
    contacts: {
      inList: totals.in_list,
      read: totals.read ?? 0,
      rejected: totals.rejected ?? 0,
      dialled: totals.dialled,
      byState: counts(await store.query(byState, [job])),
    },
    attempts: totals.attempts,
    byCompletionCode: counts(await store.query(byCode, [job])),
    restricted: counts(await store.query(restricted, [job])),
    people: {
      answered: totals.answered,
      connected: totals.connected,
      abandoned: totals.abandoned,
      abandonRate: totals.answered === 0 ? 0 : totals.abandoned / totals.answered,
    },
    sound: soundOf('customer'),
    agentSound: soundOf('agent'),
    integrity: {
      attemptsWithoutResult: checks.without_result,
      attemptsWithTwoResults: checks.two_results,
      contactsLost: checks.lost,
      contactsDialledTwiceAtOnce: checks.at_once,
      resultsRefused: checks.refused,
      attemptsRecovered: checks.recovered,
    },
  };
}
