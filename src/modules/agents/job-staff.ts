import type { NailControl } from '../../core/ports.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { JobId } from '../../kernel/ids.ts';
import { AgentAllocation, type ServedJob } from './agent-allocation.ts';
import type { AgentChange } from './agent-change.ts';
import type { Agent } from './agent.ts';

export interface JobStaffDeps {
  readonly clock: Clock;
  readonly licences: Readonly<Record<string, number>>;
  readonly agents: () => readonly Agent[];
  readonly nails: () => NailControl;
  readonly unnailDelayMs: number;
  readonly changed: (change: AgentChange) => void;
  /** An idle agent may be given to somebody who waits. */
  readonly offer: (agent: Agent) => void;
}

/** Agents are shared anew this often while jobs run, and whenever jobs or staff change. */
const roundMs = 1_000;

/** Which agent serves which job: attaches them as the allocation has it, and lets lines go that no job needs. */
export class JobStaff {
  readonly #deps: JobStaffDeps;
  readonly #allocation: AgentAllocation;
  #lastRound = Number.NEGATIVE_INFINITY;

  constructor(deps: JobStaffDeps) {
    this.#deps = deps;
    this.#allocation = new AgentAllocation({ clock: deps.clock, licences: deps.licences, attach: (agent, job) => this.#attach(agent, job) });
  }

  jobOf(agent: Agent): ServedJob | undefined {
    return this.#allocation.job(agent.job);
  }

  open(job: ServedJob): void {
    this.#allocation.open(job);
    this.#round();
  }

  /** Its agents serve the others. Without any, an agent keeps the line for the un-nail delay: a job that comes within it finds the agent still nailed. */
  close(id: JobId): void {
    this.#allocation.close(id);
    for (const agent of this.#deps.agents()) {
      if (agent.moving?.to === id) agent.moving = undefined;
      if (agent.job === id) {
        agent.job = undefined;
        agent.moving = undefined;
      }
      if (agent.nailed && this.#allocation.size === 0) this.#detach(agent);
    }
    this.#round();
  }

  change(id: JobId, terms: Pick<ServedJob, 'sharing' | 'licence' | 'contactType'>): void {
    this.#allocation.change(id, terms);
    this.#round();
  }

  setNeed(id: JobId, need: number, out: number): void {
    this.#allocation.setNeed(id, need, out);
    if (this.#deps.clock.monotonic() - this.#lastRound >= roundMs) this.#round();
  }

  shareOf(id: JobId): { readonly agents: number; readonly target: number; readonly leaving: number } {
    const serving = this.#deps.agents().filter((a) => a.staffed && a.job === id);
    return { agents: serving.length, target: this.#allocation.target(id), leaving: serving.filter((a) => a.moving !== undefined).length };
  }

  /** The agent's line is up: a job is found for one who has none. */
  nailed(agent: Agent): void {
    if (this.jobOf(agent) === undefined) this.#allocation.place(agent, this.#deps.agents());
  }

  /** The agent is free again: goes where it is to move, or is offered where it is. Somebody who talked or wrapped up is detached now when there is no job any more. */
  settle(agent: Agent): void {
    if (this.#allocation.size === 0) return this.#detach(agent);
    // Attached elsewhere, the agent has been offered there.
    if (!this.#allocation.settle(agent, this.#deps.agents())) this.#deps.offer(agent);
  }

  tell(agent: Agent): void {
    const job = this.jobOf(agent);
    if (job !== undefined) agent.desktop?.notify({ notification: 'AGTJobAttached', parameters: { campaignName: job.campaign } });
  }

  #round(): void {
    this.#lastRound = this.#deps.clock.monotonic();
    if (this.#allocation.size > 0) this.#allocation.round(this.#deps.agents());
  }

  #attach(agent: Agent, job: ServedJob | undefined): void {
    const { changed, nails, offer } = this.#deps;
    const before = agent.job;
    if (before !== undefined && agent.staffed) changed({ what: 'off', agent: agent.id, job: before });
    agent.job = job?.id;
    if (job === undefined) return;
    // Takes back an un-nailing that is under way.
    if (agent.unnailing) nails().nailUp({ agent: agent.id, address: agent.account.address, job: job.id });
    agent.unnailing = false;
    // One who is just being nailed is told when that is done.
    if (agent.state === 'nailing') return;
    this.tell(agent);
    if (agent.staffed) changed({ what: 'on', agent: agent.id, job: job.id });
    if (agent.state === 'idle') offer(agent);
  }

  #detach(agent: Agent): void {
    if (agent.state !== 'idle' && agent.state !== 'nailedNotReady') return;
    agent.unnailing = true;
    this.#deps.nails().unnail(agent.id, this.#deps.unnailDelayMs);
  }
}
