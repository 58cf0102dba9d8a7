import type { CampaignConfig } from '../config/index.ts';
import type { JobSharing } from '../core/allocation/job-sharing.ts';
import type { AgentDials, AgentDialTerms } from '../core/call-control/agent-dials.ts';
import type { AttemptRunner } from '../core/call-control/attempt-runner.ts';
import type { DriverSettings } from '../core/call-control/driver-settings.ts';
import { Dialler, type DiallerDeps } from '../core/call-control/dialler.ts';
import type { SharedLines } from '../core/call-control/shared-lines.ts';
import type { MessageAttempts } from '../core/messaging/message-attempts.ts';
import { CampaignLedger } from '../core/pacing/campaign-ledger.ts';
import type { LedgerHistory, LedgerSums } from '../core/pacing/ledger.ts';
import { callsOut } from '../core/pacing/floor-counts.ts';
import type { PacingAccount, PacingFact, PacingLimits } from '../core/pacing/pacing.ts';
import type { JobId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { NailupError } from '../kernel/nailup-error.ts';
import type { AgentManager } from '../modules/agents/index.ts';
import type { Job, JobPacing, JobState, RecordedDecision } from '../modules/campaigns/index.ts';
import type { MessageCampaign } from './message-campaign.ts';
import { messageMaker, noLines, voiceAttempts } from './attempt-makers.ts';
import { contactNumbers } from './agent-dial-desk.ts';
import { campaignPacing, campaignSharing } from './campaign-pacing.ts';
import { decisionRecord } from './decision-record.ts';
import type { SkillFigure, SkillFigures } from './skill-figures.ts';
import { agentTermsOf, pacerOf, pacingOptions } from './pacers.ts';

/** A campaign of the configuration, ready to be dialled. */
export interface DialledCampaign {
  readonly config: CampaignConfig;
  readonly driver: DriverSettings;
  /** Undefined: it calls. */
  readonly messages: MessageCampaign | undefined;
  /** INVITEs per second of its trunk; Infinity without a limit. */
  readonly callsPerSecond: number;
}

export interface JobsDeps {
  readonly dialler: Omit<DiallerDeps, 'logger' | 'facts' | 'observe' | 'lines' | 'pool' | 'skill' | 'dials' | 'attempts'>;
  readonly runner: AttemptRunner;
  readonly messageAttempts: MessageAttempts;
  readonly dials: AgentDials;
  /** Of numbers in contacts' attributes that are written without one. */
  readonly country: string;
  readonly agents: AgentManager;
  readonly lines: SharedLines;
  readonly logger: Logger;
  readonly campaigns: ReadonlyMap<string, DialledCampaign>;
  /** The job as the store has it. */
  readonly find: (job: JobId) => Promise<Job | undefined>;
  readonly ledgerHistory: (campaign: string) => Promise<LedgerHistory>;
  readonly record: (job: JobId, decision: RecordedDecision) => void;
  readonly skills: SkillFigures;
  /** The first job begins; the last one is over. */
  readonly busy: (busy: boolean) => void;
}

interface RunningJob {
  readonly campaign: string;
  readonly loop: Dialler;
  pacing: JobPacing;
  sharing: JobSharing;
  last: RecordedDecision | undefined;
}

/** What a running job's pacer promises, believes and did last. */
export interface LivePacing {
  readonly pacing: JobPacing;
  readonly kind: string;
  readonly sharing: JobSharing;
  readonly agents: { readonly agents: number; readonly target: number; readonly leaving: number };
  readonly account: PacingAccount | undefined;
  readonly ledger: LedgerSums;
  readonly last: { readonly at: number; readonly dial: number; readonly why: string } | undefined;
}

const tickMs = 1_000;
/** A store that does not answer when a job begins is asked again after so long. */
const openRetryMs = 2_000;

/** Follows the job director: a dialler for each running job, stopped when the job pauses, stops or completes. */
export class Jobs {
  readonly #deps: JobsDeps;
  readonly #running = new Map<JobId, RunningJob>();
  /** Jobs whose ledger and settings are being read. */
  readonly #opening = new Map<JobId, JobState>();
  readonly #ledgers = new Map<string, CampaignLedger>();

  constructor(deps: JobsDeps) {
    this.#deps = deps;
  }

  get running(): readonly JobId[] {
    return [...this.#running.keys()];
  }

  onState(job: JobId, state: JobState): void {
    if (this.#opening.has(job)) {
      this.#opening.set(job, state);
      return;
    }
    switch (state) {
      case 'Running': {
        const known = this.#running.get(job);
        if (known !== undefined) return known.loop.start();
        this.#opening.set(job, state);
        this.#open(job).catch((error: unknown) => {
          this.#deps.logger.error({ job, error: String(error), retryInMs: openRetryMs }, 'job not dialled yet: its settings or ledger could not be read');
          this.#deps.dialler.clock.after(openRetryMs, () => this.#openAgain(job));
        });
        return;
      }
      case 'Pausing':
      case 'Stopping':
        this.#running.get(job)?.loop.pause();
        this.#deps.dials.recall(job);
        return this.#needNoMore(job);
      case 'Paused':
      case 'Completed':
        return this.#end(job);
      default:
        return;
    }
  }

  /** @throws NailupError PACING_INVALID when the pacing is none, JOB_UNKNOWN when the job does not run. */
  setPacing(job: JobId, pacing: JobPacing): void {
    const running = this.#need(job);
    running.loop.takeFacts();
    const pacer = pacerOf(pacing, this.#history(running.campaign));
    running.pacing = pacing;
    running.loop.setPacer(pacer, this.#limits(running.campaign, pacing));
    this.#deps.agents.changeJob(job, { sharing: running.sharing, ...agentTermsOf(pacer.kind) });
  }

  /** @throws NailupError JOB_UNKNOWN when the job does not run. */
  setSharing(job: JobId, sharing: JobSharing): void {
    const running = this.#need(job);
    running.sharing = sharing;
    this.#deps.lines.share(job, sharing);
    this.#deps.agents.changeJob(job, { sharing, ...agentTermsOf(pacingOptions(running.pacing).kind) });
  }

  /** For the live view; undefined when the job does not run. */
  live(job: JobId): LivePacing | undefined {
    const running = this.#running.get(job);
    if (running === undefined) return undefined;
    const { pacing, sharing, last, loop, campaign } = running;
    const { pacer } = loop;
    return {
      pacing, sharing, kind: pacer.kind,
      agents: this.#deps.agents.shareOf(job),
      account: pacer.account?.(),
      ledger: this.#ledger(campaign).sums(this.#deps.dialler.clock.monotonic()),
      last: last === undefined ? undefined : { at: last.at, dial: last.dial, why: last.why },
    };
  }

  /** How a job is paced and shares, as it was started or changed, or else as its campaign has it. */
  settingsOf(job: Pick<Job, 'campaign' | 'pacing' | 'sharing'>): { readonly pacing: JobPacing; readonly sharing: JobSharing } {
    const config = this.#deps.campaigns.get(job.campaign)?.config;
    return { pacing: job.pacing ?? campaignPacing(config), sharing: job.sharing ?? campaignSharing(config) };
  }

  campaign(name: string): CampaignConfig | undefined {
    return this.#deps.campaigns.get(name)?.config;
  }

  /** How agents of a job may dial; undefined when it does not run. */
  dialTerms(job: JobId): AgentDialTerms | undefined {
    const running = this.#running.get(job);
    if (running?.loop.running !== true) return undefined;
    const { config, driver } = this.#campaign(running.campaign);
    const { autoDialMs } = pacingOptions(running.pacing);
    return {
      kind: running.loop.pacer.kind, driver, classes: running.loop.classes, canCancel: config.preview.canCancel,
      numbersOf: (contact) => contactNumbers(contact, config.preview.numbers, this.#deps.country),
      ...(autoDialMs === undefined ? {} : { autoDialMs }),
    };
  }

  /** What agents of a job may choose at wrap-up; without a job, of any campaign. */
  completionCodes(job: JobId | undefined): readonly string[] {
    const { campaigns } = this.#deps;
    const campaign = job === undefined ? undefined : campaigns.get(this.#running.get(job)?.campaign ?? '');
    return campaign?.config.completionCodes ?? [...new Set([...campaigns.values()].flatMap(({ config }) => config.completionCodes))];
  }

  /** An agent is idle, or a call ended. */
  wake(job: JobId | undefined): void {
    if (job !== undefined) this.#running.get(job)?.loop.wake();
  }

  /** No new calls; resolves when every running attempt has its result. */
  async drain(): Promise<void> {
    await Promise.all([...this.#running].map(([job, { loop }]) => {
      const stopped = loop.stop();
      this.#deps.dials.recall(job);
      return stopped;
    }));
  }

  /** What is on its way still needs its agents; the others may serve other jobs. */
  #needNoMore(job: JobId): void {
    const calls = this.#deps.runner.calls(job);
    this.#deps.agents.setNeed(job, calls.up, callsOut({ calls }));
  }

  #openAgain(id: JobId): void {
    this.#deps.find(id).then((job) => {
      if (job?.state === 'Running') this.onState(id, 'Running');
    }, () => this.#deps.dialler.clock.after(openRetryMs, () => this.#openAgain(id)));
  }

  async #open(id: JobId): Promise<void> {
    try {
      const job = await this.#deps.find(id);
      const campaign = job === undefined ? undefined : this.#deps.campaigns.get(job.campaign);
      if (job === undefined || campaign === undefined) {
        this.#deps.logger.warn({ job: id, campaign: job?.campaign }, 'a job runs whose campaign is not in the configuration: it is not dialled here');
        return;
      }
      if (!this.#ledgers.has(job.campaign)) {
        const history = await this.#deps.ledgerHistory(job.campaign);
        this.#ledgers.set(job.campaign, new CampaignLedger(history, this.#deps.dialler.clock.monotonic()));
      }
      if (this.#opening.get(id) === 'Running') this.#run(job, campaign);
    } finally {
      this.#opening.delete(id);
    }
  }

  #run(job: Job, { config, driver, messages }: DialledCampaign): void {
    const { dialler, runner, messageAttempts, agents, dials, lines, logger, busy } = this.#deps;
    const attempts = messages === undefined ? voiceAttempts(runner, driver) : messageMaker(messageAttempts, messages);
    const { pacing, sharing } = this.settingsOf(job);
    const pacer = pacerOf(pacing, this.#history(job.campaign));
    const loop = new Dialler(
      {
        ...dialler, attempts, pool: agents, dials, lines: messages === undefined ? lines : noLines, logger,
        skill: () => this.#skillOf(job.id),
        facts: (id, facts) => this.#takeFacts(id, job.campaign, facts),
        observe: (decision) => {
          const running = this.#running.get(job.id);
          if (running === undefined) return;
          running.last = decisionRecord(decision);
          this.#deps.record(job.id, running.last);
        },
      },
      { job: job.id, list: job.list, tickMs, batch: Math.max(20, config.maxConcurrentCalls), limits: this.#limits(job.campaign, pacing) },
      pacer,
    );
    if (this.#running.size === 0) busy(true);
    this.#running.set(job.id, { campaign: job.campaign, loop, pacing, sharing, last: undefined });
    lines.open(job.id, config.trunk, sharing);
    agents.openJob({ id: job.id, campaign: job.campaign, sharing, ...agentTermsOf(pacer.kind), agentless: config.mode === 'dialog' || messages !== undefined });
    loop.start();
  }

  /** People count in the campaign's ledger; pacers of its other jobs are told of them. */
  #takeFacts(job: JobId, campaign: string, facts: readonly PacingFact[]): void {
    const { answered, abandoned } = this.#ledger(campaign).take(facts, this.#deps.dialler.clock.monotonic());
    if (answered === 0) return;
    for (const [id, other] of this.#running) if (id !== job && other.campaign === campaign) this.#deps.runner.fact(id, { what: 'elsewhere', answered, abandoned });
  }

  #skillOf(job: JobId): SkillFigure | undefined {
    const running = this.#running.get(job);
    if (running?.loop.pacer.kind !== 'skill') return undefined;
    return this.#deps.skills.get(pacingOptions(running.pacing).skill?.name);
  }

  #limits(campaign: string, { floor, ceiling }: JobPacing): PacingLimits {
    const { config, callsPerSecond } = this.#campaign(campaign);
    return { maxConcurrentCalls: config.maxConcurrentCalls, maxCallsPerSecond: callsPerSecond, ...(floor === undefined ? {} : { floor }), ...(ceiling === undefined ? {} : { ceiling }) };
  }

  #history(campaign: string): { history: LedgerHistory; now: number } {
    const now = this.#deps.dialler.clock.monotonic();
    return { history: this.#ledger(campaign).history(now), now };
  }

  #ledger(campaign: string): CampaignLedger {
    const ledger = this.#ledgers.get(campaign);
    if (ledger === undefined) throw new Error(`campaign ${campaign} has no ledger: none of its jobs was opened`);
    return ledger;
  }

  #campaign(name: string): DialledCampaign {
    const campaign = this.#deps.campaigns.get(name);
    if (campaign === undefined) throw new Error(`campaign ${name} is not in the configuration`);
    return campaign;
  }

  #need(job: JobId): RunningJob {
    const running = this.#running.get(job);
    if (running === undefined) throw new NailupError('JOB_UNKNOWN', `job ${job} is not running`, { mend: 'nailup job list names the jobs and their states.' });
    return running;
  }

  #end(job: JobId): void {
    const running = this.#running.get(job);
    if (running === undefined) return;
    this.#running.delete(job);
    this.#deps.lines.close(job);
    this.#deps.agents.closeJob(job);
    if (this.#running.size === 0) this.#deps.busy(false);
    const stopped = running.loop.stop();
    this.#deps.dials.recall(job);
    stopped.catch((error: unknown) => this.#deps.logger.error({ job, error: String(error) }, 'dialler did not stop cleanly'));
  }
}
