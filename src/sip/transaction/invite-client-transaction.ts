import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { serialize } from '../message/serialize.ts';
import type { Flow } from '../transport/flow.ts';
import { nonSuccessAck } from './non-success-ack.ts';
import { inviteClientMachine, type InviteClientEffect, type InviteClientEvent, type InviteClientState } from './invite-client.machine.ts';
import { WheelTimer, type WheelTimerOwner } from './timer-wheel.ts';
import type { ClientTransactionUser, TransactionContext } from './transaction-context.ts';

/** Runs `inviteClientMachine`: RFC 3261 §17.1.1, RFC 6026. */
export class InviteClientTransaction implements WheelTimerOwner {
  readonly key: string;
  readonly flow: Flow;
  readonly #context: TransactionContext;
  #user: ClientTransactionUser;
  #request: SipRequest | undefined;
  #bytes: Buffer | undefined;
  #ack: Buffer | undefined;
  #state: InviteClientState = 'calling';
  #interval: number;
  #retransmission: WheelTimer | undefined;
  readonly #deadline = new WheelTimer(this, 'timerB');
  /** The response or error under way, for the effects that pass it on. */
  #response: SipResponse | undefined;
  #error: Error | undefined;

  constructor(context: TransactionContext, key: string, request: SipRequest, flow: Flow, user: ClientTransactionUser) {
    this.#context = context;
    this.key = key;
    this.#request = request;
    this.flow = flow;
    this.#user = user;
    this.#interval = context.timers.t1;
  }

  get state(): InviteClientState {
    return this.#state;
  }

  get request(): SipRequest {
    if (this.#request === undefined) throw new Error('the transaction was handed over');
    return this.#request;
  }

  /** The first 2xx is dealt with: whoever deals with further ones takes over, and the request is let go. */
  handOver(user: ClientTransactionUser): void {
    this.#user = user;
    this.#request = undefined;
  }

  start(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#context.counters.requestSent('INVITE');
    if (!this.flow.reliable) {
      this.#retransmission = new WheelTimer(this, 'timerA');
      this.#context.wheel.start(this.#retransmission, this.#interval);
    }
    this.#context.wheel.start(this.#deadline, 64 * this.#context.timers.t1);
    this.#send(bytes);
  }

  /** Begins where a provisional response has come: the request went out in another life of ours. */
  resume(): void {
    this.#state = 'proceeding';
  }

  receive(response: SipResponse): void {
    this.#response = response;
    this.#take(response.status < 200 ? '1xx' : response.status < 300 ? '2xx' : '300-699');
    this.#response = undefined;
  }

  onTimer(name: string): void {
    this.#take(name as InviteClientEvent);
  }

  /** The connection on which the response would come is gone. */
  flowClosed(): void {
    this.#error = new Error('connection closed');
    this.#take('transportError');
  }

  /** Ends the transaction without a word: nobody waits for its outcome any more. */
  abandon(): void {
    this.#take('abandon');
  }

  #send(bytes: Buffer): void {
    this.flow.send(bytes, (error) => {
      this.#error = error;
      this.#take('transportError');
    });
  }

  #take(event: InviteClientEvent): void {
    const branch = inviteClientMachine[this.#state][event];
    if (branch === undefined) return;
    const [next] = branch;
    this.#state = next;
    if (next === 'terminated') this.#end();
    else if (next === 'accepted') this.#bytes = undefined;
    for (let i = 1; i < branch.length; i += 1) this.#run(branch[i] as InviteClientEffect);
  }

  #run(effect: InviteClientEffect): void {
    const { wheel, timers, counters } = this.#context;
    switch (effect) {
      case 'sendRequest':
        counters.event('retransmission.INVITE');
        if (this.#bytes !== undefined) this.#send(this.#bytes);
        return;
      case 'restartA':
        this.#interval *= 2;
        if (this.#retransmission !== undefined) wheel.start(this.#retransmission, this.#interval);
        return;
      case 'stopA': return this.#stopRetransmission();
      case 'stopB': return wheel.stop(this.#deadline);
      case 'startD':
        this.#deadline.name = 'timerD';
        return wheel.start(this.#deadline, this.flow.reliable ? 0 : timers.d);
      case 'startM':
        this.#deadline.name = 'timerM';
        return wheel.start(this.#deadline, 64 * timers.t1);
      case 'sendAck':
        if (this.#ack === undefined && this.#response !== undefined && this.#request !== undefined) this.#ack = serialize(nonSuccessAck(this.#request, this.#response));
        this.#bytes = undefined;
        if (this.#ack !== undefined) {
          counters.requestSent('ACK');
          this.#send(this.#ack);
        }
        return;
      case 'passResponse':
        if (this.#response !== undefined) this.#user.onResponse(this.#response);
        return;
      case 'informTimeout': return this.#user.onTimeout();
      case 'informTransportError': return this.#user.onTransportError(this.#error ?? new Error('transport error'));
    }
  }

  /** Let go of: the transaction stays for 32 s more. */
  #stopRetransmission(): void {
    if (this.#retransmission !== undefined) this.#context.wheel.stop(this.#retransmission);
    this.#retransmission = undefined;
  }

  #end(): void {
    this.#stopRetransmission();
    this.#context.wheel.stop(this.#deadline);
    this.#context.forget(this.key);
  }
}
