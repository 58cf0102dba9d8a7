import type { JobId } from '../../kernel/ids.ts';
import { NailupError } from '../../kernel/nailup-error.ts';
import type { Store } from '../../store/index.ts';
import type { CampaignSettings } from './campaign-settings.ts';
import { selectJob } from './campaign-statements.ts';
import { CompletionCodes } from './completion-code.ts';

/** A job's settings do not change once it is made, so they are read once. */
export class JobSettings {
  readonly #store: Store;
  readonly #known = new Map<JobId, Promise<CampaignSettings>>();
  readonly #codes = new Map<JobId, CompletionCodes>();

  constructor(store: Store) {
    this.#store = store;
  }

  of(job: JobId): Promise<CampaignSettings> {
    const known = this.#known.get(job);
    if (known !== undefined) return known;
    const settings = this.#store.query(selectJob, [job]).then(([row]) => {
      if (row === undefined) throw new NailupError('JOB_UNKNOWN', `there is no job ${job}`);
      return row.settings;
    });
    this.#known.set(job, settings);
    // A failed read is not remembered.
    settings.catch(() => this.#known.delete(job));
    return settings;
  }

  async codesOf(job: JobId): Promise<CompletionCodes> {
    const { agentCodes } = await this.of(job);
    const codes = this.#codes.get(job) ?? new CompletionCodes(agentCodes);
    this.#codes.set(job, codes);
    return codes;
  }

  forget(job: JobId): void {
    this.#known.delete(job);
    this.#codes.delete(job);
  }
}
