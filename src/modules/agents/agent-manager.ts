import type { Clock } from '../../kernel/clock.ts';
import type { AgentId, AttemptId, JobId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { step } from '../../kernel/machine.ts';
import type { AgentPool, ChosenAgent, LeasedContact, NailControl, NailEvent, PoolSnapshot } from '../../core/ports.ts';
import { agentMachine, type AgentEffect, type AgentEvent, type AgentState } from './agent.machine.ts';
import type { AgentSettings } from './agent-settings.ts';
import { noticeOf } from './agent-notices.ts';
import type { ServedJob } from './agent-allocation.ts';
import type { AgentChange } from './agent-change.ts';
import { AgentWaiters } from './agent-waiters.ts';
import { Agent, type AgentAccount, type Desktop } from './agent.ts';
import { JobStaff } from './job-staff.ts';

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

/** All agents of the server: the single writer of their states, the pool that hands them out, longest idle first. */
export class AgentManager implements AgentPool {
  readonly #deps: AgentManagerDeps;
  readonly #agents = new Map<AgentId, Agent>();
  readonly #waiters: AgentWaiters;
  readonly #staff: JobStaff;

  constructor(deps: AgentManagerDeps, accounts: readonly AgentAccount[]) {
    this.#deps = deps;
    this.#waiters = new AgentWaiters(deps.clock);
    this.#staff = new JobStaff({
      clock: deps.clock, licences: deps.licences ?? {}, agents: () => this.all(), nails: deps.nails, unnailDelayMs: deps.settings.unnailDelayMs, changed: deps.changed,
      offer: (agent) => this.#offer(agent),
    });
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
    this.#staff.open(job);
  }

  /** The job is over: its agents serve the others, or keep their lines for a while. */
  closeJob(id: JobId): void {
    this.#staff.close(id);
  }

  /** Live change of how a job shares agents. */
  changeJob(id: JobId, terms: Pick<ServedJob, 'sharing' | 'licence' | 'contactType'>): void {
    this.#staff.change(id, terms);
  }

  /** What a job's dialler says at every tick: agents that it could use, and calls that count on idle ones. */
  setNeed(id: JobId, need: number, out: number): void {
    this.#staff.setNeed(id, need, out);
  }

  /** For the live view. */
  shareOf(id: JobId): { readonly agents: number; readonly target: number; readonly leaving: number } {
    return this.#staff.shareOf(id);
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
        this.#staff.nailed(agent);
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
    agent.contactType = this.#staff.jobOf(agent)?.contactType ?? 'Progressive';
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
        return this.#staff.tell(agent);
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
      this.#staff.settle(agent);
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
