import { agentShares, type AgentClaim } from '../../core/allocation/agent-shares.ts';
import type { JobSharing } from '../../core/allocation/job-sharing.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { JobId } from '../../kernel/ids.ts';
import type { ContactType } from './agent-api.ts';
import type { Agent } from './agent.ts';

/** A job that agents may serve. */
export interface ServedJob {
  readonly id: JobId;
  readonly campaign: string;
  readonly sharing: JobSharing;
  /** Which licence its agents use: `predictive`, `preview`, `manual`. */
  readonly licence: string;
  /** What its contacts are to an agent. */
  readonly contactType: ContactType;
  /** Nobody of ours talks to its people. */
  readonly agentless?: boolean;
}

export interface AllocationDeps {
  readonly clock: Clock;
  /** Agents at once for each licence; absent: no bound. */
  readonly licences: Readonly<Record<string, number>>;
  /** The agent serves this job from now on; undefined: none. */
  readonly attach: (agent: Agent, job: ServedJob | undefined) => void;
}

interface Served {
  job: ServedJob;
  need: number;
  /** Calls on their way to a person, for whom the job counts on its idle agents. */
  out: number;
  target: number;
  /** Since when it has needed agents and had none. */
  withoutSince: number | undefined;
}

/** An idle agent whose job has calls out is kept for them so long, at most. */
const handoverMs = 15_000;
/** Whoever has just come to a job stays for so long. */
const holdMs = 20_000;

/**
 * Which job each agent serves. The shares are `agentShares`; here they come true: agents without a job are attached at once, others
 * change when they are idle and the job that they leave has no call out that counts on them.
 */
export class AgentAllocation {
  readonly #deps: AllocationDeps;
  readonly #jobs = new Map<JobId, Served>();

  constructor(deps: AllocationDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#jobs.size;
  }

  open(job: ServedJob): void {
    // Until its dialler says otherwise, it could use everybody.
    this.#jobs.set(job.id, { job, need: job.agentless === true ? 0 : Number.POSITIVE_INFINITY, out: 0, target: 0, withoutSince: undefined });
  }

  close(id: JobId): void {
    this.#jobs.delete(id);
  }

  change(id: JobId, terms: Pick<ServedJob, 'sharing' | 'licence' | 'contactType'>): void {
    const served = this.#jobs.get(id);
    if (served !== undefined) served.job = { ...served.job, ...terms };
  }

  job(id: JobId | undefined): ServedJob | undefined {
    return id === undefined ? undefined : this.#jobs.get(id)?.job;
  }

  /** How many agents each job is to have, as of the last round. */
  target(id: JobId): number {
    return this.#jobs.get(id)?.target ?? 0;
  }

  setNeed(id: JobId, need: number, out: number): void {
    const served = this.#jobs.get(id);
    if (served === undefined || served.job.agentless === true) return;
    served.need = need;
    served.out = out;
  }

  /** One round: new shares, agents without a job attached, moves begun, called off and made. */
  round(agents: readonly Agent[]): void {
    const staff = agents.filter((a) => a.staffed);
    this.#share(staff);
    for (const agent of agents) if (this.job(agent.job) === undefined && (agent.staffed || agent.state === 'nailedNotReady')) this.#place(agent, staff);
    this.#callOff(staff);
    this.#beginMoves(staff);
    for (const agent of staff) if (agent.state === 'idle') this.settle(agent, agents);
  }

  /** An idle agent who is to move does so, if nobody on the way to his job counts on him. Answers whether he did. */
  settle(agent: Agent, agents: readonly Agent[]): boolean {
    const { moving } = agent;
    if (moving === undefined || agent.state !== 'idle') return false;
    const from = agent.job === undefined ? undefined : this.#jobs.get(agent.job);
    const others = agents.filter((a) => a.job === agent.job && a.moving === undefined && a.state === 'idle').length;
    if (from !== undefined && from.out > others && this.#deps.clock.monotonic() - moving.since < handoverMs) return false;
    agent.moving = undefined;
    this.#attach(agent, moving.to);
    return true;
  }

  /** Gives an agent without a job the one that lacks most. */
  place(agent: Agent, agents: readonly Agent[]): void {
    const staff = agents.filter((a) => a.staffed || a === agent);
    this.#share(staff);
    this.#place(agent, staff);
  }

  #place(agent: Agent, staff: readonly Agent[]): void {
    agent.moving = undefined;
    let best: { readonly id: JobId; readonly lack: number } | undefined;
    for (const [id, served] of this.#jobs) {
      const has = this.#has(id, staff);
      if (has >= this.#most(served, staff)) continue;
      // Beyond all shares: whoever is idle waits where the most would be wanted.
      const lack = served.target > has ? served.target - has : -1 / (served.job.sharing.priority + 1 / (1 + has));
      if (best === undefined || lack > best.lack) best = { id, lack };
    }
    if (best?.id !== agent.job || best === undefined) this.#attach(agent, best?.id);
  }

  #attach(agent: Agent, to: JobId | undefined): void {
    agent.attachedAt = this.#deps.clock.monotonic();
    this.#deps.attach(agent, this.job(to));
  }

  #share(staff: readonly Agent[]): void {
    const now = this.#deps.clock.monotonic();
    const claims = [...this.#jobs].map(([id, served]): AgentClaim => {
      const { job, need } = served;
      if (need < 1 || this.#has(id, staff) > 0) served.withoutSince = undefined;
      else served.withoutSince ??= now;
      const { priority, minAgents, maxAgents, allocation } = job.sharing;
      return {
        job: id, priority, minAgents, allocation, need, licence: job.licence,
        withoutMs: served.withoutSince === undefined ? 0 : now - served.withoutSince,
        ...(maxAgents === undefined ? {} : { maxAgents }),
      };
    });
    for (const [id, target] of agentShares(claims, staff.length, this.#deps.licences)) {
      const served = this.#jobs.get(id as JobId);
      if (served !== undefined) served.target = target;
    }
  }

  /** Agents who serve the job, or will when they are free. */
  #has(id: JobId, staff: readonly Agent[]): number {
    let count = 0;
    for (const agent of staff) if ((agent.moving === undefined ? agent.job : agent.moving.to) === id) count += 1;
    return count;
  }

  /** More than this the job may not have, whether anybody else wants them or not. */
  #most({ job }: Served, staff: readonly Agent[]): number {
    if (job.agentless === true) return 0;
    const licensed = this.#deps.licences[job.licence];
    const elsewhere = licensed === undefined ? 0 : [...this.#jobs.values()].filter((s) => s.job.licence === job.licence && s.job.id !== job.id).reduce((sum, s) => sum + this.#has(s.job.id, staff), 0);
    return Math.min(job.sharing.maxAgents ?? Number.POSITIVE_INFINITY, (licensed ?? Number.POSITIVE_INFINITY) - elsewhere);
  }

  /** Moves whose reason is gone. */
  #callOff(staff: readonly Agent[]): void {
    for (const agent of staff) {
      const { moving } = agent;
      if (moving === undefined || agent.job === undefined) continue;
      const to = moving.to === undefined ? undefined : this.#jobs.get(moving.to);
      const from = this.#jobs.get(agent.job);
      if (from === undefined || this.#has(agent.job, staff) >= from.target) continue;
      if (to === undefined || this.#has(to.job.id, staff) > to.target) agent.moving = undefined;
    }
  }

  #beginMoves(staff: readonly Agent[]): void {
    const now = this.#deps.clock.monotonic();
    for (const [id, served] of this.#jobs) {
      for (let lack = served.target - this.#has(id, staff); lack > 0; lack--) {
        const agent = this.#spare(staff, (other) => other !== id, now);
        if (agent === undefined) break;
        agent.moving = { to: id, since: now };
      }
      for (let excess = this.#has(id, staff) - Math.max(served.target, this.#most(served, staff)); excess > 0; excess--) {
        const agent = this.#spare(staff, (other) => other === id, now);
        if (agent === undefined) break;
        agent.moving = { to: undefined, since: now };
      }
    }
  }

  /** The agent who can best be spared by a job that has more than its share: idle the longest, then who will be free soonest. */
  #spare(staff: readonly Agent[], of: (job: JobId) => boolean, now: number): Agent | undefined {
    const order = { idle: 0, wrapup: 1, previewing: 2, dialling: 2, reserved: 2, talking: 3 } as const;
    const rank = (agent: Agent): number => order[agent.state as keyof typeof order];
    let best: Agent | undefined;
    for (const agent of staff) {
      if (agent.moving !== undefined || agent.job === undefined || !of(agent.job)) continue;
      const served = this.#jobs.get(agent.job);
      if (served === undefined || this.#has(agent.job, staff) <= served.target) continue;
      if (now - agent.attachedAt < holdMs && served.need >= 1) continue;
      if (best === undefined || rank(agent) < rank(best) || (rank(agent) === rank(best) && agent.since < best.since)) best = agent;
    }
    return best;
  }
}
