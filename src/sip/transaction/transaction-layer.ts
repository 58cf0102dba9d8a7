import { createResponse } from '../message/create-response.ts';
import { serialize } from '../message/serialize.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { formatVia, MAGIC_COOKIE, type Via } from '../message/via.ts';
import type { Flow } from '../transport/flow.ts';
import { defaultPort } from '../transport/flow.ts';
import type { SipCounters } from '../transport/sip-counters.ts';
import { InviteClientTransaction } from './invite-client-transaction.ts';
import { InviteServerTransaction } from './invite-server-transaction.ts';
import { NonInviteClientTransaction } from './non-invite-client-transaction.ts';
import { NonInviteServerTransaction } from './non-invite-server-transaction.ts';
import type { SipTimers } from './sip-timers.ts';
import type { SipTokens } from './sip-tokens.ts';
import type { TimerWheel } from './timer-wheel.ts';
import type { ClientTransactionUser, TransactionContext } from './transaction-context.ts';

export type ClientTransaction = InviteClientTransaction | NonInviteClientTransaction;
export type ServerTransaction = InviteServerTransaction | NonInviteServerTransaction;

/** The transaction user's core: takes what begins a transaction, and what belongs to none. */
export interface TransactionCore {
  onRequest(transaction: ServerTransaction): void;
  /** An ACK that matches no transaction: it acknowledges a 2xx (RFC 3261 §17). */
  onAck(ack: SipRequest, flow: Flow): void;
}

/** Matches messages with transactions (RFC 3261 §17.1.3, §17.2.3) and begins new ones. */
export class TransactionLayer implements TransactionContext {
  readonly wheel: TimerWheel;
  readonly timers: SipTimers;
  readonly counters: SipCounters;
  readonly #tokens: SipTokens;
  readonly #core: TransactionCore;
  readonly #clients = new Map<string, ClientTransaction>();
  readonly #servers = new Map<string, ServerTransaction>();
  /** Call-ID, From tag and CSeq of running requests without a To tag → their transaction's key (RFC 3261 §8.2.2.2). */
  readonly #merges = new Map<string, string>();

  constructor(options: { wheel: TimerWheel; timers: SipTimers; counters: SipCounters; tokens: SipTokens; core: TransactionCore }) {
    this.wheel = options.wheel;
    this.timers = options.timers;
    this.counters = options.counters;
    this.#tokens = options.tokens;
    this.#core = options.core;
  }

  /** Transactions that are alive, lingering ones included. */
  get size(): number {
    return this.#clients.size + this.#servers.size;
  }

  /** Sends a request as a new client transaction. `branch` is given for CANCEL alone: it shares its INVITE's (§9.1). */
  request(request: SipRequest, flow: Flow, user: ClientTransactionUser, branch?: string): ClientTransaction {
    const used = branch ?? this.#tokens.branch();
    this.stamp(request, flow, used);
    const key = clientKey(used, request.method);
    const transaction = request.method === 'INVITE'
      ? new InviteClientTransaction(this, key, request, flow, user)
      : new NonInviteClientTransaction(this, key, request, flow, user);
    this.#clients.set(detach(key), transaction);
    transaction.start(serialize(request));
    return transaction;
  }

  /**
   * Takes up the INVITE transaction of a process that is gone: nothing is sent, its responses are awaited. Undefined when the
   * transaction is alive here.
   */
  resume(invite: SipRequest, flow: Flow, user: ClientTransactionUser, branch: string): InviteClientTransaction | undefined {
    const key = clientKey(branch, 'INVITE');
    if (this.#clients.has(key)) return undefined;
    this.stamp(invite, flow, branch);
    const transaction = new InviteClientTransaction(this, key, invite, flow, user);
    this.#clients.set(detach(key), transaction);
    transaction.resume();
    return transaction;
  }

  /** Puts our Via on top (RFC 3261 §18.1.1, RFC 3581 §3). */
  stamp(request: SipRequest, flow: Flow, branch: string): void {
    const { local } = flow;
    request.prepend('Via', `SIP/2.0/${viaTransport(flow)} ${local.text};branch=${branch};rport${flow.reliable ? ';alias' : ''}`);
  }

  newBranch(): string {
    return this.#tokens.branch();
  }

  /** Answers false when the response belongs to no transaction. */
  receiveResponse(response: SipResponse): boolean {
    this.counters.responseReceived(response.status);
    const branch = response.topVia?.branch;
    const transaction = branch === undefined ? undefined : this.#clients.get(clientKey(branch, response.cseq?.method ?? ''));
    if (transaction === undefined) {
      // RFC 3261 §18.1.2 would hand it up; RFC 6026 §7.2 lets a user agent drop it, and a stranger's it must
      this.counters.event('dropped.stray-response');
      return false;
    }
    transaction.receive(response);
    return true;
  }

  /** `request` passed validation, `via` is its top one, and `markSource` was applied. */
  receiveRequest(request: SipRequest, flow: Flow, via: Via): void {
    this.counters.requestReceived(request.method);
    const key = serverKey(request, via, request.method === 'ACK' ? 'INVITE' : request.method);
    const known = this.#servers.get(key);
    if (known !== undefined) {
      if (request.method !== 'ACK') this.counters.event('received.retransmission');
      known.receive(request);
      return;
    }
    if (request.method === 'ACK') return this.#core.onAck(request, flow);
    const responseFlow = responsePath(flow, via);
    if (request.method === 'CANCEL') return this.#cancel(request, key, via, responseFlow);
    const mergeKey = request.toTag === undefined ? `${request.callId}|${request.fromTag ?? ''}|${request.get('CSeq') ?? ''}` : undefined;
    if (mergeKey !== undefined && this.#merges.has(mergeKey)) {
      // The same request by another path: it forked on its way (RFC 3261 §8.2.2.2)
      this.counters.event('received.merged');
      return this.#begin(request, key, undefined, responseFlow).respond(createResponse(request, 482, { toTag: this.#tokens.tag() })) as void;
    }
    this.#core.onRequest(this.#begin(request, key, mergeKey, responseFlow));
  }

  #begin(request: SipRequest, key: string, mergeKey: string | undefined, flow: Flow): ServerTransaction {
    const transaction = request.method === 'INVITE'
      ? new InviteServerTransaction(this, key, mergeKey, request, flow)
      : new NonInviteServerTransaction(this, key, mergeKey, request, flow);
    this.#servers.set(detach(key), transaction);
    if (mergeKey !== undefined) this.#merges.set(detach(mergeKey), key);
    return transaction;
  }

  /** RFC 3261 §9.2. */
  #cancel(request: SipRequest, key: string, via: Via, flow: Flow): void {
    const transaction = this.#begin(request, key, undefined, flow);
    const invite = this.#servers.get(serverKey(request, via, 'INVITE'));
    if (invite === undefined) {
      transaction.respond(createResponse(request, 481, { toTag: this.#tokens.tag() }));
      return;
    }
    // §9.2: the To tag of the INVITE's own responses
    transaction.respond(createResponse(request, 200, { toTag: (invite.kind === 'invite' ? invite.toTag : undefined) ?? this.#tokens.tag() }));
    if (invite.pending) invite.user?.onCancel?.(request);
  }

  /** A response outside any transaction, e.g. to a request that is too broken to begin one (RFC 3261 §8.2.7). */
  respondStatelessly(response: SipResponse, request: SipRequest, flow: Flow): void {
    const via = request.topVia;
    this.counters.responseSent(response.status);
    (via === undefined ? flow : responsePath(flow, via)).send(serialize(response));
  }

  forget(key: string, mergeKey?: string): void {
    // A key says itself on which side it is.
    if (key.charCodeAt(0) === CLIENT) this.#clients.delete(key);
    else this.#servers.delete(key);
    if (mergeKey !== undefined) this.#merges.delete(mergeKey);
  }

  /** A connection broke: its client transactions will get no response over it (RFC 3261 §17.1.4). */
  flowClosed(flow: Flow): void {
    for (const transaction of [...this.#clients.values()]) if (transaction.flow === flow) transaction.flowClosed();
  }

  /** Ends every transaction without a word. */
  abandonAll(): void {
    for (const transaction of [...this.#clients.values(), ...this.#servers.values()]) transaction.abandon();
  }
}

const CLIENT = 'c'.charCodeAt(0);
const clientKey = (branch: string, method: string): string => (method === 'CANCEL' ? `cC${branch}` : `c-${branch}`);

/**
 * A joined string keeps its parts, and a part of a message keeps the whole message; reading a character makes the engine copy it
 * into one piece. Keys live for 32 s, messages should not.
 */
const detach = (key: string): string => {
  key.charCodeAt(0);
  return key;
};

/** RFC 3261 §17.2.3; without the magic cookie by the rules of RFC 2543, as far as a user agent needs them. */
function serverKey(request: SipRequest, via: Via, method: string): string {
  const { branch } = via;
  if (branch !== undefined && branch.startsWith(MAGIC_COOKIE)) return `s${branch}|${via.host}:${via.port ?? 0}|${method}`;
  return `s${request.callId}|${request.cseq?.number ?? 0}|${request.fromTag ?? ''}|${via.host}:${via.port ?? 0}|${branch ?? ''}|${method}`;
}

const viaTransport = (flow: Flow): string => {
  switch (flow.transport) {
    case 'udp': return 'UDP';
    case 'tcp': return 'TCP';
    case 'tls': return 'TLS';
    case 'ws': return 'WS';
    case 'wss': return 'WSS';
  }
};

/**
 * Where the response to a request goes (RFC 3261 §18.2.2, RFC 3581 §4). Datagrams: to the source address, at the source port
 * when rport asks for it, else at the port of the Via. `maddr` is not followed: it would let anybody aim our responses.
 */
function responsePath(flow: Flow, via: Via): Flow {
  if (flow.atPort === undefined || via.rport !== undefined) return flow;
  const port = via.port ?? defaultPort('udp');
  return port === flow.remotePort ? flow : flow.atPort(port);
}

/** Writes `received` and `rport` into the top Via (RFC 3261 §18.2.1, RFC 3581 §4). Answers the Via as it came. */
export function markSource(request: SipRequest, flow: Flow): Via | undefined {
  const via = request.topVia;
  if (via === undefined) return undefined;
  const wantsPort = via.rport !== undefined;
  if (!wantsPort && via.host === flow.remoteAddress) return via;
  const params = new Map(via.params);
  if (wantsPort) params.set('rport', String(flow.remotePort));
  params.set('received', flow.remoteAddress);
  request.headers.replaceFirst('Via', formatVia({ transport: via.transport, host: via.host, port: via.port, params }));
  return via;
}
