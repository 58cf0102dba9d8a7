import { dialogKey } from '../dialog/dialog.ts';
import { createResponse } from '../message/create-response.ts';
import { HeaderStore } from '../message/header-store.ts';
import type { MalformedMessage } from '../message/malformed-message.ts';
import { SipRequest as Invite, type SipMessage, type SipRequest, type SipResponse } from '../message/sip-message.ts';
import { validateRequest, validateResponse } from '../message/validate-request.ts';
import type { InviteServerTransaction } from '../transaction/invite-server-transaction.ts';
import { markSource, type ServerTransaction } from '../transaction/transaction-layer.ts';
import type { Flow } from '../transport/flow.ts';
import { identityOfCallId } from './call-identity.ts';
import type { InviteSession } from './invite-session.ts';
import { OrphanInvite } from './orphan-invite.ts';
import { ServerInvite } from './server-invite.ts';
import { ServerRequest } from './server-request.ts';
import { acceptsSessionDescription, bodyIsUnderstood } from './session-description.ts';
import { addHeaders, type HeaderLines } from './session-handlers.ts';
import { tooSmallInterval } from './session-timer.ts';
import { parseReplaces } from './session-transfer.ts';
import type { DialogUser, UserAgentContext } from './user-agent-context.ts';
import type { UserAgentOptions } from './user-agent-options.ts';

const knownMethods = new Set(['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'REGISTER', 'PRACK', 'UPDATE', 'INFO', 'REFER', 'NOTIFY', 'SUBSCRIBE', 'MESSAGE', 'PUBLISH']);
/** Without a dialog there is nothing that they could be about. */
const dialogMethods = new Set(['BYE', 'PRACK', 'UPDATE', 'INFO', 'NOTIFY']);

/** What a registrar takes beside (RFC 3327, RFC 5626). */
const registrarTags = new Set(['path', 'outbound']);

/** What comes in: refused, dropped, or handed to the dialog or application that it is for (RFC 3261 §8.2). */
export class RequestDispatcher {
  readonly #context: UserAgentContext;
  readonly #options: UserAgentOptions;
  readonly #methods: ReadonlySet<string>;
  #closed = false;

  constructor(context: UserAgentContext, options: UserAgentOptions) {
    this.#context = context;
    this.#options = options;
    this.#methods = new Set(options.methods ?? []);
  }

  /** No new call from now on: 503. */
  close(): void {
    this.#closed = true;
  }

  receiveMessage(message: SipMessage, flow: Flow): void {
    if (message.kind === 'response') {
      if (validateResponse(message) !== undefined) return this.#context.counters.event('dropped.malformed-response');
      if (!this.#context.transactions.receiveResponse(message)) this.#strayResponse(message, flow);
      return;
    }
    const fault = validateRequest(message);
    if (fault !== undefined) return this.receiveMalformed(fault, flow);
    const via = markSource(message, flow);
    if (via === undefined) return;
    if (flow.reliable && via.port !== undefined && via.params.has('alias')) this.#context.transport.alias(flow, via.port); // RFC 5923
    this.#context.transactions.receiveRequest(message, flow, via);
  }

  /** A 2xx to an INVITE that an earlier process of ours sent: acknowledged and ended (RFC 3261 §13.2.2.4). Anything else is a stranger's. */
  #strayResponse(response: SipResponse, flow: Flow): void {
    const { topVia, cseq, callId, fromTag, status } = response;
    if (status < 200 || status >= 300 || cseq?.method !== 'INVITE' || this.#options.handlers.adopts?.(flow.remoteAddress) !== true) return;
    const identity = identityOfCallId(callId);
    if (fromTag !== identity.tag || topVia?.branch !== identity.branch(cseq.number)) return;
    // Of a call that is up here it is a late repetition: its ACK went out long ago.
    if (this.#context.findDialog(dialogKey(callId, fromTag, response.toTag ?? '')) !== undefined) return;
    const to = response.to?.uri.raw ?? '';
    const invite = new Invite('INVITE', to, { headers: new HeaderStore() });
    invite.append('From', response.get('From') ?? '');
    invite.append('To', `<${to}>`);
    invite.append('Call-ID', callId);
    invite.append('CSeq', `${cseq.number} INVITE`);
    new OrphanInvite(this.#context, { invite, branch: identity.branch(cseq.number), flow, nextHop: undefined, digest: undefined }, () => undefined).adopt(response);
  }

  receiveMalformed(error: MalformedMessage, flow: Flow): void {
    this.#context.counters.event(`malformed.${error.reason}`);
    if (error.status === undefined || error.request === undefined) return;
    // Without a Via and From there is nobody to tell; anything less is a target for reflection.
    if (!error.request.has('Via') || this.#options.handlers.screen?.(this.#facts(error.request, flow)) === 'drop') return;
    markSource(error.request, flow);
    this.#context.transactions.respondStatelessly(this.#refusal(error.request, error.status), error.request, flow);
  }

  receive(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    const { toTag } = request;
    if (toTag !== undefined) {
      const dialog = this.#dialogOf(request, toTag);
      if (dialog !== undefined) return dialog.onRequest(transaction);
    }
    const verdict = this.#options.handlers.screen?.(this.#facts(request, flow)) ?? true;
    if (verdict === 'drop') {
      this.#context.counters.event('dropped.screened');
      return transaction.abandon();
    }
    if (verdict !== true) return this.#refuse(transaction, verdict);
    if (toTag !== undefined) return this.#refuse(transaction, 481); // RFC 3261 §12.2.2
    this.#outsideDialog(transaction);
  }

  receiveAck(ack: SipRequest): void {
    const dialog = this.#dialogOf(ack, ack.toTag ?? '');
    if (dialog === undefined) this.#context.counters.event('dropped.stray-ack');
    else dialog.onAck(ack);
  }

  #dialogOf(request: SipRequest, toTag: string): DialogUser | undefined {
    // A peer of RFC 2543 may have answered without a tag and send one now (RFC 3261 §12.2.1.1).
    return this.#context.findDialog(dialogKey(request.callId, toTag, request.fromTag ?? '')) ?? this.#context.findDialog(dialogKey(request.callId, toTag, ''));
  }

  #outsideDialog(transaction: ServerTransaction): void {
    const { request } = transaction;
    const { method } = request;
    // §8.2.1
    if (method === 'REFER') return this.#refuse(transaction, 403); // RFC 3515 §2.4.2 leaves that to policy: strangers have nobody called
    if (dialogMethods.has(method)) return this.#refuse(transaction, 481);
    if (method !== 'INVITE' && method !== 'OPTIONS' && !this.#methods.has(method)) {
      return this.#refuse(transaction, knownMethods.has(method) ? 405 : 501, { Allow: this.#context.settings.allow });
    }
    // §8.2.2.1
    if (request.uri?.kind === 'other') return this.#refuse(transaction, 416);
    // §8.2.2.3
    const unsupported = request.require.filter((tag) => !this.#context.settings.supportedTags.has(tag.toLowerCase()) && !(method === 'REGISTER' && registrarTags.has(tag.toLowerCase())));
    if (unsupported.length > 0) return this.#refuse(transaction, 420, { Unsupported: unsupported.join(', ') });
    if (transaction.kind === 'invite') return this.#invite(transaction);
    if (method === 'OPTIONS' && this.#options.handlers.onRequest === undefined) return this.#respondOptions(transaction);
    if (method === 'OPTIONS' && !this.#methods.has('OPTIONS')) return this.#respondOptions(transaction);
    const { onRequest } = this.#options.handlers;
    if (onRequest === undefined) return this.#refuse(transaction, 405, { Allow: this.#context.settings.allow });
    onRequest(new ServerRequest(this.#context, transaction));
  }

  #invite(transaction: InviteServerTransaction): void {
    const { request } = transaction;
    const { onInvite } = this.#options.handlers;
    if (this.#closed) return this.#refuse(transaction, 503);
    // §8.2.3
    if (!bodyIsUnderstood(request)) return this.#refuse(transaction, 415, { Accept: 'application/sdp', 'Accept-Encoding': 'identity' });
    if (!acceptsSessionDescription(request)) return this.#refuse(transaction, 406, { Accept: 'application/sdp' }); // §21.4.7, RFC 4475 §3.3.15
    const minimum = tooSmallInterval(request, this.#context.settings.sessionMinimumSeconds);
    if (minimum !== undefined) return this.#refuse(transaction, 422, { 'Min-SE': String(minimum) });
    const replaced = this.#replaced(request);
    if (typeof replaced === 'number') return this.#refuse(transaction, replaced);
    if (onInvite === undefined) return this.#refuse(transaction, 480);
    onInvite(new ServerInvite(this.#context, transaction, replaced));
  }

  /** RFC 3891 §3: the session that is to be replaced, a status that refuses, or undefined without a Replaces header. */
  #replaced(request: SipRequest): InviteSession | number | undefined {
    const lines = request.headers.lines('Replaces');
    if (lines.length === 0) return undefined;
    const wanted = lines.length === 1 ? parseReplaces(lines[0]) : undefined;
    if (wanted === undefined) return 400;
    const session = this.#context.sessionOf(dialogKey(wanted.callId, wanted.toTag, wanted.fromTag));
    if (session === undefined) return 481;
    if (session.state === 'closing' || session.state === 'ended') return 603;
    // Of calls that ring, only those that we place can be taken over: who rings here is answered here.
    if (session.state === 'early') return session.role === 'caller' && session.placing !== undefined ? session : 481;
    return wanted.earlyOnly === true ? 486 : session;
  }

  #respondOptions(transaction: ServerTransaction): void {
    if (this.#closed) return this.#refuse(transaction, 503);
    const { allow, supported } = this.#context.settings;
    this.#refuse(transaction, 200, {
      Contact: this.#context.contact(transaction.flow), Allow: allow, Supported: supported, Accept: 'application/sdp', 'Accept-Encoding': 'identity', 'Accept-Language': 'en',
    });
  }

  #refuse(transaction: ServerTransaction, status: number, headers?: HeaderLines): void {
    transaction.respond(this.#refusal(transaction.request, status, headers));
  }

  #refusal(request: SipRequest, status: number, headers?: HeaderLines): SipResponse {
    const response = this.#context.decorate(createResponse(request, status, { toTag: this.#context.tokens.tag() }));
    addHeaders(response, headers);
    return response;
  }

  #facts(request: SipRequest, flow: Flow): { method: string; userAgent: string | undefined; source: string; toUser: string | undefined } {
    const { uri } = request;
    return {
      method: request.method,
      userAgent: request.get('User-Agent'),
      source: flow.remoteAddress,
      toUser: uri?.kind === 'sip' ? uri.user : uri?.kind === 'tel' ? uri.number : undefined,
    };
  }
}
