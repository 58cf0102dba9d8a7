import type { Clock } from '../../kernel/clock.ts';
import type { IdSource, JobId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Store } from '../../store/index.ts';
import { RuleGate } from '../rules/index.ts';
import { AttemptRecord, type DoNotCallSink } from './attempt-record.ts';
import { AttemptRecovery } from './attempt-recovery.ts';
import { ContactLeases } from './contact-leases.ts';
import { StoredGateFacts } from './gate-facts.ts';
import { JobDirector, type JobDirectorDeps } from './job-director.ts';
import { JobSettings } from './job-settings.ts';
import { pacingLedger } from './pacing-ledger.ts';
import { ServerPresence } from './server-presence.ts';

/** The module's parts, joined: what the composition root hands to the core. */
export interface Campaigns {
  readonly director: JobDirector;
  readonly source: ContactLeases;
  readonly gate: RuleGate;
  readonly sink: AttemptRecord;
  readonly recovery: AttemptRecovery;
  readonly presence: ServerPresence;
  readonly settings: JobSettings;
  ledger(campaign: string): ReturnType<typeof pacingLedger>;
}

export interface CampaignsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly doNotCall: DoNotCallSink;
  /** This server's own, new at every start: what an earlier one left open is found by it. */
  readonly server: string;
  readonly onState?: JobDirectorDeps['onState'];
}

/**
 * Order at start: `presence.enter()`, `recovery.recover(undefined)` (clean the orphans' calls up), `director.start()`.
 * At the end: `director.close()`, `presence.leave()`.
 */
export function createCampaigns(deps: CampaignsDeps): Campaigns {
  const { store, clock, ids, logger, server } = deps;
  const settings = new JobSettings(store);
  const record = new AttemptRecord({ store, logger, server, settings, doNotCall: deps.doNotCall });
  const presence = new ServerPresence({ id: server, store, clock, logger });
  const onState: NonNullable<JobDirectorDeps['onState']> = (job: JobId, state, reason) => {
    if (state === 'Completed') settings.forget(job);
    deps.onState?.(job, state, reason);
  };
  return {
    director: new JobDirector({ store, clock, ids, logger, onState }),
    source: new ContactLeases({ store, clock, server, settings }),
    gate: new RuleGate(new StoredGateFacts(store, settings)),
    sink: record,
    recovery: new AttemptRecovery({ store, clock, logger, record, presence, settings }),
    presence,
    settings,
    ledger: (campaign) => pacingLedger(store, campaign, clock.now()),
  };
}
