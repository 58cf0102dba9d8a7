import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { SipRequest as Request } from '../message/sip-message.ts';
import { HeaderStore } from '../message/header-store.ts';
import { formatNameAddr } from '../message/name-addr.ts';
import type { SipUri } from '../uri/sip-uri.ts';
import { parseSipUri } from '../uri/sip-uri.ts';
import { parseNameAddr } from '../message/name-addr.ts';

/** The key under which a dialog is found (RFC 3261 §12). */
export const dialogKey = (callId: string, localTag: string, remoteTag: string): string => `${callId}|${localTag}|${remoteTag}`;

/** A peer-to-peer relation between two user agents (RFC 3261 §12): the state that every request inside it is made from. */
export class Dialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** From of our requests, tag included. */
  readonly localParty: string;
  /** To of our requests, tag included. */
  readonly remoteParty: string;
  /** Route values in the order in which our requests carry them. */
  readonly routeSet: readonly string[];
  /** Request-URI of our requests: the peer's Contact. */
  remoteTarget: string;
  /** CSeq of our last request. */
  localSequence: number;
  /** CSeq of the peer's last request; undefined before the first. */
  remoteSequence: number | undefined;

  constructor(parts: {
    callId: string; localTag: string; remoteTag: string; localParty: string; remoteParty: string; routeSet: readonly string[];
    remoteTarget: string; localSequence: number; remoteSequence: number | undefined;
  }) {
    this.callId = parts.callId;
    this.localTag = parts.localTag;
    this.remoteTag = parts.remoteTag;
    this.localParty = parts.localParty;
    this.remoteParty = parts.remoteParty;
    this.routeSet = parts.routeSet;
    this.remoteTarget = parts.remoteTarget;
    this.localSequence = parts.localSequence;
    this.remoteSequence = parts.remoteSequence;
  }

  /** The caller's side, from a response that makes a dialog (RFC 3261 §12.1.2). A missing To tag is the empty one (RFC 2543). */
  static ofClient(request: SipRequest, response: SipResponse): Dialog {
    return new Dialog({
      callId: request.callId,
      localTag: request.fromTag ?? '',
      remoteTag: response.toTag ?? '',
      localParty: request.get('From') ?? '',
      remoteParty: response.get('To') ?? '',
      routeSet: response.all('Record-Route').toReversed(),
      remoteTarget: response.contact?.uri.raw ?? request.requestUri,
      localSequence: request.cseq?.number ?? 1,
      remoteSequence: undefined,
    });
  }

  /** The caller's side of a further fork, from its 2xx alone. */
  static ofResponse(response: SipResponse): Dialog {
    return new Dialog({
      callId: response.callId,
      localTag: response.fromTag ?? '',
      remoteTag: response.toTag ?? '',
      localParty: response.get('From') ?? '',
      remoteParty: response.get('To') ?? '',
      routeSet: response.all('Record-Route').toReversed(),
      remoteTarget: response.contact?.uri.raw ?? response.to?.uri.raw ?? '',
      localSequence: response.cseq?.number ?? 1,
      remoteSequence: undefined,
    });
  }

  /** The called side (RFC 3261 §12.1.1). */
  static ofServer(request: SipRequest, localTag: string): Dialog {
    const to = request.get('To') ?? '';
    return new Dialog({
      callId: request.callId,
      localTag,
      remoteTag: request.fromTag ?? '',
      localParty: request.toTag === undefined ? `${to};tag=${localTag}` : to,
      remoteParty: request.get('From') ?? '',
      routeSet: request.all('Record-Route'),
      remoteTarget: request.contact?.uri.raw ?? request.from?.uri.raw ?? '',
      localSequence: 0,
      remoteSequence: request.cseq?.number,
    });
  }

  get key(): string {
    return dialogKey(this.callId, this.localTag, this.remoteTag);
  }

  /** A new request inside the dialog, without Via and Contact (RFC 3261 §12.2.1.1). ACK and CANCEL do not take a new CSeq. */
  request(method: string, sequence = ++this.localSequence): SipRequest {
    const first = this.routeSet[0];
    const strict = first !== undefined && !isLoose(first);
    const requestUri = strict ? (parseNameAddr(first)?.uri.raw ?? this.remoteTarget) : this.remoteTarget;
    const request = new Request(method, requestUri, { headers: new HeaderStore() });
    if (first !== undefined) {
      const routes = strict ? [...this.routeSet.slice(1), formatNameAddr({ uri: this.remoteTarget })] : this.routeSet;
      for (const route of routes) request.append('Route', route);
    }
    request.append('Max-Forwards', '70');
    request.append('From', this.localParty);
    request.append('To', this.remoteParty);
    request.append('Call-ID', this.callId);
    request.append('CSeq', `${sequence} ${method}`);
    return request;
  }

  /** Where requests are sent: the first route, else the remote target (RFC 3261 §12.2.1.1, §8.1.2). */
  nextHop(): SipUri | undefined {
    const first = this.routeSet[0];
    if (this.#hop === undefined || this.#hopOf !== (first ?? this.remoteTarget)) {
      const uri = first === undefined ? undefined : parseNameAddr(first)?.uri;
      this.#hop = uri?.kind === 'sip' ? uri : parseSipUri(this.remoteTarget);
      this.#hopOf = first ?? this.remoteTarget;
    }
    return this.#hop;
  }

  #hop: SipUri | undefined;
  #hopOf: string | undefined;

  /** Takes the CSeq of a request from the peer; false when it is older than one before (RFC 3261 §12.2.2: 500). */
  accept(request: SipRequest): boolean {
    const number = request.cseq?.number ?? 0;
    if (request.method === 'ACK') return true;
    if (this.remoteSequence !== undefined && number < this.remoteSequence) return false;
    this.remoteSequence = number;
    return true;
  }

  /** Target refresh (RFC 3261 §12.2): INVITE and UPDATE, and their 2xx, may move the peer's Contact. */
  refreshTarget(message: SipRequest | SipResponse): void {
    const contact = message.contact;
    if (contact !== undefined) this.remoteTarget = contact.uri.raw;
  }
}

const isLoose = (route: string): boolean => {
  const uri = parseNameAddr(route)?.uri;
  return uri?.kind === 'sip' && uri.lr;
};
