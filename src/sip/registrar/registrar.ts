import type { Clock } from '../../kernel/clock.ts';
import type { DigestAlgorithm } from '../auth/digest-algorithm.ts';
import type { DigestSecret } from '../auth/digest-response.ts';
import { DigestServer } from '../auth/digest-server.ts';
import { formatNameAddr, type NameAddr } from '../message/name-addr.ts';
import { STAR, type SipRequest } from '../message/sip-message.ts';
import { hostText, type Flow } from '../transport/flow.ts';
import type { ServerRequest } from '../user-agent/server-request.ts';

/** Where one device of a user can be reached. */
export interface Binding {
  readonly user: string;
  /** The Contact URI as registered: the Request-URI of calls to the device. */
  readonly contact: string;
  /** Route values towards the device (RFC 3327). */
  readonly path: readonly string[];
  /** Where to send when there is no path: the contact, or the address that the REGISTER came from when a NAT lies between. */
  readonly nextHop: string;
  /** The connection on which it registered, for TCP, TLS and WebSocket. */
  readonly flow: Flow | undefined;
  /** 0–1. */
  readonly q: number;
  /** Monotonic milliseconds. */
  readonly expiresAt: number;
  readonly userAgent: string | undefined;
}

interface StoredBinding extends Binding {
  /** Which connection of which device it is (RFC 5626 §6); undefined where the device does not say. */
  readonly outbound: string | undefined;
  /** Where its REGISTER came from. */
  readonly source: string;
  readonly callId: string;
  readonly sequence: number;
}

export interface RegistrarOptions {
  /** Also the host part of the addresses that it serves. */
  readonly realm: string;
  /** Signs nonces; at least 16 octets. */
  readonly nonceSecret: Buffer;
  readonly clock: Clock;
  /** Offered to the devices in this order; default SHA-256, MD5 (RFC 8760). `['MD5']` for phones that give up at an algorithm which they do not know. */
  readonly algorithms?: readonly DigestAlgorithm[];
  /** The secret of a user; undefined for an unknown one. */
  secretOf(user: string): DigestSecret | undefined;
  /** Seconds. */
  readonly minimumExpires?: number;
  readonly maximumExpires?: number;
  readonly defaultExpires?: number;
  readonly maxContacts?: number;
  onChange?(user: string, bindings: readonly Binding[]): void;
}

/** Keeps where agents' phones are: RFC 3261 §10.3 with digest, several contacts per user, and Path (RFC 3327). */
export class Registrar {
  readonly #options: RegistrarOptions;
  readonly #digest: DigestServer;
  readonly #users = new Map<string, StoredBinding[]>();
  readonly #minimum: number;
  readonly #maximum: number;

  constructor(options: RegistrarOptions) {
    this.#options = options;
    this.#digest = new DigestServer({ realm: options.realm, secret: options.nonceSecret, ...(options.algorithms === undefined ? {} : { algorithms: options.algorithms }) }, options.clock);
    this.#minimum = options.minimumExpires ?? 30;
    this.#maximum = options.maximumExpires ?? 3_600;
  }

  /** Live bindings of a user, best first. */
  lookup(user: string): readonly Binding[] {
    return this.#live(user).toSorted((a, b) => b.q - a.q || b.expiresAt - a.expiresAt);
  }

  /** Whether a device that is registered now speaks from this address. */
  knows(address: string): boolean {
    for (const user of this.#users.keys()) if (this.#live(user).some(({ source }) => source === address)) return true;
    return false;
  }

  /** Users with at least one live binding. */
  get users(): readonly string[] {
    return [...this.#users.keys()].filter((user) => this.#live(user).length > 0);
  }

  /** Answers a REGISTER. */
  receive(incoming: ServerRequest): void {
    const { request } = incoming;
    const user = this.#authenticate(incoming);
    if (user === undefined) return;
    const aor = request.to?.uri;
    const named = aor?.kind === 'sip' ? aor.user : undefined;
    if (named === undefined) return incoming.respond(404);
    if (named !== user) return incoming.respond(403); // §10.3 step 4: one may register oneself only
    const contacts = request.contacts ?? [];
    if (contacts.length === 0) return this.#answer(incoming, user); // a query
    if (contacts.includes(STAR)) return this.#removeAll(incoming, user, contacts.length);
    this.#update(incoming, user, contacts.filter((contact): contact is NameAddr => contact !== STAR));
  }

  /** A connection is gone, and with it every device that was behind it (RFC 5626 §4.2.1). */
  flowClosed(flow: Flow): void {
    for (const user of this.#users.keys()) {
      const live = this.#live(user);
      if (live.some((binding) => binding.flow === flow)) this.#store(user, live.filter((binding) => binding.flow !== flow));
    }
  }

  #authenticate(incoming: ServerRequest): string | undefined {
    const presented = this.#digest.read(incoming.request);
    if (presented.kind === 'malformed') {
      incoming.respond(400);
      return undefined;
    }
    let stale = presented.kind === 'stale';
    if (presented.kind === 'presented') {
      const verdict = presented.check(this.#options.secretOf(presented.username));
      if (verdict === 'right') return presented.username;
      stale = verdict === 'replayed';
      if (verdict === 'wrong') {
        incoming.respond(403);
        return undefined;
      }
    }
    const response = incoming.response(this.#digest.challengeStatus);
    this.#digest.challenge(response, { stale });
    incoming.send(response);
    return undefined;
  }

  #removeAll(incoming: ServerRequest, user: string, contacts: number): void {
    const { request } = incoming;
    if (contacts !== 1 || request.expires !== 0) return incoming.respond(400); // §10.3 step 6
    const live = this.#live(user);
    if (live.some((binding) => isOlder(request, binding))) return incoming.respond(500);
    this.#store(user, []);
    this.#answer(incoming, user);
  }

  #update(incoming: ServerRequest, user: string, contacts: readonly NameAddr[]): void {
    const { request, flow } = incoming;
    const now = this.#options.clock.monotonic();
    let live = this.#live(user);
    const path = request.all('Path');
    let outbound = false;
    for (const contact of contacts) {
      const asked = contact.params.get('expires');
      const wanted = asked !== undefined && asked !== null && /^\d{1,9}$/.test(asked) ? Number(asked) : (request.expires ?? this.#options.defaultExpires ?? this.#maximum);
      // §10.3 step 7: too brief is refused, too long is shortened
      if (wanted > 0 && wanted < this.#minimum) return incoming.respond(423, { 'Min-Expires': String(this.#minimum) });
      const flowId = outboundFlow(request, contact);
      if (flowId !== undefined) outbound = true;
      const known = live.find((binding) => (flowId === undefined ? sameContact(binding.contact, contact.uri.raw) : binding.outbound === flowId));
      if (known !== undefined && isOlder(request, known)) return incoming.respond(500);
      live = live.filter((binding) => binding !== known);
      if (wanted === 0) continue;
      const q = Number(contact.params.get('q') ?? '1');
      live.push({
        user, path, contact: contact.uri.raw, nextHop: nextHop(contact, flow), flow: flow.reliable ? flow : undefined,
        q: q >= 0 && q <= 1 ? q : 1,
        expiresAt: now + Math.min(wanted, this.#maximum) * 1_000,
        outbound: flowId, userAgent: request.get('User-Agent'), source: flow.remoteAddress,
        callId: request.callId, sequence: request.cseq?.number ?? 0,
      });
    }
    if (live.length > (this.#options.maxContacts ?? 10)) return incoming.respond(403);
    this.#store(user, live);
    this.#answer(incoming, user, outbound);
  }

  /** §10.3 step 8: 200 with every binding. `outbound`: it was taken by the rules of RFC 5626 (§6). */
  #answer(incoming: ServerRequest, user: string, outbound = false): void {
    const now = this.#options.clock.monotonic();
    const response = incoming.response(200);
    for (const binding of this.#live(user)) {
      const expires = String(Math.max(1, Math.round((binding.expiresAt - now) / 1_000)));
      response.append('Contact', formatNameAddr({ uri: binding.contact, params: new Map([['expires', expires], ...(binding.q === 1 ? [] : [['q', String(binding.q)] as const])]) }));
    }
    if (outbound) response.append('Require', 'outbound');
    response.append('Supported', 'path, outbound');
    for (const path of incoming.request.all('Path')) response.append('Path', path);
    response.append('Date', new Date(this.#options.clock.now()).toUTCString());
    incoming.send(response);
  }

  #live(user: string): StoredBinding[] {
    const now = this.#options.clock.monotonic();
    const stored = this.#users.get(user);
    if (stored === undefined) return [];
    const live = stored.filter((binding) => binding.expiresAt > now && (binding.flow === undefined || binding.flow.open));
    if (live.length === 0) this.#users.delete(user);
    else if (live.length < stored.length) this.#users.set(user, live);
    return live;
  }

  #store(user: string, bindings: StoredBinding[]): void {
    if (bindings.length === 0) this.#users.delete(user);
    else this.#users.set(user, bindings);
    this.#options.onChange?.(user, bindings);
  }
}

/** §10.3 step 7: the same registration, out of order. */
const isOlder = (request: SipRequest, binding: StoredBinding): boolean =>
  binding.callId === request.callId && (request.cseq?.number ?? 0) <= binding.sequence;

/** RFC 5626 §6: the device's instance and the number of its flow, when it wants that and came to us directly or over an edge that can. */
function outboundFlow(request: SipRequest, contact: NameAddr): string | undefined {
  const instance = contact.params.get('+sip.instance');
  const flow = contact.params.get('reg-id');
  if (instance === undefined || instance === null || flow === undefined || flow === null || !request.supports('outbound')) return undefined;
  const direct = (request.vias?.length ?? 0) === 1;
  const overEdge = request.addresses('Path')?.at(-1)?.uri;
  return direct || (overEdge?.kind === 'sip' && overEdge.params.has('ob')) ? `${instance} ${flow}` : undefined;
}

/** §10.3 compares as URIs; devices repeat theirs letter by letter, apart from the case of the host. */
const sameContact = (a: string, b: string): boolean => a === b || a.toLowerCase() === b.toLowerCase();

/** A datagram phone behind a NAT registers an address that nobody reaches: what works is where its REGISTER came from. */
function nextHop(contact: NameAddr, flow: Flow): string {
  const { uri } = contact;
  if (flow.reliable || uri.kind !== 'sip' || uri.host === flow.remoteAddress) return uri.raw;
  return `sip:${hostText(flow.remoteAddress)}:${flow.remotePort}`;
}
