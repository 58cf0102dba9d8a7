import type { JobId } from '../../kernel/ids.ts';
import { instant, type Store } from '../../store/index.ts';
import type { AddressHistory, GateFacts, RuleSet } from '../rules/index.ts';
import { addressHistory } from './attempt-statements.ts';
import { CompletionCodes } from './completion-code.ts';
import type { JobSettings } from './job-settings.ts';

/** Answers the gate's questions from the store: one query per attempt asked for. */
export class StoredGateFacts implements GateFacts {
  readonly #store: Store;
  readonly #settings: JobSettings;
  readonly #codes = new CompletionCodes();

  constructor(store: Store, settings: JobSettings) {
    this.#store = store;
    this.#settings = settings;
  }

  async rulesOf(job: JobId): Promise<RuleSet> {
    return (await this.#settings.of(job)).rules;
  }

  async historyOf(address: string, since: number, now: number): Promise<AddressHistory> {
    const rows = await this.#store.query(addressHistory, [address, instant(since), instant(now)]);
    const [first] = rows;
    const attempts = rows.flatMap((row) => (row.started_at === null ? [] : [{
      startedAt: row.started_at,
      nuisance: row.nuisance === true,
      machine: row.code !== null && this.#codes.get(row.code).machine === true,
    }]));
    if (first === undefined || first.source === null || first.added_at === null) return { attempts };
    return { attempts, doNotCall: { source: first.source, addedAt: first.added_at, ...(first.expires_at === null ? {} : { until: first.expires_at }) } };
  }
}
