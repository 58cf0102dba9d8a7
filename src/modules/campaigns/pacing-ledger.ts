import { instant, one, statement, type Store } from '../../store/index.ts';

export interface LedgerWindow {
  /** People who answered. */
  readonly answered: number;
  /** Of these, the ones whom no agent took in time. */
  readonly abandoned: number;
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

/** A campaign's answered people and abandonments, in whole minutes, so that a restarted pacer knows its budget. */
export async function pacingLedger(store: Store, campaign: string, now: number): Promise<{ hour: LedgerWindow; day: LedgerWindow; month: LedgerWindow }> {
  const row = await one(store, sums, [campaign, instant(now)]);
  return {
    hour: { answered: row.a1, abandoned: row.b1 },
    day: { answered: row.a24, abandoned: row.b24 },
    month: { answered: row.a30, abandoned: row.b30 },
  };
}
