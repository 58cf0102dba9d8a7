import type { CampaignConfig } from '../config/index.ts';
import type { AttemptRunner, DriverSettings } from '../core/call-control/attempt-runner.ts';
import { Dialler, type DiallerDeps } from '../core/call-control/dialler.ts';
import type { JobId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { NailupError } from '../kernel/nailup-error.ts';
import type { JobState } from '../modules/campaigns/index.ts';
import { pacerOf } from './campaign-settings.ts';

export interface JobsDeps {
  readonly dialler: Omit<DiallerDeps, 'logger'>;
  readonly runner: AttemptRunner;
  readonly logger: Logger;
  readonly campaign: CampaignConfig;
  readonly driver: DriverSettings;
  /** INVITEs per second of the trunk; Infinity without a limit. */
  readonly callsPerSecond: number;
  /** Agents serve this job from now on. */
  readonly attach: (job: { id: JobId; campaign: string } | undefined) => void;
}

const tickMs = 1_000;

/** Follows the job director: a dialler for each running job, stopped when the job pauses, stops or completes. */
export class Jobs {
  readonly #deps: JobsDeps;
  readonly #diallers = new Map<JobId, Dialler>();

  constructor(deps: JobsDeps) {
    this.#deps = deps;
  }

  get running(): readonly JobId[] {
    return [...this.#diallers.keys()];
  }

  onState(job: JobId, state: JobState): void {
    switch (state) {
      case 'Running':
        return this.run(job);
      case 'Pausing':
      case 'Stopping':
        this.#diallers.get(job)?.pause();
        return;
      case 'Paused':
      case 'Completed':
        return this.#end(job);
      default:
        return;
    }
  }

  run(job: JobId): void {
    const { campaign, driver, dialler, logger, callsPerSecond, attach } = this.#deps;
    const known = this.#diallers.get(job);
    if (known !== undefined) return known.start();
    const loop = new Dialler(
      { ...dialler, logger },
      { job, driver, tickMs, batch: Math.max(20, campaign.maxConcurrentCalls), limits: { maxConcurrentCalls: campaign.maxConcurrentCalls, maxCallsPerSecond: callsPerSecond } },
      pacerOf(campaign.pacing),
    );
    this.#diallers.set(job, loop);
    attach({ id: job, campaign: campaign.name });
    loop.start();
  }

  setPacing(job: JobId, pacing: string): void {
    const loop = this.#diallers.get(job);
    if (loop === undefined) throw new NailupError('JOB_UNKNOWN', `job ${job} is not running`, { mend: 'GET /api/jobs lists the jobs.' });
    loop.setPacer(pacerOf(pacing));
  }

  /** An agent is idle, or a call ended. */
  wake(job: JobId | undefined): void {
    if (job !== undefined) this.#diallers.get(job)?.wake();
  }

  /** No new calls; resolves when every running attempt has its result. */
  async drain(): Promise<void> {
    await Promise.all([...this.#diallers.values()].map((loop) => loop.stop()));
  }

  #end(job: JobId): void {
    const loop = this.#diallers.get(job);
    if (loop === undefined) return;
    this.#diallers.delete(job);
    if (this.#diallers.size === 0) this.#deps.attach(undefined);
    loop.stop().catch((error: unknown) => this.#deps.logger.error({ job, error: String(error) }, 'dialler did not stop cleanly'));
  }
}
