import type { Timer } from '../../kernel/clock.ts';
import type { DigestClient } from '../auth/digest-client.ts';
import { Dialog } from '../dialog/dialog.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { Flow } from '../transport/flow.ts';
import type { SipUri } from '../uri/sip-uri.ts';
import { AnsweredInvite } from './answered-invite.ts';
import { ClientRequest, type ClientRequestUser } from './client-request.ts';
import { InviteSession } from './invite-session.ts';
import { ReliableClient } from './reliable-client.ts';
import { sessionDescription } from './session-description.ts';
import { addHeaders, type HeaderLines } from './session-handlers.ts';
import { SessionTimer } from './session-timer.ts';
import type { StoppableCall, UserAgentContext } from './user-agent-context.ts';

export interface InviteProgress {
  /** 101–199. */
  readonly status: number;
  readonly reason: string;
  /** Early media. */
  readonly sdp: string | undefined;
  readonly response: SipResponse;
}

export interface InviteAnswer {
  readonly session: InviteSession;
  /** The answer to our offer; the peer's offer when we made none. */
  readonly sdp: string | undefined;
  readonly response: SipResponse;
  /** After a late offer only: our answer, which goes out in the ACK. Must be called once. */
  readonly acknowledge?: (sdp: string) => void;
}

export interface InviteFailure {
  /** `response`: a final 3xx–6xx; `noanswer`: our own timeout; `cancelled`: `cancel()`; `timeout`: silence; `unreachable`: nowhere to send to. */
  readonly cause: 'response' | 'noanswer' | 'cancelled' | 'timeout' | 'unreachable';
  /** The final response's, else 408, 487 or 503 (RFC 3261 §8.1.3.1). */
  readonly status: number;
  readonly reason: string;
  readonly response: SipResponse | undefined;
}

/** Exactly one of `onAnswered` and `onFailed` comes, once. */
export interface ClientInviteHandlers {
  onProgress?(progress: InviteProgress): void;
  onAnswered(answer: InviteAnswer): void;
  onFailed(failure: InviteFailure): void;
}

export interface ClientInviteParts {
  readonly request: SipRequest;
  readonly nextHop: SipUri | undefined;
  readonly sdp: string | undefined;
  readonly digest: DigestClient | undefined;
  readonly contactUser: string | undefined;
  readonly flow?: Flow | undefined;
  /** Via branches by CSeq number, for a call that must be known again. */
  readonly branch?: ((sequence: number) => string) | undefined;
  /** From now to a final response. 0: none. */
  readonly timeoutMs: number;
}

/** A call that we make: RFC 3261 §13.2, from the INVITE to the first 2xx or the last failure. */
export class ClientInvite implements ClientRequestUser, StoppableCall {
  readonly callId: string;
  readonly #context: UserAgentContext;
  readonly #parts: ClientInviteParts;
  readonly #handlers: ClientInviteHandlers;
  #request: ClientRequest | undefined;
  #sequence = 1;
  #state: 'calling' | 'answered' | 'failed' = 'calling';
  #ending: 'noanswer' | 'cancelled' | undefined;
  #timeout: Timer | undefined;
  #giveUp: Timer | undefined;
  /** Sessions by To tag: early ones, the answered one, and further forks that are being ended (RFC 3261 §13.2.2.4). */
  readonly #forks = new Map<string, InviteSession>();
  #reliable: ReliableClient | undefined;
  #minimumInterval = 0;

  constructor(context: UserAgentContext, parts: ClientInviteParts, handlers: ClientInviteHandlers) {
    this.#context = context;
    this.#parts = parts;
    this.#handlers = handlers;
    this.callId = parts.request.callId;
    this.#sequence = parts.request.cseq?.number ?? 1;
  }

  start(): this {
    this.#context.addCall(this);
    this.#send(this.#parts.request);
    if (this.#parts.timeoutMs > 0) this.#timeout = this.#context.after(this.#parts.timeoutMs, () => this.#cancel('noanswer', {}));
    return this;
  }

  /** Gives the call up: CANCEL, or BYE when a 2xx crosses it. The end comes as `onFailed`. */
  cancel(headers: HeaderLines = {}): void {
    this.#cancel('cancelled', headers);
  }

  end(): void {
    this.cancel();
  }

  drop(): void {
    this.#request?.abandon();
    this.#fail({ cause: 'cancelled', status: 487, reason: 'Request Terminated', response: undefined });
  }

  /** The early session of the last provisional response, for UPDATE before the answer. */
  get earlySession(): InviteSession | undefined {
    return this.#state === 'calling' ? [...this.#forks.values()].at(-1) : undefined;
  }

  /** Whether the dialog is one of this call's, while it rings. */
  owns(session: InviteSession): boolean {
    return this.#forks.get(session.dialog.remoteTag) === session;
  }

  onResponse(response: SipResponse, request: SipRequest): void {
    const { status } = response;
    if (status < 200) return this.#provisional(response, request);
    if (this.#state !== 'calling') return;
    if (status < 300) return this.#success(response, request);
    if (status === 422 && this.#ending === undefined && this.#retryWithInterval(response, request)) return;
    const cause = this.#ending ?? 'response';
    this.#fail({ cause, status, reason: response.reason, response });
  }

  onFailure(failure: 'timeout' | 'unreachable'): void {
    const status = failure === 'timeout' ? 408 : 503;
    this.#fail({ cause: this.#ending ?? failure, status, reason: failure === 'timeout' ? 'Request Timeout' : 'Service Unavailable', response: undefined });
  }

  #send(request: SipRequest): void {
    const { contactUser, digest, nextHop, flow: only, branch } = this.#parts;
    this.#request = new ClientRequest(this.#context, request, {
      nextHop, digest, flow: only, onlyFlow: only !== undefined, branch,
      nextSequence: () => ++this.#sequence,
      prepare: (sent, flow) => void sent.set('Contact', this.#context.contact(flow, contactUser)),
    }, this).start();
  }

  #provisional(response: SipResponse, request: SipRequest): void {
    if (this.#state !== 'calling' || response.status === 100) return;
    const tag = response.toTag;
    if (tag !== undefined) {
      const session = this.#fork(tag, response, request);
      if (response.contact !== undefined) session.dialog.refreshTarget(response);
      const allow = response.all('Allow');
      if (allow.length > 0) session.peerAllows = new Set(allow);
      this.#reliable ??= new ReliableClient();
      // RFC 3262 §4: one that came before, or ahead of its turn, is not processed
      const received = this.#reliable.receive(response, request, session);
      if (received === 'again') return;
      // An answer counts once it came reliably (RFC 3261 §13.2.1); from then on either side may offer anew
      if (received === 'reliable' && sessionDescription(response) !== undefined) session.initialOffer = undefined;
    }
    if (this.#ending !== undefined) return;
    this.#handlers.onProgress?.({ status: response.status, reason: response.reason, sdp: sessionDescription(response), response });
  }

  #success(response: SipResponse, request: SipRequest): void {
    const tag = response.toTag ?? '';
    let session = this.#forks.get(tag);
    const routes = response.all('Record-Route').toReversed();
    if (session !== undefined && !sameList(session.dialog.routeSet, routes)) {
      // RFC 3261 §13.2.2.4: the 2xx recomputes the route set
      session.discard();
      this.#forks.delete(tag);
      session = undefined;
    }
    session ??= this.#fork(tag, response, request);
    session.dialog.refreshTarget(response);
    const allow = response.all('Allow');
    if (allow.length > 0) session.peerAllows = new Set(allow);
    session.flow = this.#request?.flow;
    session.initialOffer = undefined;
    const answered = new AnsweredInvite(this.#context, session);
    this.#request?.handOver(answered);
    const lateOffer = this.#parts.sdp === undefined;
    session.establish('confirmed');
    const acknowledge = (sdp: string | undefined): void => answered.acknowledge(request, sdp);
    if (this.#ending !== undefined || !lateOffer) acknowledge(undefined);
    if (this.#ending !== undefined) {
      // A 200 that crossed our CANCEL: acknowledged and ended (RFC 3261 §9.1)
      this.#context.counters.event('invite.cancel-crossed');
      session.bye();
      return this.#fail({ cause: this.#ending, status: 487, reason: 'Request Terminated', response: undefined });
    }
    this.#state = 'answered';
    this.#settle(session);
    if (this.#parts.sdp !== undefined) session.offers.localSdp = this.#parts.sdp;
    session.timer.agreedAsClient(response);
    const sdp = sessionDescription(response);
    this.#handlers.onAnswered(lateOffer ? { session, sdp, response, acknowledge } : { session, sdp, response });
  }

  #fork(tag: string, response: SipResponse, request: SipRequest): InviteSession {
    const known = this.#forks.get(tag);
    if (known !== undefined) return known;
    const dialog = Dialog.ofClient(request, response);
    dialog.localSequence = Math.max(dialog.localSequence, this.#sequence);
    const session = new InviteSession(this.#context, dialog, 'caller', {
      flow: this.#request?.flow, digest: this.#parts.digest, contactUser: this.#parts.contactUser,
    });
    session.placing = this;
    if (this.#parts.sdp !== undefined) session.initialOffer = 'ours';
    session.register();
    this.#forks.set(tag, session);
    return session;
  }

  /** RFC 4028 §7.3: once more with the interval that the peer asks for at least. */
  #retryWithInterval(response: SipResponse, request: SipRequest): boolean {
    const minimum = Number.parseInt(response.get('Min-SE') ?? '', 10);
    if (!(minimum > this.#minimumInterval && minimum < 86_400)) return false;
    this.#minimumInterval = minimum;
    const retry = request.clone();
    retry.remove('Via');
    retry.set('CSeq', `${++this.#sequence} INVITE`);
    new SessionTimer(this.#context, { refreshSession: () => undefined, sessionExpired: () => undefined }).ask(retry, minimum);
    this.#send(retry);
    return true;
  }

  #cancel(why: 'noanswer' | 'cancelled', headers: HeaderLines): void {
    if (this.#state !== 'calling' || this.#ending !== undefined) return;
    this.#ending = why;
    this.#timeout?.cancel();
    const lines: [string, string][] = Object.entries(headers).flatMap(([name, value]) =>
      (typeof value === 'string' ? [value] : [...value]).map((line): [string, string] => [name, line]));
    this.#request?.cancel(lines);
    // RFC 3261 §9.1: no final response within 64·T1 of the CANCEL: the call is given up
    this.#giveUp = this.#context.after(64 * this.#context.timers.t1, () => this.drop());
  }

  #fail(failure: InviteFailure): void {
    if (this.#state !== 'calling') return;
    this.#state = 'failed';
    this.#settle(undefined);
    this.#handlers.onFailed(failure);
  }

  /** The outcome is known: timers off, early dialogs gone. */
  #settle(answered: InviteSession | undefined): void {
    this.#timeout?.cancel();
    this.#giveUp?.cancel();
    for (const session of this.#forks.values()) if (session !== answered) session.discard();
    this.#context.removeCall(this);
  }
}

const sameList = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((value, i) => value === b[i]);

/** Puts what every INVITE of ours carries into the request. */
export function dressInvite(context: UserAgentContext, request: SipRequest, sdp: string | undefined, headers: HeaderLines | undefined): void {
  const { settings } = context;
  request.append('Allow', settings.allow);
  // The answer to an offer in a reliable provisional response would have to go into its PRACK (RFC 3262 §5), before anybody has asked for it.
  request.append('Supported', sdp === undefined ? settings.supportedUnreliably : settings.supported);
  if (settings.product !== undefined) request.append('User-Agent', settings.product);
  if (settings.sessionIntervalSeconds > 0) request.append('Session-Expires', String(settings.sessionIntervalSeconds));
  addHeaders(request, headers);
  if (sdp !== undefined) request.setBody(sdp, 'application/sdp');
}
