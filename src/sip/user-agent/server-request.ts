import { createResponse } from '../message/create-response.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { ServerTransaction } from '../transaction/transaction-layer.ts';
import type { Flow } from '../transport/flow.ts';
import type { UserAgentContext } from './user-agent-context.ts';
import { addHeaders, type HeaderLines } from './session-handlers.ts';

/** A request outside any dialog that is no INVITE. Answer it once. */
export class ServerRequest {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly #context: UserAgentContext;
  readonly #transaction: ServerTransaction;

  constructor(context: UserAgentContext, transaction: ServerTransaction) {
    this.#context = context;
    this.#transaction = transaction;
    this.request = transaction.request;
    this.flow = transaction.flow;
  }

  get method(): string {
    return this.request.method;
  }

  respond(status: number, headers?: HeaderLines): void {
    const response = this.response(status);
    addHeaders(response, headers);
    this.send(response);
  }

  /** A response to fill in and `send`. */
  response(status: number): SipResponse {
    return this.#context.decorate(createResponse(this.request, status, { toTag: this.#context.tokens.tag() }));
  }

  send(response: SipResponse): void {
    this.#transaction.respond(response);
  }
}
