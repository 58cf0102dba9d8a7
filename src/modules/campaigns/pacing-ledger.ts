import type { LedgerHistory, LedgerSums } from '../../core/pacing/ledger.ts';
import { instant, one, statement, type Store } from '../../store/index.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;
/** The longest window is 30 days; a few more, for whoever asks later. */
export const ledgerDays = 40;

/** 25 hours by the minute, the rest of 31 days by the hour. */
const history = statement<{ at: number; width: number; answered: number; abandoned: number }>(
  'campaigns.ledger-history',
  `WITH kept AS (
     SELECT l.minute, l.answered, l.abandoned FROM pacing_ledger l JOIN campaign c ON c.id = l.campaign_id
     WHERE c.name = $1 AND l.minute > $2::timestamptz - interval '31 days' AND l.minute <= $2::timestamptz)
   SELECT minute AS at, 60000 AS width, answered, abandoned FROM kept WHERE minute > $2::timestamptz - interval '25 hours'
   UNION ALL
   SELECT date_trunc('hour', minute), 3600000, sum(answered)::int, sum(abandoned)::int FROM kept WHERE minute <= $2::timestamptz - interval '25 hours' GROUP BY 1
   ORDER BY 1`,
  { repeatable: true },
);

const purge = statement('campaigns.purge-ledger', `DELETE FROM pacing_ledger WHERE minute < $1::timestamptz - make_interval(days => $2)`, { repeatable: true });

/**
 * The people whom a campaign has reached in the last 31 days, for the pacer of a restarted server. Within a minute (an hour, beyond 25
 * hours) the order is not kept: people count from its beginning and abandonments from its end, so that no window is believed to
 * have more room than it has.
 */
export async function ledgerHistory(store: Store, campaign: string, now: number): Promise<LedgerHistory> {
  const rows = await store.query(history, [campaign, instant(now)]);
  return rows.flatMap(({ at, width, answered, abandoned }) => [
    ...(answered > 0 ? [{ ageMs: Math.max(0, now - at), answered, abandoned: 0 }] : []),
    ...(abandoned > 0 ? [{ ageMs: Math.max(0, now - at - (width === hourMs ? hourMs : minuteMs)), answered: 0, abandoned }] : []),
  ]);
}

export async function purgeLedger(store: Store, now: number): Promise<void> {
  await store.query(purge, [instant(now), ledgerDays]);
}

const sums = statement<{ a1: number; b1: number; a24: number; b24: number; a30: number; b30: number }>(
  'campaigns.ledger',
  `SELECT coalesce(sum(answered) FILTER (WHERE minute > $2::timestamptz - interval '1 hour'), 0)::int AS a1, coalesce(sum(abandoned) FILTER (WHERE minute > $2::timestamptz - interval '1 hour'), 0)::int AS b1,
     coalesce(sum(answered) FILTER (WHERE minute > $2::timestamptz - interval '24 hours'), 0)::int AS a24, coalesce(sum(abandoned) FILTER (WHERE minute > $2::timestamptz - interval '24 hours'), 0)::int AS b24,
     coalesce(sum(answered), 0)::int AS a30, coalesce(sum(abandoned), 0)::int AS b30
   FROM pacing_ledger l JOIN campaign c ON c.id = l.campaign_id
   WHERE c.name = $1 AND l.minute > $2::timestamptz - interval '30 days' AND l.minute <= $2::timestamptz`,
  { repeatable: true },
);

/** A campaign's answered people and abandonments, in whole minutes. */
export async function ledgerSums(store: Store, campaign: string, now: number): Promise<LedgerSums> {
  const row = await one(store, sums, [campaign, instant(now)]);
  return {
    hour: { answered: row.a1, abandoned: row.b1 },
    day: { answered: row.a24, abandoned: row.b24 },
    month: { answered: row.a30, abandoned: row.b30 },
  };
}
