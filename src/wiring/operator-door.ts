import type { ClampRequest, DeliveryReport, JobStart, PacingChange, SharingChange, SkillReport } from '../api/job-requests.ts';
import type { OperatorDoor, TraceQuery } from '../api/operator-api.ts';
import type { RunningCcxmlServer } from '../ccxml/index.ts';
import type { SystemClock } from '../kernel/clock.ts';
import type { AttemptId, ConnectionId, JobId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { NailupError } from '../kernel/nailup-error.ts';
import { jobReport, type Job } from '../modules/campaigns/index.ts';
import type { WireMessage } from '../observe/wire-message.ts';
import type { Store } from '../store/index.ts';
import { attemptOf, attemptsOf } from './attempt-rows.ts';
import { checkKind } from './campaign-pacing.ts';
import { changedPacing, changedSharing } from './job-changes.ts';
import type { LivePacing } from './jobs.ts';
import { pacingOptions } from './pacers.ts';
import { pacingReport } from './pacing-report.ts';
import type { LegTaps } from './leg-taps.ts';
import type { ServerParts } from './server-parts.ts';
import { toldLegs } from './told-legs.ts';
import { agentsByState, callsByPhase, type LiveStatus, type OccupancyMeter } from './server-status.ts';

export interface ServerDoorDeps {
  readonly store: Store;
  readonly parts: ServerParts;
  /** The clock of calls, agents and attempts: its open timers are told. */
  readonly callClock: SystemClock;
  readonly occupancy: OccupancyMeter;
  readonly legTaps: LegTaps;
  readonly logger: Logger;
  readonly stopping: () => boolean;
}

/** What the operator's HTTP API asks of a running server, answered from its parts. */
export class ServerDoor implements OperatorDoor {
  readonly #store: Store;
  readonly #parts: ServerParts;
  readonly #callClock: SystemClock;
  readonly #occupancy: OccupancyMeter;
  readonly #legTaps: LegTaps;
  readonly #logger: Logger;
  readonly #stopping: () => boolean;

  constructor(deps: ServerDoorDeps) {
    this.#store = deps.store;
    this.#parts = deps.parts;
    this.#callClock = deps.callClock;
    this.#occupancy = deps.occupancy;
    this.#legTaps = deps.legTaps;
    this.#logger = deps.logger;
    this.#stopping = deps.stopping;
  }

  health(): { ok: boolean; parts: Readonly<Record<string, string>> } {
    const stopping = this.#stopping();
    return { ok: !stopping, parts: { server: stopping ? 'stopping' : 'up', store: this.#store.address } };
  }

  async status(): Promise<LiveStatus> {
    const parts = this.#parts;
    const jobs = await parts.campaigns.director.jobs();
    const newest = jobs.at(-1);
    const report = newest === undefined ? undefined : await jobReport(this.#store, newest.id);
    const states = report?.contacts.byState ?? {};
    const total = Object.values(states).reduce((a, b) => a + b, 0);
    const open = (states['waiting'] ?? 0) + (states['leased'] ?? 0) + (states['attempting'] ?? 0);
    return {
      jobs: jobs.map((job) => ({ id: job.id, state: job.state, campaign: job.campaign, ...this.#live(job.id) })),
      calls: callsByPhase(newest === undefined ? [] : parts.runner.of(newest.id)),
      agents: agentsByState(parts.agents.all()),
      occupancy: this.#occupancy.occupancy(this.#callClock.monotonic()),
      progress: { contacts: total, finished: total - open },
      abandonRate: report?.people.abandonRate ?? 0,
      pacing: newest === undefined ? '' : parts.jobs.settingsOf(newest).pacing.pacing,
    };
  }

  #live(id: JobId): { readonly pacing?: LivePacing } {
    const live = this.#parts.jobs.live(id);
    return live === undefined ? {} : { pacing: live };
  }

  async stats(): Promise<unknown> {
    const parts = this.#parts;
    const media = await parts.media.stats();
    const sip = parts.signalling.stats();
    return {
      openDialogs: sip.openDialogs, openCalls: sip.openCalls, openTransactions: sip.openTransactions, openRtpPorts: media.openPorts,
      openTimers: this.#callClock.openTimers, openSessions: parts.ccxml.server?.sessionCount ?? 0, openAttempts: parts.runner.open + parts.messageAttempts.open, openNails: parts.nailing.open, openConnections: parts.platform.openConnections,
      media: { packetIo: media.packetIo, endpoints: media.endpoints, conferences: media.conferences, dialogs: media.dialogs, tickLatenessMs: media.tickLatenessMs },
      sip: sip.counters,
    };
  }

  async createJob({ campaign, pacing, sharing }: JobStart): Promise<string> {
    const { jobs, campaigns } = this.#parts;
    const config = jobs.campaign(campaign);
    if (config === undefined) throw new NailupError('CAMPAIGN_UNKNOWN', `the configuration has no campaign "${campaign}"`, { mend: 'Add it to campaign: or campaigns: of nailup.yaml.' });
    const before = jobs.settingsOf({ campaign, pacing: null, sharing: null });
    if (pacing.pacing !== undefined) checkKind(pacingOptions({ pacing: pacing.pacing }).kind, config);
    return campaigns.director.createJob({
      campaign,
      ...(Object.keys(pacing).length === 0 ? {} : { pacing: changedPacing(before.pacing, pacing) }),
      ...(Object.keys(sharing).length === 0 ? {} : { sharing: changedSharing(before.sharing, sharing) }),
    });
  }

  async jobs(): Promise<readonly unknown[]> {
    return this.#parts.campaigns.director.jobs();
  }

  pauseJob(id: string): Promise<boolean> {
    return this.#parts.campaigns.director.pause(id as JobId);
  }

  resumeJob(id: string): Promise<boolean> {
    return this.#parts.campaigns.director.resume(id as JobId);
  }

  stopJob(id: string): Promise<boolean> {
    return this.#parts.campaigns.director.stop(id as JobId);
  }

  async report(id: string): Promise<unknown> {
    const { campaigns, jobs, doNotCall } = this.#parts;
    const report = await jobReport(this.#store, id as JobId);
    const job = await campaigns.director.job(id as JobId);
    return { ...report, doNotCall: { entries: await doNotCall.size() }, ...(job === undefined ? {} : { pacing: await pacingReport(job, jobs, campaigns) }) };
  }

  attempts(id: string): Promise<readonly unknown[]> {
    return attemptsOf(this.#store, id as JobId);
  }

  async setPacing(id: string, change: PacingChange): Promise<unknown> {
    const job = await this.#openJob(id);
    const pacing = changedPacing(this.#parts.jobs.settingsOf(job).pacing, change);
    const config = this.#parts.jobs.campaign(job.campaign);
    if (config !== undefined) checkKind(pacingOptions(pacing).kind, config);
    await this.#parts.campaigns.director.setPacing(job.id, pacing);
    // One that is paused takes it up when it runs again.
    if (this.#parts.jobs.live(job.id) !== undefined) this.#parts.jobs.setPacing(job.id, pacing);
    return { ok: true, ...pacing };
  }

  async setSharing(id: string, change: SharingChange): Promise<unknown> {
    const job = await this.#openJob(id);
    const sharing = changedSharing(this.#parts.jobs.settingsOf(job).sharing, change);
    await this.#parts.campaigns.director.setSharing(job.id, sharing);
    if (this.#parts.jobs.live(job.id) !== undefined) this.#parts.jobs.setSharing(job.id, sharing);
    return { ok: true, ...sharing };
  }

  explain(id: string, at: number): Promise<unknown> {
    return this.#parts.campaigns.decisions.explain(id as JobId, at);
  }

  async setSkill(name: string, report: SkillReport): Promise<void> {
    this.#parts.skills.set(name, report);
  }

  async setDelivery(attempt: string, { state, reason }: DeliveryReport): Promise<void> {
    if (this.#parts.messageAttempts.delivery(attempt as AttemptId, state, reason)) return;
    throw new NailupError('MESSAGE_UNKNOWN', `nobody waits for the delivery of message ${attempt}`, { mend: 'It has its result already, or deliveryReportMs of its campaign is 0.' });
  }

  async #openJob(id: string): Promise<Job> {
    const job = await this.#parts.campaigns.director.job(id as JobId);
    if (job === undefined) throw new NailupError('JOB_UNKNOWN', `there is no job ${id}`, { mend: 'nailup job list names the jobs.' });
    if (job.state === 'Completed') throw new NailupError('API_JOB_STATE', `job ${id} is over`, { mend: 'nailup job list names the jobs and their states.' });
    return job;
  }

  clamp(connection: string, { to, dtmfclamp, toneclamp, secret }: ClampRequest, who: string): void {
    const reply = this.#parts.platform.clamp(connection as ConnectionId, { to, dtmfClamp: dtmfclamp, toneClamp: toneclamp, secret });
    if (!reply.accepted) throw new NailupError('CONNECTION_UNKNOWN', reply.refusal.reason, { place: connection, mend: 'nailup ccxml sessions --json lists the connections.' });
    this.#logger.info({ audit: 'call.clamp', connection, who, to, dtmfclamp, toneclamp, secret }, 'an operator changes who hears the digits of a call');
  }

  async mediaStats(leg: string | undefined): Promise<unknown> {
    const { media, platform, ccxml } = this.#parts;
    return toldLegs(await media.stats(), (node) => platform.legCall(node), ccxml.server?.running() ?? [], leg);
  }

  tapLeg(leg: string, who: string, hear: (samples: Int16Array) => void, ended: () => void): Promise<() => void> {
    return this.#legTaps.listen(this.#parts.media, this.#parts.platform.nodeOf(leg as ConnectionId) ?? leg, who, hear, ended);
  }

  callControlSessions(): RunningCcxmlServer {
    const { server } = this.#parts.ccxml;
    if (server === undefined) throw new Error('the CCXML server is not up');
    return server;
  }

  async trace(query: TraceQuery): Promise<{ messages: readonly WireMessage[]; last: number }> {
    const { trace } = this.#parts;
    const last = trace.size.seen;
    if (query.call === undefined) return { messages: trace.messages({ after: query.after }), last };
    const callIds = trace.callIds(query.call);
    // An attempt is found by its number and its time, also long after it ended.
    if (callIds.size === 0) {
      const attempt = await attemptOf(this.#store, query.call);
      if (attempt !== undefined) for (const id of trace.callIds(attempt.address, { from: attempt.startedAt - 1_000, to: attempt.endedAt ?? Number.POSITIVE_INFINITY })) callIds.add(id);
    }
    return { messages: callIds.size === 0 ? [] : trace.messages({ callIds, after: query.after }), last };
  }
}
