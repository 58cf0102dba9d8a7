import { AbandonmentLedger, type LedgerHistory, type LedgerSums } from './ledger.ts';
import { defaultPromise, type PacingFact } from './pacing.ts';

const hourMs = 3_600_000;

/**
 * The people whom a campaign's jobs have reached, over an hour, 24 hours and 30 days: one for all its jobs, whatever they are paced
 * by, so that a pacer that is made later (another kind, another job, a restarted server) is handed what has been spent.
 */
export class CampaignLedger {
  readonly #ledger: AbandonmentLedger;

  /** `now` is on the pacers' clock; the ages of `history` count back from it. */
  constructor(history: LedgerHistory, now: number) {
    const cap = defaultPromise.targetRate;
    this.#ledger = new AbandonmentLedger({ windows: [{ windowMs: hourMs, cap }, { windowMs: 24 * hourMs, cap }], monthCap: cap, history, now });
  }

  /** Counts the people among the facts; answers how many they were. */
  take(facts: readonly PacingFact[], now: number): { readonly answered: number; readonly abandoned: number } {
    let answered = 0;
    let abandoned = 0;
    for (const { what } of facts) {
      if (what === 'connected' || what === 'abandoned') answered += 1;
      if (what === 'abandoned') abandoned += 1;
    }
    if (answered > 0) this.#ledger.add(now, answered, abandoned);
    return { answered, abandoned };
  }

  history(now: number): LedgerHistory {
    return this.#ledger.history(now);
  }

  sums(now: number): LedgerSums {
    return this.#ledger.sums(now);
  }
}
