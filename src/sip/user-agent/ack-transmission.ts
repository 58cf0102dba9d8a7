import { serialize } from '../message/serialize.ts';
import type { SipRequest } from '../message/sip-message.ts';
import type { Flow } from '../transport/flow.ts';
import type { SipUri } from '../uri/sip-uri.ts';
import type { UserAgentContext } from './user-agent-context.ts';

/**
 * The ACK to a 2xx: no transaction, sent again for every repetition of the 2xx (RFC 3261 §13.2.2.4). It outlives its call by up to
 * 64·T1 and therefore keeps nothing but its octets and where they go.
 */
export class AckTransmission {
  readonly #context: UserAgentContext;
  #bytes: Buffer | undefined;
  #flow: Flow | undefined;

  constructor(context: UserAgentContext) {
    this.#context = context;
  }

  /** Sends it for the first time: over `flow` while that is an open connection, else to the next hop. */
  start(ack: SipRequest, flow: Flow | undefined, nextHop: SipUri | undefined): void {
    if (flow !== undefined && flow.reliable && flow.open) return this.#use(ack, flow);
    if (nextHop === undefined) return;
    this.#context.locator.locate(nextHop, ([first]) => {
      const found = first === undefined ? undefined : this.#context.transport.flowTo(first);
      if (found !== undefined) this.#use(ack, found);
    });
  }

  transmit(): void {
    if (this.#bytes === undefined || this.#flow === undefined) return;
    this.#context.counters.requestSent('ACK');
    this.#flow.send(this.#bytes);
  }

  #use(ack: SipRequest, flow: Flow): void {
    const { transactions } = this.#context;
    transactions.stamp(ack, flow, transactions.newBranch());
    this.#flow = flow;
    this.#bytes = serialize(ack);
    this.transmit();
  }
}
