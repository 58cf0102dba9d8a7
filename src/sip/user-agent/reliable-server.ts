import type { SipResponse } from '../message/sip-message.ts';
import { serialize } from '../message/serialize.ts';
import type { InviteServerTransaction } from '../transaction/invite-server-transaction.ts';
import type { ServerTransaction } from '../transaction/transaction-layer.ts';
import { WheelTimer, type WheelTimerOwner } from '../transaction/timer-wheel.ts';
import type { InviteSession } from './invite-session.ts';
import type { UserAgentContext } from './user-agent-context.ts';

/** Reliable provisional responses as the called side: RFC 3262 §3. One at a time; further ones wait for its PRACK. */
export class ReliableServer implements WheelTimerOwner {
  readonly #context: UserAgentContext;
  readonly #transaction: InviteServerTransaction;
  readonly #onGivenUp: () => void;
  readonly #again = new WheelTimer(this, 'again');
  readonly #deadline = new WheelTimer(this, 'deadline');
  readonly #waiting: SipResponse[] = [];
  #number: number;
  #unacknowledged: SipResponse | undefined;
  #interval = 0;

  constructor(context: UserAgentContext, transaction: InviteServerTransaction, session: InviteSession, onGivenUp: () => void) {
    this.#context = context;
    this.#transaction = transaction;
    this.#onGivenUp = onGivenUp;
    this.#number = 1 + Math.floor(context.random.next() * 100_000); // §3: a random start
    session.onPrack = (prack) => this.#prack(prack, session);
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

  stop(): void {
    this.#context.wheel.stop(this.#again);
    this.#context.wheel.stop(this.#deadline);
    this.#unacknowledged = undefined;
    this.#waiting.length = 0;
  }

  onTimer(name: string): void {
    if (name === 'deadline') {
      this.stop();
      return this.#onGivenUp();
    }
    if (this.#unacknowledged === undefined) return;
    this.#context.counters.event('retransmission.1xx');
    this.#transaction.flow.send(serialize(this.#unacknowledged));
    this.#interval *= 2; // §3: without the cap of T2
    this.#context.wheel.start(this.#again, this.#interval);
  }

  #prack(transaction: ServerTransaction, session: InviteSession): void {
    const { request } = transaction;
    const invite = this.#transaction.request;
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s*$/.exec(request.get('RAck') ?? '');
    const matches = match !== null && this.#unacknowledged !== undefined && Number(match[1]) === this.#number &&
      Number(match[2]) === invite.cseq?.number && match[3] === 'INVITE';
    if (!matches) return session.respond(transaction, 481); // §3
    this.#context.wheel.stop(this.#again);
    this.#context.wheel.stop(this.#deadline);
    this.#unacknowledged = undefined;
    this.#number += 1;
    session.respond(transaction, 200);
    const next = this.#waiting.shift();
    if (next !== undefined) this.send(next);
  }
}
