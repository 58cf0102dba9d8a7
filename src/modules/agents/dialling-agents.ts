import type { ChosenAgent, ContactOffer, DialFailure, DiallingAgents as DiallingAgentsPort, LeasedContact } from '../../core/ports.ts';
import type { AgentId, AttemptId, JobId } from '../../kernel/ids.ts';
import type { AgentManager } from './agent-manager.ts';
import type { Agent } from './agent.ts';

/** Agents of preview and manual jobs: who sees which contact, and what becomes of its call. */
export class DiallingAgents implements DiallingAgentsPort {
  readonly #manager: AgentManager;

  constructor(manager: AgentManager) {
    this.#manager = manager;
  }

  show(job: JobId, session: AttemptId, contact: LeasedContact, offer: ContactOffer): ChosenAgent | undefined {
    return this.#give(this.#manager.longestIdle(job), 'preview', session, contact, offer);
  }

  dialByHand(id: AgentId, job: JobId, session: AttemptId, contact: LeasedContact, offer: ContactOffer): ChosenAgent | undefined {
    const agent = this.#manager.find(id);
    return agent?.state === 'idle' && agent.job === job ? this.#give(agent, 'dialByHand', session, contact, offer) : undefined;
  }

  dialling(id: AgentId, session: AttemptId): boolean {
    const agent = this.#serving(id, session);
    return agent !== undefined && this.#manager.take(agent, 'dial');
  }

  previewAgain(id: AgentId, session: AttemptId, failure: DialFailure): void {
    this.#fail(id, session, failure, 'previewAgain');
  }

  dialFailed(id: AgentId, session: AttemptId, failure: DialFailure): void {
    this.#fail(id, session, failure, 'dialFailed');
  }

  previewOver(id: AgentId, session: AttemptId): void {
    const agent = this.#serving(id, session);
    if (agent !== undefined) this.#manager.take(agent, 'previewOver');
  }

  #give(agent: Agent | undefined, event: 'preview' | 'dialByHand', session: AttemptId, contact: LeasedContact, offer: ContactOffer): ChosenAgent | undefined {
    if (agent === undefined) return undefined;
    agent.attempt = session;
    agent.contact = contact;
    agent.offer = offer;
    agent.wrapupCode = undefined;
    this.#manager.take(agent, event);
    return { agent: agent.id, conference: agent.conference };
  }

  #fail(id: AgentId, session: AttemptId, failure: DialFailure, event: 'previewAgain' | 'dialFailed'): void {
    const agent = this.#serving(id, session);
    if (agent === undefined) return;
    agent.failure = failure;
    this.#manager.take(agent, event);
  }

  #serving(id: AgentId, session: AttemptId): Agent | undefined {
    const agent = this.#manager.find(id);
    return agent?.attempt === session ? agent : undefined;
  }
}
