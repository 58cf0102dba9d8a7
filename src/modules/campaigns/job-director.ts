import type { JobSharing } from '../../core/allocation/job-sharing.ts';
import type { Clock, Timer } from '../../kernel/clock.ts';
import type { IdSource, JobId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { step } from '../../kernel/machine.ts';
import { NailupError } from '../../kernel/nailup-error.ts';
import { instant, one, type Store } from '../../store/index.ts';
import { completeSettings, type CampaignSettings } from './campaign-settings.ts';
import {
  analyzeContacts, insertJob, jobPressure, moveJob, releaseExpiredLeases, selectCampaigns, selectJob, selectJobs, setJobPacing, setJobSharing, takeContacts, upsertCampaign, withdrawContacts,
  type CampaignRow, type JobRow,
} from './campaign-statements.ts';
import type { JobPacing } from './job-pacing.ts';
import { jobMachine, type JobEvent, type JobState } from './job.machine.ts';

export type Job = Omit<JobRow, 'id'> & { readonly id: JobId };
export type Campaign = CampaignRow;

export interface JobDirectorDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** Told after the store has it. */
  readonly onState?: (job: JobId, state: JobState, reason: string | undefined) => void;
  /** Runs at the beginning of every round. */
  readonly onRound?: () => Promise<void>;
}

/**
 * Campaigns and the life of their jobs. Every step is a compare-and-set in the store, so that several servers may direct
 * the same jobs: one of them takes the step, the others see it taken.
 */
export class JobDirector {
  readonly #deps: JobDirectorDeps;
  #timer: Timer | undefined;
  #round: Promise<void> | undefined;
  #stopped = false;

  constructor(deps: JobDirectorDeps) {
    this.#deps = deps;
  }

  /**
   * Makes or changes a campaign. Running jobs keep the settings they were made with.
   * @throws NailupError CAMPAIGN_SETTINGS, CAMPAIGN_LIST_UNKNOWN
   */
  async define(campaign: { name: string; list: string; settings?: Partial<CampaignSettings> }): Promise<void> {
    const settings = completeSettings(campaign.settings ?? {});
    const [row] = await this.#deps.store.query(upsertCampaign, [campaign.name, campaign.list, settings]);
    if (row === undefined) throw new NailupError('CAMPAIGN_LIST_UNKNOWN', `there is no contact list "${campaign.list}"`, { place: `campaign ${campaign.name}`, mend: 'Import it: nailup contacts import FILE --list NAME.' });
  }

  campaigns(): Promise<readonly Campaign[]> {
    return this.#deps.store.query(selectCampaigns, [null]);
  }

  /**
   * Makes a job of a campaign with all contacts of its list, and starts it when its time has come (default: now).
   * @throws NailupError CAMPAIGN_UNKNOWN
   */
  async createJob(request: { campaign: string; startsAt?: number; endsAt?: number; pacing?: JobPacing; sharing?: JobSharing }): Promise<JobId> {
    const { store, clock, ids } = this.#deps;
    const id = ids.next('job');
    const now = clock.now();
    const startsAt = request.startsAt ?? now;
    await store.transaction(async (tx) => {
      const made = await tx.query(insertJob, [id, request.campaign, instant(startsAt), request.endsAt === undefined ? null : instant(request.endsAt), instant(now), request.pacing ?? null, request.sharing ?? null]);
      if (made.length === 0) throw new NailupError('CAMPAIGN_UNKNOWN', `there is no campaign "${request.campaign}"`, { mend: 'Define it first.' });
      await tx.query(takeContacts, [id]);
    });
    // The planner should not have to guess the size of a job that begins at once.
    await store.query(analyzeContacts);
    if (startsAt <= now) await this.#move(id, 'due');
    return id;
  }

  async job(id: JobId): Promise<Job | undefined> {
    const [row] = await this.#deps.store.query(selectJob, [id]);
    return row === undefined ? undefined : { ...row, id };
  }

  async jobs(options: { open?: boolean } = {}): Promise<readonly Job[]> {
    const rows = await this.#deps.store.query(selectJobs, [options.open ?? false]);
    return rows.map((row) => ({ ...row, id: row.id as JobId }));
  }

  /** Each answers false when the job is unknown or over. */
  async setPacing(id: JobId, pacing: JobPacing): Promise<boolean> {
    return (await this.#deps.store.query(setJobPacing, [id, pacing])).length > 0;
  }

  async setSharing(id: JobId, sharing: JobSharing): Promise<boolean> {
    return (await this.#deps.store.query(setJobSharing, [id, sharing])).length > 0;
  }

  /** Contacts that came into the list since the job was made. Answers how many were taken. */
  async takeNewContacts(id: JobId): Promise<number> {
    return (await one(this.#deps.store, takeContacts, [id])).taken;
  }

  /** Each answers false when the job is not in a state for it. */
  pause(id: JobId): Promise<boolean> {
    return this.#moveAndSettle(id, 'pause');
  }

  resume(id: JobId): Promise<boolean> {
    return this.#move(id, 'resume');
  }

  stop(id: JobId, reason = 'stopped by hand'): Promise<boolean> {
    return this.#moveAndSettle(id, 'stop', reason);
  }

  /** Reconciles every `everyMs` until `close`. */
  start(everyMs = 1_000): void {
    const again = (): void => {
      if (this.#stopped) return;
      this.#timer = this.#deps.clock.after(everyMs, () => {
        this.#round = this.reconcile()
          .catch((error: unknown) => this.#deps.logger.error({ error: String(error) }, 'job director: round failed'))
          .finally(again);
      });
    };
    again();
  }

  async close(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#round;
  }

  /** One round: takes late leases back, and moves every open job on. Safe to call at any time, by any server. */
  async reconcile(): Promise<void> {
    const { store, clock, logger, onRound } = this.#deps;
    await onRound?.();
    for (const late of await store.query(releaseExpiredLeases, [instant(clock.now())])) {
      logger.warn({ job: late.job_id, contacts: late.n }, 'leases passed their deadline and were taken back');
    }
    for (const job of await this.jobs({ open: true })) await this.settle(job);
  }

  /** Moves one job as far as it goes: due, goal reached, end time, idle, empty. */
  async settle(job: Job): Promise<void> {
    const { store, clock } = this.#deps;
    const now = clock.now();
    if (job.state === 'Scheduled') {
      if (job.starts_at <= now) await this.#move(job.id, 'due');
      return;
    }
    const { goal } = job.settings;
    const pressure = await one(store, jobPressure, [job.id, goal === undefined ? null : [...goal.codes]]);
    const ended = job.ends_at !== null && job.ends_at <= now;
    if (job.state !== 'Stopping' && (ended || (goal !== undefined && pressure.goal >= goal.count))) {
      if (await this.#move(job.id, 'stop', ended ? 'end time' : 'goal reached')) return this.#settleAgain(job.id);
    }
    if (!pressure.left && !job.settings.infinite && job.state !== 'Stopping') {
      await this.#move(job.id, 'empty', 'no contact left');
    } else if (!pressure.attempting) {
      // Leases that are out do not matter: an attempt begins in a running job only.
      await this.#move(job.id, 'idle');
    }
  }

  async #moveAndSettle(id: JobId, event: JobEvent, reason?: string): Promise<boolean> {
    const moved = await this.#move(id, event, reason);
    if (moved) await this.#settleAgain(id);
    return moved;
  }

  async #settleAgain(id: JobId): Promise<void> {
    const job = await this.job(id);
    if (job !== undefined) await this.settle(job);
  }

  async #move(id: JobId, event: JobEvent, reason?: string): Promise<boolean> {
    const { store, clock, logger, onState } = this.#deps;
    for (;;) {
      const job = await this.job(id);
      if (job === undefined) return false;
      const next = step(jobMachine, job.state, event);
      if (!next.taken) return false;
      const moved = await store.transaction(async (tx) => {
        const rows = await tx.query(moveJob, [id, job.state, next.state, instant(clock.now()), reason ?? null]);
        if (rows.length > 0 && next.effects.includes('withdraw')) await tx.query(withdrawContacts, [id]);
        return rows.length > 0;
      });
      if (!moved) continue;
      logger.info({ job: id, from: job.state, to: next.state, event, reason }, 'job moved');
      onState?.(id, next.state, reason);
      return true;
    }
  }
}
