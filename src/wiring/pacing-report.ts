import type { JobSharing } from '../core/allocation/job-sharing.ts';
import type { LedgerSums } from '../core/pacing/ledger.ts';
import type { PacingAccount } from '../core/pacing/pacing.ts';
import type { Campaigns, Job, JobPacing } from '../modules/campaigns/index.ts';
import type { Jobs } from './jobs.ts';

/** What a job's report says of its pacing; of a job that is over, as it was at the end. */
export interface PacingReport {
  readonly pacing: JobPacing;
  readonly sharing: JobSharing;
  /** The campaign's, as the store has it. */
  readonly ledger: LedgerSums;
  readonly account?: PacingAccount;
  readonly last?: { readonly at: number; readonly dial: number; readonly why: string };
}

export async function pacingReport(job: Job, jobs: Jobs, campaigns: Pick<Campaigns, 'ledger' | 'decisions'>): Promise<PacingReport> {
  const live = jobs.live(job.id);
  const newest = live?.last ?? (await campaigns.decisions.newest(job.id));
  const account = live?.account ?? (newest as { readonly account?: PacingAccount } | undefined)?.account;
  return {
    ...jobs.settingsOf(job),
    ledger: await campaigns.ledger(job.campaign),
    ...(account === undefined ? {} : { account }),
    ...(newest === undefined ? {} : { last: { at: newest.at, dial: newest.dial, why: newest.why } }),
  };
}
