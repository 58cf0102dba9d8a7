import type { Clock } from '../../kernel/clock.ts';
import type { AttemptId, IdSource, JobId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { LedgerHistory, LedgerSums } from '../../core/pacing/ledger.ts';
import type { Store } from '../../store/index.ts';
import { RuleGate } from '../rules/index.ts';
import { AttemptRecord, type DoNotCallSink } from './attempt-record.ts';
import { AttemptRecovery, type AttemptRecoveryDeps, type OrphanAttempt } from './attempt-recovery.ts';
import { ContactLeases } from './contact-leases.ts';
import { StoredGateFacts } from './gate-facts.ts';
import { JobDirector, type JobDirectorDeps } from './job-director.ts';
import { JobSettings } from './job-settings.ts';
import { DecisionLog } from './decision-log.ts';
import { ledgerHistory, ledgerSums, purgeLedger } from './pacing-ledger.ts';
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
  readonly decisions: DecisionLog;
  /** The campaign's people over an hour, 24 hours and 30 days; and the same as a pacer takes it over. */
  ledger(campaign: string): Promise<LedgerSums>;
  ledgerHistory(campaign: string): Promise<LedgerHistory>;
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
  /** Whether this server still looks after an attempt of its own; one that it does not is recovered. */
  readonly isOpenHere?: (attempt: AttemptId) => boolean;
  /** Ends the calls of attempts that are about to be recovered; see `AttemptRecoveryDeps`. */
  readonly endCalls?: AttemptRecoveryDeps['endCalls'];
  /** Decisions of pacers are kept for so long, milliseconds; default 7 days. */
  readonly keepDecisionsMs?: number;
  /** Attempts that were recovered while the director ran: their calls may still be up. */
  readonly onOrphans?: (orphans: readonly OrphanAttempt[]) => void;
}

/** Attempts of dead servers are looked for this often, while the director runs. */
const recoverEveryMs = 10_000;
/** What has been kept long enough is deleted this often. */
const purgeEveryMs = 3_600_000;

/**
 * Order at start: `presence.enter()`, `recovery.recover(undefined)` (ends the orphans' calls by `endCalls`), `director.start()`.
 * At the end: `director.close()`, `presence.leave()`.
 */
export function createCampaigns(deps: CampaignsDeps): Campaigns {
  const { store, clock, ids, logger, server } = deps;
  const settings = new JobSettings(store);
  const record = new AttemptRecord({ store, logger, server, settings, doNotCall: deps.doNotCall });
  const presence = new ServerPresence({ id: server, store, clock, logger });
  const onState: NonNullable<JobDirectorDeps['onState']> = (job: JobId, state, reason) => {
    if (state === 'Completed') {
      settings.forget(job);
      void decisions.forget(job);
    }
    deps.onState?.(job, state, reason);
  };
  const recovery = new AttemptRecovery({ store, clock, logger, record, presence, settings, endCalls: deps.endCalls });
  const decisions = new DecisionLog({ store, clock, logger, keepMs: deps.keepDecisionsMs ?? 7 * 86_400_000 });
  let purgedAt = Number.NEGATIVE_INFINITY;
  let recoveredAt = clock.monotonic();
  const onRound = async (): Promise<void> => {
    if (clock.monotonic() - purgedAt >= purgeEveryMs) {
      purgedAt = clock.monotonic();
      await purgeLedger(store, clock.now());
      await decisions.purge();
    }
    if (clock.monotonic() - recoveredAt < recoverEveryMs) return;
    recoveredAt = clock.monotonic();
    const orphans = await recovery.recover(undefined, deps.isOpenHere);
    if (orphans.length > 0) deps.onOrphans?.(orphans);
  };
  return {
    director: new JobDirector({ store, clock, ids, logger, onState, onRound }),
    source: new ContactLeases({ store, clock, server, settings }),
    gate: new RuleGate(new StoredGateFacts(store, settings)),
    sink: record,
    recovery,
    presence,
    settings,
    decisions,
    ledger: (campaign) => ledgerSums(store, campaign, clock.now()),
    ledgerHistory: (campaign) => ledgerHistory(store, campaign, clock.now()),
  };
}
