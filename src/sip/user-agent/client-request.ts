import type { DigestClient } from '../auth/digest-client.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { InviteClientTransaction } from '../transaction/invite-client-transaction.ts';
import type { ClientTransaction } from '../transaction/transaction-layer.ts';
import type { ClientTransactionUser } from '../transaction/transaction-context.ts';
import type { Destination, Flow } from '../transport/flow.ts';
import type { SipUri } from '../uri/sip-uri.ts';
import { cancelRequest } from './cancel-request.ts';
import type { UserAgentContext } from './user-agent-context.ts';

/** Who sent a request and waits for what becomes of it. */
export interface ClientRequestUser {
  /** Every provisional response, and one final one (an INVITE may get several 2xx). `request` is what was really sent. */
  onResponse(response: SipResponse, request: SipRequest): void;
  /** No response at all: no destination, none that can be reached, or silence. */
  onFailure(failure: 'timeout' | 'unreachable', error?: Error): void;
}

export interface ClientRequestOptions {
  /** Where the request is sent. */
  readonly nextHop: SipUri | undefined;
  /** The dialog's own flow, used while it is open and fits. */
  readonly flow?: Flow | undefined;
  /** The flow alone leads there (a registered connection): without it the request fails. */
  readonly onlyFlow?: boolean;
  readonly digest?: DigestClient | undefined;
  /** The CSeq number of a further attempt. */
  readonly nextSequence: () => number;
  /** The Via branch of the attempt with that CSeq number; absent: a fresh one. */
  readonly branch?: ((sequence: number) => string) | undefined;
  /** Adds what depends on the flow: Contact. */
  readonly prepare?: (request: SipRequest, flow: Flow) => void;
}

const maxChallenges = 3;

/**
 * One request of ours until its outcome: finds the destinations (RFC 3263), tries them in order (§4.3), changes to TCP when it
 * is too large for a datagram, and answers digest challenges (RFC 3261 §22).
 */
export class ClientRequest implements ClientTransactionUser {
  readonly #context: UserAgentContext;
  readonly #user: ClientRequestUser;
  readonly #options: ClientRequestOptions;
  /** Without Via: what further attempts are made from. */
  #template: SipRequest;
  #destinations: readonly Destination[] = [];
  #next = 0;
  #challenges = 0;
  #transaction: ClientTransaction | undefined;
  #over = false;
  #cancel: { readonly headers: readonly (readonly [string, string])[]; sent: boolean } | undefined;
  #provisional = false;
  #final = false;

  constructor(context: UserAgentContext, request: SipRequest, options: ClientRequestOptions, user: ClientRequestUser) {
    this.#context = context;
    this.#template = request;
    this.#options = options;
    this.#user = user;
  }

  /** The flow of the present attempt. */
  get flow(): Flow | undefined {
    return this.#transaction?.flow;
  }

  /** What the present attempt really sent. */
  get request(): SipRequest {
    return this.#transaction?.request ?? this.#template;
  }

  start(): this {
    const { nextHop, flow, digest } = this.#options;
    digest?.authorize(this.#template);
    if (this.#options.onlyFlow === true && flow?.open !== true) {
      queueMicrotask(() => this.#fail('unreachable', new Error('the connection of the registration is closed')));
      return this;
    }
    if (flow !== undefined && flow.open && (this.#options.onlyFlow === true || nextHop === undefined || fits(flow, nextHop))) {
      this.#send(flow);
      return this;
    }
    if (nextHop === undefined) {
      queueMicrotask(() => this.#fail('unreachable', new Error('no SIP URI to send to')));
      return this;
    }
    this.#context.locator.locate(nextHop, (destinations) => {
      this.#destinations = this.#preferred(destinations, nextHop);
      this.#tryNext('unreachable');
    });
    return this;
  }

  /** RFC 3261 §9.1: CANCEL follows the first provisional response, and only where no final one came. */
  cancel(headers: readonly (readonly [string, string])[] = []): void {
    if (this.#cancel !== undefined || this.#final) return;
    this.#cancel = { headers, sent: false };
    if (this.#provisional) this.#sendCancel();
  }

  /** After the first 2xx of an INVITE: further ones go to `user` (RFC 3261 §13.2.2.4). */
  handOver(user: ClientTransactionUser): void {
    if (this.#transaction instanceof InviteClientTransaction) this.#transaction.handOver(user);
  }

  /** No outcome is awaited any more. */
  abandon(): void {
    this.#over = true;
    this.#transaction?.abandon();
  }

  onResponse(response: SipResponse): void {
    if (this.#over) return;
    const { status } = response;
    if (status < 200) {
      this.#provisional = true;
      if (this.#cancel !== undefined && !this.#cancel.sent) this.#sendCancel();
    } else {
      this.#final = true;
      if ((status === 401 || status === 407) && this.#answerChallenge(response)) return;
      if (status === 503 && this.#next < this.#destinations.length && this.#cancel === undefined) {
        return this.#tryNext('unreachable'); // RFC 3263 §4.3
      }
      if (status < 300) this.#options.digest?.learn(response);
    }
    this.#user.onResponse(response, this.request);
  }

  onTimeout(): void {
    this.#tryNext('timeout');
  }

  onTransportError(error: Error): void {
    this.#context.counters.event('transport.error');
    if (!this.#final) this.#tryNext('unreachable', error);
  }

  #fail(failure: 'timeout' | 'unreachable', error?: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#user.onFailure(failure, error);
  }

  #tryNext(failure: 'timeout' | 'unreachable', error?: Error): void {
    if (this.#over) return;
    while (this.#cancel === undefined && this.#next < this.#destinations.length) {
      const destination = this.#destinations[this.#next++] as Destination;
      const flow = this.#context.transport.flowTo(destination);
      if (flow === undefined) continue;
      if (this.#transaction !== undefined) {
        this.#context.counters.event('failover.destination');
        this.#template = this.#again(this.#template);
      }
      return this.#send(flow);
    }
    if (this.#transaction === undefined) queueMicrotask(() => this.#fail(failure, error));
    else this.#fail(failure, error);
  }

  #send(flow: Flow): void {
    this.#provisional = false;
    this.#final = false;
    const request = this.#template;
    this.#options.prepare?.(request, flow);
    this.#transaction = this.#context.transactions.request(request, flow, this, this.#options.branch?.(request.cseq?.number ?? 1));
  }

  #answerChallenge(response: SipResponse): boolean {
    const { digest } = this.#options;
    const transaction = this.#transaction;
    if (digest === undefined || transaction === undefined || this.#cancel !== undefined || ++this.#challenges > maxChallenges) return false;
    const retry = this.#again(transaction.request);
    const answered = digest.answer(transaction.request, response, retry);
    if (!answered.ok) {
      this.#context.log.warn({ refusal: answered.error, realmOf: retry.requestUri }, 'challenge not answered');
      return false;
    }
    this.#template = retry;
    const { flow } = transaction;
    if (flow.open) this.#send(flow);
    else this.#tryNext('unreachable', new Error('connection closed'));
    return true;
  }

  /** The request once more, with a new CSeq and without our Via. */
  #again(request: SipRequest): SipRequest {
    const retry = request.clone();
    retry.remove('Via');
    retry.set('CSeq', `${this.#options.nextSequence()} ${request.method}`);
    return retry;
  }

  #sendCancel(): void {
    const transaction = this.#transaction;
    if (transaction === undefined || this.#cancel === undefined) return;
    this.#cancel.sent = true;
    const invite = transaction.request;
    const cancel = cancelRequest(invite, this.#cancel.headers);
    const ignore = { onResponse: () => undefined, onTimeout: () => undefined, onTransportError: () => undefined };
    this.#context.transactions.request(cancel, transaction.flow, ignore, invite.topVia?.branch);
  }

  /** RFC 3261 §18.1.1: above the limit TCP first, UDP again when nobody listens there. An explicit transport is kept. */
  #preferred(destinations: readonly Destination[], nextHop: SipUri): readonly Destination[] {
    const { settings, transport } = this.#context;
    if (settings.udpLimitBytes === 0 || nextHop.transport !== undefined || !transport.transports.includes('tcp')) return destinations;
    if (sizeOf(this.#template) <= settings.udpLimitBytes) return destinations;
    return destinations.flatMap((to) => (to.transport === 'udp' ? [{ ...to, transport: 'tcp' as const }, to] : [to]));
  }
}

/** Octets on the wire, nearly: Via and Contact are still to come. */
function sizeOf(request: SipRequest): number {
  let size = 200 + request.requestUri.length + request.body.length;
  for (const { name, value } of request.headers.fields) size += name.length + value.length + 4;
  return size;
}

/** Whether a dialog's stream leads to the next hop: a WebSocket always (RFC 7118 §5), a connection when it is the same host. */
function fits(flow: Flow, nextHop: SipUri): boolean {
  if (flow.transport === 'ws' || flow.transport === 'wss') return true;
  if (!flow.reliable) return false;
  const wanted = nextHop.transport ?? (nextHop.scheme === 'sips' ? 'tls' : 'udp');
  return wanted === flow.transport && nextHop.host === flow.remoteAddress;
}
