import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { serialize } from '../message/serialize.ts';
import type { Flow } from '../transport/flow.ts';
import { nonInviteServerMachine, type NonInviteServerEffect, type NonInviteServerEvent, type NonInviteServerState } from './non-invite-server.machine.ts';
import { WheelTimer, type WheelTimerOwner } from './timer-wheel.ts';
import type { ServerTransactionUser, TransactionContext } from './transaction-context.ts';

/** Runs `nonInviteServerMachine`: RFC 3261 §17.2.2. */
export class NonInviteServerTransaction implements WheelTimerOwner {
  readonly kind = 'non-invite';
  readonly key: string;
  readonly mergeKey: string | undefined;
  #request: SipRequest | undefined;
  readonly flow: Flow;
  user: ServerTransactionUser | undefined;
  readonly #context: TransactionContext;
  #last: Buffer | undefined;
  #state: NonInviteServerState = 'trying';
  #timer: WheelTimer | undefined;
  #error: Error | undefined;

  constructor(context: TransactionContext, key: string, mergeKey: string | undefined, request: SipRequest, flow: Flow) {
    this.#context = context;
    this.key = key;
    this.mergeKey = mergeKey;
    this.#request = request;
    this.flow = flow;
  }

  get state(): NonInviteServerState {
    return this.#state;
  }

  /** Gone once a final response was sent: only its bytes are kept. */
  get request(): SipRequest {
    if (this.#request === undefined) throw new Error('the transaction is answered');
    return this.#request;
  }

  get pending(): boolean {
    return this.#state === 'trying' || this.#state === 'proceeding';
  }

  /** Sends a response; ignored when a final one went out before (RFC 3261 §17.2.2). */
  respond(response: SipResponse): void {
    if (!this.pending) return;
    this.#last = serialize(response);
    this.#context.counters.responseSent(response.status);
    this.#take(response.status < 200 ? 'send1xx' : 'send200-699');
    if (response.status >= 200) {
      this.#request = undefined;
      this.user = undefined;
    }
  }

  /** The request again. */
  receive(_request: SipRequest): void {
    this.#take('request');
  }

  onTimer(name: string): void {
    this.#take(name as NonInviteServerEvent);
  }

  abandon(): void {
    this.#take('abandon');
  }

  #take(event: NonInviteServerEvent): void {
    const branch = nonInviteServerMachine[this.#state][event];
    if (branch === undefined) return;
    const [next] = branch;
    this.#state = next;
    if (next === 'terminated') this.#end();
    for (let i = 1; i < branch.length; i += 1) this.#run(branch[i] as NonInviteServerEffect);
  }

  #run(effect: NonInviteServerEffect): void {
    switch (effect) {
      case 'sendResponse':
        if (this.#last !== undefined) this.#send(this.#last);
        return;
      case 'startJ':
        this.#timer ??= new WheelTimer(this, 'timerJ');
        return this.#context.wheel.start(this.#timer, this.flow.reliable ? 0 : 64 * this.#context.timers.t1);
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
    if (this.#timer !== undefined) this.#context.wheel.stop(this.#timer);
    this.#context.forget(this.key, this.mergeKey);
  }
}
