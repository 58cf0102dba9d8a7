import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { serialize } from '../message/serialize.ts';
import type { Flow } from '../transport/flow.ts';
import { inviteServerMachine, type InviteServerEffect, type InviteServerEvent, type InviteServerState } from './invite-server.machine.ts';
import { WheelTimer, type WheelTimerOwner } from './timer-wheel.ts';
import type { ServerTransactionUser, TransactionContext } from './transaction-context.ts';

/** Runs `inviteServerMachine`: RFC 3261 §17.2.1, RFC 6026. */
export class InviteServerTransaction implements WheelTimerOwner {
  readonly kind = 'invite';
  readonly key: string;
  readonly mergeKey: string | undefined;
  /** Undefined once `release` was called. */
  #request: SipRequest | undefined;
  /** Where responses go (RFC 3261 §18.2.2). */
  readonly flow: Flow;
  user: ServerTransactionUser | undefined;
  /** The To tag of our responses, once there is one: the 200 to a CANCEL has it too (RFC 3261 §9.2). */
  toTag: string | undefined;
  readonly #context: TransactionContext;
  #last: Buffer | undefined;
  #state: InviteServerState = 'proceeding';
  #interval: number;
  #retransmission: WheelTimer | undefined;
  readonly #deadline = new WheelTimer(this, 'timerH');
  #ack: SipRequest | undefined;
  #error: Error | undefined;

  constructor(context: TransactionContext, key: string, mergeKey: string | undefined, request: SipRequest, flow: Flow) {
    this.#context = context;
    this.key = key;
    this.mergeKey = mergeKey;
    this.#request = request;
    this.flow = flow;
    this.#interval = context.timers.t1;
  }

  get state(): InviteServerState {
    return this.#state;
  }

  get request(): SipRequest {
    if (this.#request === undefined) throw new Error('the transaction was released');
    return this.#request;
  }

  /**
   * The transaction user is done: a 2xx was acknowledged, or any other final response sent. What is left only absorbs
   * repetitions until its timer ends, so it lets go of everything else.
   */
  release(): void {
    this.#request = undefined;
    this.user = undefined;
    if (this.#state === 'accepted') this.#last = undefined;
  }

  /** True while a final response may still be sent. */
  get pending(): boolean {
    return this.#state === 'proceeding';
  }

  /** Sends a response; ignored when a final one went out before. Answers the bytes, for the user's repetition of a 2xx. */
  respond(response: SipResponse): Buffer | undefined {
    const event = response.status < 200 ? 'send1xx' : response.status < 300 ? 'send2xx' : 'send300-699';
    if (inviteServerMachine[this.#state][event] === undefined || (this.#state === 'accepted' && event !== 'send2xx')) return undefined;
    const bytes = serialize(response);
    this.#last = bytes;
    this.#context.counters.responseSent(response.status);
    this.#take(event);
    return bytes;
  }

  /** The transaction user's repetition of its 2xx (RFC 3261 §13.3.1.4). */
  repeat(bytes: Buffer): void {
    if (this.#state !== 'accepted') return;
    this.#last = bytes;
    this.#context.counters.event('retransmission.2xx');
    this.#take('send2xx');
  }

  /** The INVITE again, or an ACK that matched. */
  receive(request: SipRequest): void {
    this.#ack = request;
    this.#take(request.method === 'ACK' ? 'ACK' : 'INVITE');
    this.#ack = undefined;
  }

  onTimer(name: string): void {
    this.#take(name as InviteServerEvent);
  }

  abandon(): void {
    this.#take('abandon');
  }

  #take(event: InviteServerEvent): void {
    const branch = inviteServerMachine[this.#state][event];
    if (branch === undefined) return;
    const [next] = branch;
    this.#state = next;
    if (next === 'terminated') this.#end();
    for (let i = 1; i < branch.length; i += 1) this.#run(branch[i] as InviteServerEffect);
  }

  #run(effect: InviteServerEffect): void {
    const { wheel, timers, counters } = this.#context;
    const { reliable } = this.flow;
    switch (effect) {
      case 'sendResponse':
        if (this.#last !== undefined) this.#send(this.#last);
        return;
      case 'passAck':
        if (this.#ack !== undefined) this.user?.onAck?.(this.#ack);
        return;
      case 'startG':
        if (reliable) return;
        this.#retransmission ??= new WheelTimer(this, 'timerG');
        return wheel.start(this.#retransmission, this.#interval);
      case 'restartG':
        counters.event('retransmission.response');
        this.#interval = Math.min(this.#interval * 2, timers.t2);
        if (this.#retransmission !== undefined) wheel.start(this.#retransmission, this.#interval);
        return;
      case 'stopG':
        if (this.#retransmission !== undefined) wheel.stop(this.#retransmission);
        return;
      case 'startH':
        this.#deadline.name = 'timerH';
        return wheel.start(this.#deadline, 64 * timers.t1);
      case 'stopH': return wheel.stop(this.#deadline);
      case 'startI':
        this.#last = undefined;
        this.#deadline.name = 'timerI';
        return wheel.start(this.#deadline, reliable ? 0 : timers.t4);
      case 'startL':
        this.#last = undefined;
        this.#deadline.name = 'timerL';
        return wheel.start(this.#deadline, 64 * timers.t1);
      case 'informTimeout': return this.user?.onTimeout?.();
      case 'informTransportError': return this.user?.onTransportError?.(this.#error ?? new Error('transport error'));
    }
  }

  /** What a datagram socket could not send the peer asks for again; a broken connection is worth telling. */
  #send(bytes: Buffer): void {
    if (!this.flow.reliable) return this.flow.send(bytes);
    this.flow.send(bytes, (error) => {
      this.#error = error;
      this.#take('transportError');
    });
  }

  #end(): void {
    if (this.#retransmission !== undefined) this.#context.wheel.stop(this.#retransmission);
    this.#context.wheel.stop(this.#deadline);
    this.#context.forget(this.key, this.mergeKey);
  }
}
