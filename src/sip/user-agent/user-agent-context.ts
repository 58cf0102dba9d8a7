import type { Timer } from '../../kernel/clock.ts';
import type { IdSource } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Random } from '../../kernel/random.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { SipTimers } from '../transaction/sip-timers.ts';
import type { SipTokens } from '../transaction/sip-tokens.ts';
import type { TimerWheel } from '../transaction/timer-wheel.ts';
import type { ServerTransaction, TransactionLayer } from '../transaction/transaction-layer.ts';
import type { Flow } from '../transport/flow.ts';
import type { ServerLocator } from '../transport/server-locator.ts';
import type { SipCounters } from '../transport/sip-counters.ts';
import type { TransportLayer } from '../transport/transport-layer.ts';
import type { InviteSession } from './invite-session.ts';

/** Whatever takes the requests of one dialog. */
export interface DialogUser {
  onRequest(transaction: ServerTransaction): void;
  onAck(ack: SipRequest): void;
}

/** What the parts of a user agent share. */
export interface UserAgentContext {
  readonly wheel: TimerWheel;
  readonly timers: SipTimers;
  readonly tokens: SipTokens;
  readonly ids: IdSource;
  readonly random: Random;
  readonly log: Logger;
  readonly counters: SipCounters;
  readonly transactions: TransactionLayer;
  readonly transport: TransportLayer;
  readonly locator: ServerLocator;
  readonly settings: UserAgentSettings;
  after(delayMs: number, task: () => void): Timer;
  /** `<sip:user@host:port;transport=…>` for messages over that flow. */
  contact(flow: Flow, user?: string): string;
  /** Requests inside the dialog of this key go to `user` from now on. */
  addDialog(key: string, user: DialogUser): void;
  removeDialog(key: string): void;
  /** A call that is being made, rings, or is up; asked to end when the user agent stops. */
  addCall(call: StoppableCall): void;
  removeCall(call: StoppableCall): void;
  /** Finds the session that a Replaces header names (RFC 3891 §3). */
  findDialog(key: string): DialogUser | undefined;
  /** Server, Allow and the like on our responses. */
  decorate(response: SipResponse): SipResponse;
  sessionOf(key: string): InviteSession | undefined;
}

export interface StoppableCall {
  /** CANCEL, 503 or BYE, whatever the call's state asks for. */
  end(): void;
  /** Forgets the call without a word. */
  drop(): void;
}

export interface UserAgentSettings {
  readonly product: string | undefined;
  readonly contactUser: string;
  readonly allow: string;
  readonly supported: string;
  /** The same without 100rel. */
  readonly supportedUnreliably: string;
  readonly supportedTags: ReadonlySet<string>;
  readonly reliableProvisionals: boolean;
  readonly sessionIntervalSeconds: number;
  readonly sessionMinimumSeconds: number;
  readonly tryingAtOnce: boolean;
  readonly udpLimitBytes: number;
}
