import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { Flow } from '../transport/flow.ts';
import { nonInviteClientMachine, type NonInviteClientEffect, type NonInviteClientEvent, type NonInviteClientState } from './non-invite-client.machine.ts';
import { WheelTimer, type WheelTimerOwner } from './timer-wheel.ts';
import type { ClientTransactionUser, TransactionContext } from './transaction-context.ts';

/** Runs `nonInviteClientMachine`: RFC 3261 §17.1.2. */
export class NonInviteClientTransaction implements WheelTimerOwner {
  readonly key: string;
  readonly flow: Flow;
  readonly #context: TransactionContext;
  #request: SipRequest | undefined;
  #user: ClientTransactionUser | undefined;
  readonly #method: string;
  #bytes: Buffer | undefined;
  #state: NonInviteClientState = 'trying';
  #interval: number;
  #retransmission: WheelTimer | undefined;
  readonly #deadline = new WheelTimer(this, 'timerF');
  #response: SipResponse | undefined;
  #error: Error | undefined;

  constructor(context: TransactionContext, key: string, request: SipRequest, flow: Flow, user: ClientTransactionUser) {
    this.#context = context;
    this.key = key;
    this.#request = request;
    this.#method = request.method;
    this.flow = flow;
    this.#user = user;
    this.#interval = context.timers.t1;
  }

  get state(): NonInviteClientState {
    return this.#state;
  }

  get request(): SipRequest {
    if (this.#request === undefined) throw new Error('the transaction is over');
    return this.#request;
  }

  start(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#context.counters.requestSent(this.#method);
    if (!this.flow.reliable) {
      this.#retransmission = new WheelTimer(this, 'timerE');
      this.#context.wheel.start(this.#retransmission, this.#interval);
    }
    this.#context.wheel.start(this.#deadline, 64 * this.#context.timers.t1);
    this.#send(bytes);
  }

  receive(response: SipResponse): void {
    this.#response = response;
    this.#take(response.status < 200 ? '1xx' : '200-699');
    this.#response = undefined;
    if (this.#state === 'completed') {
      // It only absorbs repetitions now.
      this.#request = undefined;
      this.#user = undefined;
    }
  }

  onTimer(name: string): void {
    this.#take(name as NonInviteClientEvent);
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

  #take(event: NonInviteClientEvent): void {
    const branch = nonInviteClientMachine[this.#state][event];
    if (branch === undefined) return;
    const [next] = branch;
    this.#state = next;
    if (next === 'terminated') this.#end();
    for (let i = 1; i < branch.length; i += 1) this.#run(branch[i] as NonInviteClientEffect);
  }

  #run(effect: NonInviteClientEffect): void {
    const { wheel, timers, counters } = this.#context;
    switch (effect) {
      case 'sendRequest':
        counters.event('retransmission.request');
        if (this.#bytes !== undefined) this.#send(this.#bytes);
        return;
      case 'doubleE':
        this.#interval = Math.min(this.#interval * 2, timers.t2);
        if (this.#retransmission !== undefined) wheel.start(this.#retransmission, this.#interval);
        return;
      case 'capE':
        if (this.#retransmission !== undefined) wheel.start(this.#retransmission, timers.t2);
        return;
      case 'stopE': return this.#stopRetransmission();
      case 'stopF': return wheel.stop(this.#deadline);
      case 'startK':
        this.#bytes = undefined;
        this.#deadline.name = 'timerK';
        return wheel.start(this.#deadline, this.flow.reliable ? 0 : timers.t4);
      case 'passResponse':
        if (this.#response !== undefined) this.#user?.onResponse(this.#response);
        return;
      case 'informTimeout': return this.#user?.onTimeout();
      case 'informTransportError': return this.#user?.onTransportError(this.#error ?? new Error('transport error'));
    }
  }

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
