import type { SipResponse } from '../message/sip-message.ts';
import { serialize } from '../message/serialize.ts';
import type { InviteServerTransaction } from '../transaction/invite-server-transaction.ts';
import type { ServerTransaction } from '../transaction/transaction-layer.ts';
import { WheelTimer, type WheelTimerOwner } from '../transaction/timer-wheel.ts';
import type { InviteSession } from './invite-session.ts';
import type { UserAgentContext } from './user-agent-context.ts';

export interface ReliableServerOwner {
  /** No PRACK within 64·T1. */
  notAcknowledged(): void;
  /** A PRACK that fits: answer it. */
  acknowledged(prack: ServerTransaction): void;
}

/** Reliable provisional responses as the called side: RFC 3262 §3. One at a time; further ones wait for its PRACK. */
export class ReliableServer implements WheelTimerOwner {
  readonly #context: UserAgentContext;
  readonly #transaction: InviteServerTransaction;
  readonly #owner: ReliableServerOwner;
  /** Sequence number and method of the INVITE, as RAck repeats them. */
  readonly #invite: string;
  readonly #again = new WheelTimer(this, 'again');
  readonly #deadline = new WheelTimer(this, 'deadline');
  readonly #waiting: SipResponse[] = [];
  #number: number;
  #unacknowledged: SipResponse | undefined;
  #stopped = false;
  #interval = 0;

  constructor(context: UserAgentContext, transaction: InviteServerTransaction, session: InviteSession, owner: ReliableServerOwner) {
    this.#context = context;
    this.#transaction = transaction;
    this.#owner = owner;
    this.#invite = `${transaction.request.cseq?.number ?? 0} INVITE`;
    this.#number = 1 + Math.floor(context.random.next() * 100_000); // §3: a random start
    session.onPrack = (prack) => this.#prack(prack, session);
  }

  /** A description is out whose PRACK has not come: no 2xx before it (§3). */
  get holdsAnswer(): boolean {
    return (this.#unacknowledged?.body.length ?? 0) > 0 || this.#waiting.some(({ body }) => body.length > 0);
  }

  send(response: SipResponse): void {
    if (this.#unacknowledged !== undefined) {
      this.#waiting.push(response);
      return;
    }
    response.append('Require', '100rel');
    response.append('RSeq', String(this.#number));
    this.#unacknowledged = response;
    this.#interval = this.#context.timers.t1;
    this.#transaction.respond(response);
    this.#context.wheel.start(this.#again, this.#interval);
    this.#context.wheel.start(this.#deadline, 64 * this.#context.timers.t1);
  }

  /** A final response is out. The PRACK of what came before it is still taken when it comes (§3). */
  stop(): void {
    this.#stopped = true;
    this.#context.wheel.stop(this.#again);
    this.#context.wheel.stop(this.#deadline);
    this.#waiting.length = 0;
  }

  onTimer(name: string): void {
    if (name === 'deadline') {
      this.stop();
      return this.#owner.notAcknowledged();
    }
    if (this.#unacknowledged === undefined) return;
    this.#context.counters.event('retransmission.1xx');
    this.#transaction.flow.send(serialize(this.#unacknowledged));
    this.#interval *= 2; // §3: without the cap of T2
    this.#context.wheel.start(this.#again, this.#interval);
  }

  #prack(transaction: ServerTransaction, session: InviteSession): void {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s*$/.exec(transaction.request.get('RAck') ?? '');
    const matches = match !== null && this.#unacknowledged !== undefined && Number(match[1]) === this.#number && `${match[2] ?? ''} ${match[3] ?? ''}` === this.#invite;
    if (!matches) return session.respond(transaction, 481); // §3
    this.#context.wheel.stop(this.#again);
    this.#context.wheel.stop(this.#deadline);
    this.#unacknowledged = undefined;
    this.#number += 1;
    const next = this.#waiting.shift();
    if (next !== undefined && !this.#stopped) this.send(next);
    this.#owner.acknowledged(transaction);
  }
}
