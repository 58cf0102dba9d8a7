import type { Timer } from '../../kernel/clock.ts';
import type { AgentId, AttemptId, JobId } from '../../kernel/ids.ts';
import type { ContactOffer, DialFailure, LeasedContact } from '../../core/ports.ts';
import type { AgentState } from './agent.machine.ts';
import type { AgentNotification, ContactType } from './agent-api.ts';

/** Who may log on. */
export interface AgentAccount {
  readonly extension: string;
  /** scrypt hash as `password-hash.ts` makes it. */
  readonly passwordHash: string;
  /** SIP URI of the phone that is nailed. */
  readonly address: string;
  readonly name?: string;
}

/** The wire to an agent's desktop. */
export interface Desktop {
  notify(notification: AgentNotification): void;
  close(reason: string): void;
}

/** One agent's session: facts, no behaviour. `agent-manager.ts` moves it. */
export class Agent {
  readonly id: AgentId;
  readonly account: AgentAccount;
  state: AgentState = 'loggedOff';
  /** Monotonic ms. */
  since = 0;
  desktop: Desktop | undefined;
  deadline: Timer | undefined;
  /** What the agent asked to become once the call is over. */
  wants: 'ready' | 'notReady' | 'logoff' = 'ready';
  nailed = false;
  /** The line is given back after a delay, unless a job comes before. */
  unnailing = false;
  conference = '';
  job: JobId | undefined;
  /** Monotonic ms: since when it serves the job. */
  attachedAt = Number.NEGATIVE_INFINITY;
  /** The job that it will serve once it can leave the one it has; `to` undefined: none. */
  moving: { readonly to: JobId | undefined; readonly since: number } | undefined;
  attempt: AttemptId | undefined;
  contact: LeasedContact | undefined;
  /** How the contact was shown, when the agent dials it. */
  offer: ContactOffer | undefined;
  failure: DialFailure | undefined;
  /** What the contacts of its job are that the server dials. */
  contactType: ContactType = 'Progressive';
  extensions = 0;
  wrapupCode: string | undefined;
  onWrappedUp: ((code: { completionCode?: string }) => void) | undefined;
  busyMs = 0;
  staffedSince = 0;

  constructor(id: AgentId, account: AgentAccount) {
    this.id = id;
    this.account = account;
  }

  /** Nailed and taking part: counts as staffed. */
  get staffed(): boolean {
    return this.state === 'idle' || this.state === 'previewing' || this.state === 'dialling' || this.state === 'reserved' || this.state === 'talking' || this.state === 'wrapup';
  }
}
