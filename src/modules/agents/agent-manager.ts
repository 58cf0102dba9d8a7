import type { Clock } from '../../kernel/clock.ts';
import type { AgentId, AttemptId, JobId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { step } from '../../kernel/machine.ts';
import type { AgentPool, ChosenAgent, LeasedContact, NailControl, NailEvent, PoolSnapshot } from '../../core/ports.ts';
import { agentMachine, type AgentEffect, type AgentEvent, type AgentState } from './agent.machine.ts';
import type { AgentNotification } from './agent-api.ts';
import { Agent, type AgentAccount, type Desktop } from './agent.ts';

export interface AgentSettings {
  /** AGTNailupChange(PendingNailUp) unanswered for this long: no longer available. */
  readonly pendingNailMs: number;
  /** Nailing Call Timeout, all tries included. */
  readonly nailingMs: number;
  readonly reservedMs: number;
  /** Maximum call time. */
  readonly maxTalkMs: number;
  readonly wrapupMs: number;
  readonly wrapupExtensions: number;
  /** A nailed agent on a break keeps the line for this long. */
  readonly breakNailedMs: number;
  /** After logoff the leg stays up for this long, in case the agent comes back. */
  readonly unnailDelayMs: number;
  readonly defaultCompletionCode: string;
}

export const defaultAgentSettings: AgentSettings = {
  pendingNailMs: 30_000, nailingMs: 180_000, reservedMs: 15_000, maxTalkMs: 3_600_000, wrapupMs: 30_000, wrapupExtensions: 2,
  breakNailedMs: 900_000, unnailDelayMs: 10_000, defaultCompletionCode: 'Answer_Human',
};

export interface AgentManagerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: AgentSettings;
  readonly nails: () => NailControl;
  /** Ends the customer's leg of the attempt (AGTReleaseLine, deadline). */
  readonly releaseCustomer: (attempt: AttemptId) => void;
  /** The agent cannot go on with the attempt: the customer must not hear silence. */
  readonly lostCustomer: (attempt: AttemptId, reason: string) => void;
  /** An agent became idle, or staff changed. */
  readonly changed: (change: AgentChange) => void;
}

export type AgentChange =
  /** Any change of state, told before the more exact words below. */
  | { readonly what: 'state'; readonly agent: AgentId; readonly job: JobId | undefined }
  | { readonly what: 'idle'; readonly agent: AgentId; readonly job: JobId | undefined }
  | { readonly what: 'on' | 'off'; readonly agent: AgentId; readonly job: JobId | undefined }
  | { readonly what: 'wrapped'; readonly agent: AgentId; readonly job: JobId | undefined; readonly wrapMs: number };

interface Waiter {
  readonly job: JobId;
  readonly attempt: AttemptId;
  readonly settle: (agent: ChosenAgent | undefined) => void;
}

/** All agents of the server: the single writer of their states, the pool that hands them out, longest idle first. */
export class AgentManager implements AgentPool {
  readonly #deps: AgentManagerDeps;
  readonly #agents = new Map<AgentId, Agent>();
  readonly #waiting: Waiter[] = [];
  #job: { readonly id: JobId; readonly campaign: string } | undefined;

  constructor(deps: AgentManagerDeps, accounts: readonly AgentAccount[]) {
    this.#deps = deps;
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

  /**
   * The job that agents serve from now on; undefined when none runs. An agent who is detached keeps the line for the un-nail delay:
   * a job that comes within it finds the agent still nailed.
   */
  attachJob(job: { id: JobId; campaign: string } | undefined): void {
    this.#job = job;
    for (const agent of this.#agents.values()) {
      if (!agent.nailed) continue;
      agent.job = job?.id;
      if (job === undefined) {
        this.#detach(agent);
        continue;
      }
      this.#deps.nails().nailUp({ agent: agent.id, address: agent.account.address, job: job.id });
      agent.desktop?.notify({ notification: 'AGTJobAttached', parameters: { campaignName: job.campaign } });
      if (agent.state === 'idle') this.#offer(agent);
    }
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
        agent.job = this.#job?.id;
        this.take(agent, 'nail.up');
        return;
      case 'nail.held':
        this.take(agent, event.held ? 'held' : 'ready');
        return;
      case 'nail.lost':
      case 'nail.failed':
      case 'nail.down':
        agent.nailed = false;
        this.take(agent, event.name);
        return;
    }
  }

  acquire(job: JobId, attempt: AttemptId): ChosenAgent | undefined {
    let best: Agent | undefined;
    for (const agent of this.#agents.values()) {
      if (agent.state === 'idle' && agent.job === job && (best === undefined || agent.since < best.since)) best = agent;
    }
    return best === undefined ? undefined : this.#reserve(best, attempt);
  }

  waitFor(job: JobId, attempt: AttemptId, deadlineMs: number, signal: AbortSignal): Promise<ChosenAgent | undefined> {
    return new Promise((resolve) => {
      const waiter: Waiter = { job, attempt, settle: (agent) => done(agent) };
      const timer = this.#deps.clock.after(deadlineMs - this.#deps.clock.monotonic(), () => done(undefined));
      const onAbort = (): void => done(undefined);
      const done = (agent: ChosenAgent | undefined): void => {
        const at = this.#waiting.indexOf(waiter);
        if (at >= 0) this.#waiting.splice(at, 1);
        timer.cancel();
        signal.removeEventListener('abort', onAbort);
        resolve(agent);
      };
      if (signal.aborted) return done(undefined);
      signal.addEventListener('abort', onAbort);
      this.#waiting.push(waiter);
    });
  }

  connected(id: AgentId, attempt: AttemptId, contact: LeasedContact): void {
    const agent = this.#serving(id, attempt);
    if (agent === undefined) return;
    agent.contact = contact;
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
    let staffed = 0;
    for (const agent of this.#agents.values()) {
      if (agent.job !== job || !agent.staffed) continue;
      staffed += 1;
      if (agent.state === 'idle') idle += 1;
      else if (agent.state === 'wrapup') wrapping.push(now - agent.since);
      else talking.push(now - agent.since);
    }
    return { idle, talking, wrapping, staffed };
  }

  /** Somebody who talks or wraps up is detached when that is over (`#settle`). */
  #detach(agent: Agent): void {
    if (agent.state === 'idle' || agent.state === 'nailedNotReady') this.#deps.nails().unnail(agent.id, this.#deps.settings.unnailDelayMs);
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
    const at = this.#waiting.findIndex((w) => w.job === agent.job);
    const waiter = this.#waiting[at];
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
      reserved: settings.reservedMs, talking: settings.maxTalkMs, wrapup: settings.wrapupMs,
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
    const notify = (notification: AgentNotification): void => agent.desktop?.notify(notification);
    switch (effect) {
      case 'tell-state':
        return notify({ notification: 'AGTStateChangedNotify', parameters: { agentState: agentStateWord(agent) } });
      case 'tell-call-state':
        return notify({
          notification: 'AGTCallStateChangedNotify',
          parameters: { callState: agent.state === 'talking' ? 'Talking' : agent.state === 'wrapup' ? 'Wrapup' : 'Idle', ...(agent.attempt === undefined ? {} : { sessionID: agent.attempt }) },
        });
      case 'tell-pending-nail':
        return notify({ notification: 'AGTNailupChange', parameters: { nailupStatus: 'PendingNailUp' } });
      case 'tell-nailed':
        return notify({ notification: 'AGTNailupChange', parameters: { nailupStatus: 'NailedUp' } });
      case 'tell-not-nailed':
        return notify({ notification: 'AGTNailupChange', parameters: { nailupStatus: 'NotNailedUp' } });
      case 'tell-job':
        if (this.#job !== undefined) notify({ notification: 'AGTJobAttached', parameters: { campaignName: this.#job.campaign } });
        return;
      case 'tell-call':
        return this.#tellCall(agent);
      case 'tell-auto-release':
        return notify({ notification: 'AGTAutoReleaseLine', parameters: { sessionID: agent.attempt ?? '', wrapupDetails: this.wrapupDetails(agent) } });
      case 'nail':
        return nails().nailUp({ agent: agent.id, address: agent.account.address, job: this.#job?.id ?? ('' as JobId) });
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
      case 'nail-gone':
        agent.nailed = false;
        return;
      case 'closed':
        notify({ notification: 'AGTStateChangedNotify', parameters: { agentState: 'Logout' } });
        agent.desktop = undefined;
        agent.job = undefined;
        return;
    }
  }

  wrapupDetails(agent: Agent): { wrapupSeconds: number; extensionsLeft: number } {
    const { settings } = this.#deps;
    return { wrapupSeconds: Math.round(settings.wrapupMs / 1_000), extensionsLeft: settings.wrapupExtensions - agent.extensions };
  }

  #tellCall(agent: Agent): void {
    const contact = agent.contact;
    if (contact === undefined || agent.attempt === undefined) return;
    agent.desktop?.notify({
      notification: 'AGTCallNotify',
      parameters: { sessionID: agent.attempt, contactType: 'Progressive', contactNumbers: [{ name: 'phone', number: contact.address, isDefault: true }], attributes: { ...contact.attributes } },
    });
  }

  #wrappedUp(agent: Agent, code: string | undefined): void {
    agent.onWrappedUp?.(code === undefined ? {} : { completionCode: code });
    agent.onWrappedUp = undefined;
  }

  /** After a call the agent is already in `idle`; what it asked for meanwhile happens now. */
  #settle(agent: Agent): void {
    agent.attempt = undefined;
    agent.contact = undefined;
    agent.extensions = 0;
    agent.wrapupCode = undefined;
    agent.desktop?.notify({ notification: 'AGTCallStateChangedNotify', parameters: { callState: 'Idle' } });
    if (agent.wants === 'logoff') {
      this.take(agent, 'logoff');
    } else if (agent.wants === 'notReady') {
      agent.wants = 'ready';
      this.take(agent, 'notReady');
    } else if (!agent.nailed) {
      this.take(agent, 'nail.lost');
    } else {
      this.#offer(agent);
      if (this.#job === undefined) this.#detach(agent);
    }
  }
}

function agentStateWord(agent: Agent): 'Ready' | 'NotReady' | 'PendingNotReady' {
  if (agent.state === 'notReady' || agent.state === 'nailedNotReady' || agent.state === 'loggedOff') return 'NotReady';
  return agent.wants === 'notReady' ? 'PendingNotReady' : 'Ready';
}
