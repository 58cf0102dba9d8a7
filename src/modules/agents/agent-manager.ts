import type { Clock } from '../../kernel/clock.ts';
import type { AgentId, AttemptId, JobId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { step } from '../../kernel/machine.ts';
import type { AgentPool, ChosenAgent, LeasedContact, NailControl, NailEvent, PoolSnapshot } from '../../core/ports.ts';
import { agentMachine, type AgentEffect, type AgentEvent, type AgentState } from './agent.machine.ts';
import type { AgentSettings } from './agent-settings.ts';
import { noticeOf } from './agent-notices.ts';
import { AgentAllocation, type ServedJob } from './agent-allocation.ts';
import { AgentWaiters } from './agent-waiters.ts';
import { Agent, type AgentAccount, type Desktop } from './agent.ts';

export interface AgentManagerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: AgentSettings;
  /** Agents at once for each licence (`predictive`, `preview`, `manual`); absent: no bound. */
  readonly licences?: Readonly<Record<string, number>>;
  readonly nails: () => NailControl;
  /** Ends the customer's leg of the attempt (AGTReleaseLine, deadline). */
  readonly releaseCustomer: (attempt: AttemptId) => void;
  /** The agent cannot go on with the attempt: the customer must not hear silence. */
  readonly lostCustomer: (attempt: AttemptId, reason: string) => void;
  /** The agent will not dial the contact on the screen: it goes back to the list. */
  readonly giveBack: (attempt: AttemptId) => void;
  /** An agent became idle, or staff changed. */
  readonly changed: (change: AgentChange) => void;
}

export type AgentChange =
  /** Any change of state, told before the more exact words below. */
  | { readonly what: 'state'; readonly agent: AgentId; readonly job: JobId | undefined }
  | { readonly what: 'idle'; readonly agent: AgentId; readonly job: JobId | undefined }
  | { readonly what: 'on' | 'off'; readonly agent: AgentId; readonly job: JobId | undefined }
  | { readonly what: 'wrapped'; readonly agent: AgentId; readonly job: JobId | undefined; readonly wrapMs: number };

/** Agents are shared anew this often while jobs run, and whenever jobs or staff change. */
const roundMs = 1_000;

/** All agents of the server: the single writer of their states, the pool that hands them out, longest idle first. */
export class AgentManager implements AgentPool {
  readonly #deps: AgentManagerDeps;
  readonly #agents = new Map<AgentId, Agent>();
  readonly #waiters: AgentWaiters;
  readonly #allocation: AgentAllocation;
  #lastRound = Number.NEGATIVE_INFINITY;

  constructor(deps: AgentManagerDeps, accounts: readonly AgentAccount[]) {
    this.#deps = deps;
    this.#waiters = new AgentWaiters(deps.clock);
    this.#allocation = new AgentAllocation({ clock: deps.clock, licences: deps.licences ?? {}, attach: (agent, job) => this.#attach(agent, job) });
    for (const account of accounts) {
      const id = account.extension as AgentId;
      this.#agents.set(id, new Agent(id, account));
    }
  }

  find(extension: string): Agent | undefined {
    return this.#agents.get(extension as AgentId);
  }

  all(): readonly Agent[] {
    return [...this.#agents.values()];
  }

  get openDeadlines(): number {
    return this.all().filter((a) => a.deadline !== undefined).length;
  }

  /** Agents may serve this job from now on, beside those that are open already. */
  openJob(job: ServedJob): void {
    this.#allocation.open(job);
    this.#round();
  }

  /**
   * The job is over: its agents serve the others. Without any, an agent keeps the line for the un-nail delay: a job that comes within it
   * finds the agent still nailed.
   */
  closeJob(id: JobId): void {
    this.#allocation.close(id);
    for (const agent of this.#agents.values()) {
      if (agent.moving?.to === id) agent.moving = undefined;
      if (agent.job === id) {
        agent.job = undefined;
        agent.moving = undefined;
      }
      if (agent.nailed && this.#allocation.size === 0) this.#detach(agent);
    }
    this.#round();
  }

  /** Live change of how a job shares agents. */
  changeJob(id: JobId, terms: Pick<ServedJob, 'sharing' | 'licence' | 'contactType'>): void {
    this.#allocation.change(id, terms);
    this.#round();
  }

  /** What a job's dialler says at every tick: agents that it could use, and calls that count on idle ones. */
  setNeed(id: JobId, need: number, out: number): void {
    this.#allocation.setNeed(id, need, out);
    if (this.#deps.clock.monotonic() - this.#lastRound >= roundMs) this.#round();
  }

  /** For the live view. */
  shareOf(id: JobId): { readonly agents: number; readonly target: number; readonly leaving: number } {
    const serving = [...this.#agents.values()].filter((a) => a.staffed && a.job === id);
    return { agents: serving.length, target: this.#allocation.target(id), leaving: serving.filter((a) => a.moving !== undefined).length };
  }

  #round(): void {
    this.#lastRound = this.#deps.clock.monotonic();
    if (this.#allocation.size > 0) this.#allocation.round(this.all());
  }

  #attach(agent: Agent, job: ServedJob | undefined): void {
    const before = agent.job;
    if (before !== undefined && agent.staffed) this.#deps.changed({ what: 'off', agent: agent.id, job: before });
    agent.job = job?.id;
    if (job === undefined) return;
    // Takes back an un-nailing that is under way.
    if (agent.unnailing) this.#deps.nails().nailUp({ agent: agent.id, address: agent.account.address, job: job.id });
    agent.unnailing = false;
    // One who is just being nailed is told when that is done.
    if (agent.state === 'nailing') return;
    this.#tellJob(agent);
    if (agent.staffed) this.#deps.changed({ what: 'on', agent: agent.id, job: job.id });
    if (agent.state === 'idle') this.#offer(agent);
  }

  logOn(agent: Agent, desktop: Desktop): void {
    agent.desktop = desktop;
    agent.wants = 'ready';
    this.take(agent, 'logon');
  }

  /** A desktop that replaces another (isForce) or comes back takes the session over as it is. */
  takeOver(agent: Agent, desktop: Desktop): void {
    agent.desktop?.close('logged on elsewhere');
    agent.desktop = desktop;
    if (agent.wants === 'logoff') agent.wants = 'ready';
  }

  /** False when the event does not fit the agent's state: nothing happened. */
  take(agent: Agent, event: AgentEvent): boolean {
    const result = step(agentMachine, agent.state, event);
    if (!result.taken) return false;
    if (result.state !== agent.state || event === 'extendWrapup') this.#enter(agent, result.state);
    for (const effect of result.effects) this.#run(agent, effect);
    return true;
  }

  onNail(event: NailEvent): void {
    const agent = this.#agents.get(event.agent);
    if (agent === undefined) return;
    switch (event.name) {
      case 'nail.up':
        agent.nailed = true;
        agent.conference = event.conference;
        if (this.#allocation.job(agent.job) === undefined) this.#allocation.place(agent, this.all());
        this.take(agent, 'nail.up');
        return;
      case 'nail.held':
        this.take(agent, event.held ? 'held' : 'ready');
        return;
      case 'nail.lost':
      case 'nail.failed':
      case 'nail.down':
        agent.nailed = false;
        agent.unnailing = false;
        this.take(agent, event.name);
        return;
    }
  }

  acquire(job: JobId, attempt: AttemptId): ChosenAgent | undefined {
    const best = this.longestIdle(job);
    return best === undefined ? undefined : this.#reserve(best, attempt);
  }

  longestIdle(job: JobId): Agent | undefined {
    let best: Agent | undefined;
    for (const agent of this.#agents.values()) {
      if (agent.state === 'idle' && agent.job === job && (best === undefined || agent.since < best.since)) best = agent;
    }
    return best;
  }

  waitFor(job: JobId, attempt: AttemptId, deadlineMs: number, signal: AbortSignal): Promise<ChosenAgent | undefined> {
    return this.#waiters.wait(job, attempt, deadlineMs, signal);
  }

  connected(id: AgentId, attempt: AttemptId, contact: LeasedContact): void {
    const agent = this.#serving(id, attempt);
    if (agent === undefined) return;
    agent.contact = contact;
    agent.contactType = this.#allocation.job(agent.job)?.contactType ?? 'Progressive';
    this.take(agent, 'connected');
  }

  customerLeft(id: AgentId, attempt: AttemptId): Promise<{ completionCode?: string }> {
    const agent = this.#agents.get(id);
    if (agent === undefined || agent.attempt !== attempt) return Promise.resolve({});
    return new Promise((resolve) => {
      agent.onWrappedUp = resolve;
      // Already wrapping up when the agent's own leg was lost first.
      if (agent.state !== 'wrapup') this.take(agent, 'customerLeft');
      if (agent.wrapupCode !== undefined) this.take(agent, 'wrapupContact');
      else if (agent.attempt !== attempt) resolve({});
    });
  }

  release(id: AgentId, attempt: AttemptId): void {
    const agent = this.#serving(id, attempt);
    if (agent !== undefined) this.take(agent, 'released');
  }

  snapshot(job: JobId, now: number): PoolSnapshot {
    const talking: number[] = [];
    const wrapping: number[] = [];
    let idle = 0;
    let dialling = 0;
    let staffed = 0;
    for (const agent of this.#agents.values()) {
      // Who is about to leave the job is not counted on any more.
      if (agent.job !== job || !agent.staffed || agent.moving !== undefined) continue;
      staffed += 1;
      if (agent.state === 'idle') idle += 1;
      else if (agent.state === 'previewing' || agent.state === 'dialling') dialling += 1;
      else if (agent.state === 'wrapup') wrapping.push(now - agent.since);
      else talking.push(now - agent.since);
    }
    return { idle, talking, wrapping, dialling, staffed };
  }

  /** Somebody who talks or wraps up is detached when that is over (`#settle`). */
  #detach(agent: Agent): void {
    if (agent.state !== 'idle' && agent.state !== 'nailedNotReady') return;
    agent.unnailing = true;
    this.#deps.nails().unnail(agent.id, this.#deps.settings.unnailDelayMs);
  }

  #serving(id: AgentId, attempt: AttemptId): Agent | undefined {
    const agent = this.#agents.get(id);
    return agent?.attempt === attempt ? agent : undefined;
  }

  #reserve(agent: Agent, attempt: AttemptId): ChosenAgent {
    agent.attempt = attempt;
    agent.wrapupCode = undefined;
    this.take(agent, 'reserve');
    return { agent: agent.id, conference: agent.conference };
  }

  #offer(agent: Agent): void {
    const waiter = this.#waiters.first(agent.job);
    if (waiter === undefined) {
      this.#deps.changed({ what: 'idle', agent: agent.id, job: agent.job });
      return;
    }
    waiter.settle(this.#reserve(agent, waiter.attempt));
  }

  #enter(agent: Agent, next: AgentState): void {
    const { clock, settings } = this.#deps;
    const now = clock.monotonic();
    const wasStaffed = agent.staffed;
    const before = agent.state;
    if (before === 'talking' || before === 'wrapup') agent.busyMs += now - agent.since;
    if (before === 'wrapup' && next !== 'wrapup') this.#deps.changed({ what: 'wrapped', agent: agent.id, job: agent.job, wrapMs: now - agent.since });
    agent.state = next;
    agent.since = now;
    agent.deadline?.cancel();
    const limit: Partial<Record<AgentState, number>> = {
      pendingNail: settings.pendingNailMs, nailing: settings.nailingMs, nailedNotReady: settings.breakNailedMs,
      previewing: Math.max(settings.previewMs, (agent.offer?.dialsAfterMs ?? 0) + settings.reservedMs), dialling: settings.diallingMs, reserved: settings.reservedMs, talking: settings.maxTalkMs, wrapup: settings.wrapupMs,
    };
    const ms = limit[next];
    agent.deadline = ms === undefined ? undefined : clock.after(ms, () => {
      agent.deadline = undefined;
      this.take(agent, 'deadline');
    });
    this.#deps.changed({ what: 'state', agent: agent.id, job: agent.job });
    if (agent.staffed && !wasStaffed) agent.staffedSince = now;
    if (agent.staffed !== wasStaffed) this.#deps.changed({ what: agent.staffed ? 'on' : 'off', agent: agent.id, job: agent.job });
  }

  #run(agent: Agent, effect: AgentEffect): void {
    const { nails, settings } = this.#deps;
    switch (effect) {
      case 'tell-job':
        return this.#tellJob(agent);
      case 'nail':
        return nails().nailUp({ agent: agent.id, address: agent.account.address, job: agent.job ?? ('' as JobId) });
      case 'unnail':
        return nails().unnail(agent.id, settings.unnailDelayMs);
      case 'unnail-now':
        agent.nailed = false;
        return nails().unnail(agent.id, 0);
      case 'offer':
        return this.#offer(agent);
      case 'release-customer':
        if (agent.attempt !== undefined) this.#deps.releaseCustomer(agent.attempt);
        return;
      case 'lost-customer':
        if (agent.attempt !== undefined) this.#deps.lostCustomer(agent.attempt, 'the agent is gone');
        return;
      case 'finish-wrapup':
        return this.#wrappedUp(agent, agent.wrapupCode);
      case 'default-wrapup':
        return this.#wrappedUp(agent, settings.defaultCompletionCode);
      case 'settle':
        return this.#settle(agent);
      case 'want-not-ready':
        agent.wants = 'notReady';
        return;
      case 'want-ready':
        agent.wants = 'ready';
        return;
      case 'want-logoff':
        agent.wants = 'logoff';
        return;
      case 'give-back':
        if (agent.attempt !== undefined) this.#deps.giveBack(agent.attempt);
        return;
      case 'forget-contact':
        return this.#forgetContact(agent);
      case 'nail-gone':
        agent.nailed = false;
        return;
      case 'closed':
        agent.desktop?.notify({ notification: 'AGTStateChangedNotify', parameters: { agentState: 'Logout' } });
        agent.desktop = undefined;
        agent.job = undefined;
        agent.moving = undefined;
        return;
      default: {
        const notice = noticeOf(effect, agent, this.wrapupDetails(agent));
        if (notice !== undefined) agent.desktop?.notify(notice);
      }
    }
  }

  wrapupDetails(agent: Agent): { wrapupSeconds: number; extensionsLeft: number } {
    const { settings } = this.#deps;
    return { wrapupSeconds: Math.round(settings.wrapupMs / 1_000), extensionsLeft: settings.wrapupExtensions - agent.extensions };
  }

  #tellJob(agent: Agent): void {
    const job = this.#allocation.job(agent.job);
    if (job !== undefined) agent.desktop?.notify({ notification: 'AGTJobAttached', parameters: { campaignName: job.campaign } });
  }

  #wrappedUp(agent: Agent, code: string | undefined): void {
    agent.onWrappedUp?.(code === undefined ? {} : { completionCode: code });
    agent.onWrappedUp = undefined;
  }

  /** After a call the agent is already in `idle`; what it asked for meanwhile happens now. */
  #settle(agent: Agent): void {
    this.#forgetContact(agent);
    if (agent.wants === 'logoff') {
      this.take(agent, 'logoff');
    } else if (agent.wants === 'notReady') {
      agent.wants = 'ready';
      this.take(agent, 'notReady');
    } else if (!agent.nailed) {
      this.take(agent, 'nail.lost');
    } else {
      if (this.#allocation.size === 0) return this.#detach(agent);
      // Attached elsewhere, the agent has been offered there.
      if (!this.#allocation.settle(agent, this.all())) this.#offer(agent);
    }
  }

  #forgetContact(agent: Agent): void {
    agent.attempt = undefined;
    agent.contact = undefined;
    agent.offer = undefined;
    agent.failure = undefined;
    agent.extensions = 0;
    agent.wrapupCode = undefined;
    agent.desktop?.notify({ notification: 'AGTCallStateChangedNotify', parameters: { callState: 'Idle' } });
  }
}
