import type { Clock } from '../../kernel/clock.ts';
import type { CallId, IdSource } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Random } from '../../kernel/random.ts';
import { accepted, refused, type Reply } from '../../kernel/result.ts';
import type { DigestAlgorithm } from '../../sip/auth/digest-algorithm.ts';
import type { DigestSecret } from '../../sip/auth/digest-response.ts';
import { Registrar, type Binding } from '../../sip/registrar/registrar.ts';
import type { SipTimers } from '../../sip/transaction/sip-timers.ts';
import type { Flow, SentBy } from '../../sip/transport/flow.ts';
import type { ListenAddress } from '../../sip/transport/listen-address.ts';
import type { DnsResolver } from '../../sip/transport/server-locator.ts';
import type { InviteSession } from '../../sip/user-agent/invite-session.ts';
import type { ServerRequest } from '../../sip/user-agent/server-request.ts';
import type { ServerInvite } from '../../sip/user-agent/server-invite.ts';
import { redirections } from '../../sip/message/redirections.ts';
import { parseSipUri } from '../../sip/uri/sip-uri.ts';
import { UserAgent } from '../../sip/user-agent/user-agent.ts';
import type { FailureMap } from '../call-failure.ts';
import type {
  EndOrphan, PlaceCall, Signalling, SignallingCapability, SignallingEvent, SignallingEventMap, SignallingStats, SipHeaders, SipReason, TrunkConfig,
} from '../signalling.ts';
import { callAddresses, deviceRoute, identityOver, sequenceOf } from './call-addresses.ts';
import { EmbeddedCall } from './embedded-call.ts';
import { messageHeaders } from './message-headers.ts';
import { OutgoingCall } from './outgoing-call.ts';
import { defaultRedirects, type RedirectPolicy } from './redirection.ts';
import { TollFraudGuard, type GuardOptions } from './toll-fraud-guard.ts';
import { Trunk } from './trunk.ts';
import { TrunkKeepers } from './trunk-keepers.ts';
import { trunkOrder } from './trunk-selection.ts';

export interface EmbeddedSignallingOptions {
  readonly listen: readonly ListenAddress[];
  readonly trunks?: readonly TrunkConfig[];
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: IdSource;
  readonly log: Logger;
  readonly product?: string;
  readonly timers?: Partial<SipTimers>;
  readonly resolver?: DnsResolver;
  /** Reliable provisional responses (RFC 3262); default true. */
  readonly reliableProvisionals?: boolean;
  /** Above this size requests go over TCP where that is listened on; 0: never. Default 1,300. */
  readonly udpLimitBytes?: number;
  /** CRLF keep-alive on connections that we opened, milliseconds; 0 or absent: none. */
  readonly keepAliveMs?: number;
  readonly sessionTimer?: { readonly intervalSeconds: number; readonly minimumSeconds: number };
  /** What final responses mean, where it differs from `meaningOf`. */
  readonly failures?: FailureMap;
  readonly guard?: GuardOptions;
  /** Which 3xx are followed. Default: up to three in a row, to the same number at the same trunk. */
  readonly redirects?: RedirectPolicy;
  /** Agents' phones register with us; `sip:user@realm` is then placed to their devices. */
  readonly registrar?: { readonly realm: string; readonly nonceSecret: Buffer; readonly algorithms?: readonly DigestAlgorithm[]; readonly minimumExpires?: number; readonly maximumExpires?: number; readonly maxContacts?: number; secretOf(user: string): DigestSecret | undefined; readonly onChange?: (user: string, bindings: readonly Binding[]) => void };
  /** Every message on the wire. */
  readonly onWire?: (direction: 'in' | 'out', bytes: Buffer, flow: Flow) => void;
}

/** The signalling port over our own user agent, in process. */
export class EmbeddedSignalling implements Signalling {
  readonly capabilities: ReadonlySet<SignallingCapability> = new Set<SignallingCapability>([
    'place', 'answer', 'progress-sdp', 'redirect', 'renegotiate', 'info', 'message', 'transfer', 'replaces', 'prack', 'update', 'session-timer', 'register', 'trunk-health', 'trace', 'orphans',
  ]);
  readonly #options: EmbeddedSignallingOptions;
  readonly #userAgent: UserAgent;
  readonly #trunks = new Map<string, Trunk>();
  readonly #calls = new Map<CallId, EmbeddedCall>();
  readonly #guard: TollFraudGuard;
  readonly #registrar: Registrar | undefined;
  readonly #keepers: TrunkKeepers;
  #listener: ((event: SignallingEvent) => void) | undefined;
  #stopping = false;

  constructor(options: EmbeddedSignallingOptions) {
    this.#options = options;
    const { clock, ids, random, log } = options;
    this.#guard = new TollFraudGuard(options.guard ?? {}, clock);
    this.#registrar = options.registrar === undefined ? undefined : new Registrar({ ...options.registrar, secretOf: (user) => options.registrar?.secretOf(user), clock });
    this.#userAgent = new UserAgent({
      listen: options.listen, clock, ids, random, log,
      product: options.product ?? 'Nailup',
      contactUser: 'nailup',
      ...(options.timers === undefined ? {} : { timers: options.timers }),
      ...(options.resolver === undefined ? {} : { resolver: options.resolver }),
      ...(options.sessionTimer === undefined ? {} : { sessionTimer: options.sessionTimer }),
      ...(options.reliableProvisionals === undefined ? {} : { reliableProvisionals: options.reliableProvisionals }),
      ...(options.udpLimitBytes === undefined ? {} : { udpLimitBytes: options.udpLimitBytes }),
      ...(options.keepAliveMs === undefined ? {} : { keepAliveMs: options.keepAliveMs }),
      methods: ['MESSAGE', ...(this.#registrar === undefined ? [] : ['REGISTER'])],
      handlers: {
        onInvite: (invite) => this.#incoming(invite),
        onRequest: (request) => this.#request(request),
        onFlowClosed: (flow) => {
          this.#registrar?.flowClosed(flow);
          this.#keepers.flowClosed(flow);
        },
        admits: (address) => this.#guard.admits(address),
        adopts: (address) => [...this.#trunks.values()].some(({ addresses }) => addresses.has(address)),
        // Our own trunks may ask as often as they like.
        screen: (request) => ([...this.#trunks.values()].some(({ addresses }) => addresses.has(request.source)) ? true : this.#guard.screen(request, this.#registrar?.knows(request.source))),
        ...(options.onWire === undefined ? {} : { onWire: options.onWire }),
      },
    });
    this.#keepers = new TrunkKeepers({ userAgent: this.#userAgent, clock, ids, onState: (trunk, up, reason) => this.#tell({ name: 'trunk.state', trunk: trunk.name, up, reason }) });
    for (const config of options.trunks ?? []) {
      const { username, password } = config;
      const digest = username === undefined || password === undefined ? undefined : this.#userAgent.digest({ username, secret: { password } });
      const trunk = new Trunk(config, clock, digest);
      this.#trunks.set(config.name, trunk);
      this.#keepers.add(trunk);
    }
  }

  /** What we are reachable as. */
  get addresses(): readonly SentBy[] {
    return this.#userAgent.addresses;
  }

  async start(listener: (event: SignallingEvent) => void): Promise<void> {
    this.#listener = listener;
    await this.#userAgent.start();
    this.#keepers.start();
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#keepers.stop();
    await this.#userAgent.stop(graceMs);
    for (const call of [...this.#calls.values()]) {
      call.finish({ name: 'call.ended', call: call.id, by: 'error', reason: { protocol: 'nailup', cause: 0, text: 'stopped' }, headers: {} });
    }
  }

  place(command: PlaceCall): Reply {
    if (this.#stopping) return refused('noresource', 'the server is stopping');
    if (this.#calls.has(command.call)) return refused('bad-argument', `call ${command.call} exists already`);
    const overTrunk = command.trunk !== undefined || !/^sips?:/i.test(command.to);
    const obstacle = !overTrunk && this.#registered(command.to) ? undefined : this.#guard.obstacle(command.to, overTrunk);
    if (obstacle !== undefined) return refused('bad-argument', obstacle);
    const straight = /^sips?:/i.test(command.to);
    if (!straight && !/^(tel:)?\+?[0-9*#A-Da-d.()-]+(;.*)?$/.test(command.to)) return refused('bad-argument', `"${command.to}" is neither a SIP or tel URI nor a number`);
    const trunks = straight && command.trunk === undefined ? [] : trunkOrder(this.#trunks.values(), command.trunk, this.#options.random);
    if (trunks.length === 0 && (!straight || command.trunk !== undefined)) {
      return refused('bad-argument', command.trunk === undefined ? 'a number needs a trunk, and none is configured' : `no trunk or group is called ${command.trunk}`);
    }
    if (trunks.length > 0) {
      const obstacles = trunks.map((trunk) => trunk.obstacle());
      if (!obstacles.includes(undefined)) return refused('noresource', obstacles[0] ?? 'no trunk');
    }
    const referrer = command.referredBy === undefined ? undefined : this.#calls.get(command.referredBy);
    const call = this.#add(command.call);
    const outgoing = new OutgoingCall({
      userAgent: this.#userAgent, call, command, trunks, failures: this.#options.failures,
      device: this.#registered(command.to) ? this.#device(command.to) : undefined,
      now: () => this.#options.clock.monotonic(),
      onStatus: (status) => referrer?.notifyRefer(status),
      redirects: this.#redirects,
      obstacle: (uri, over) => this.#guard.obstacle(uri, over),
    });
    this.#releases.set(call, outgoing);
    outgoing.start();
    return accepted;
  }

  progress(command: { call: CallId; status: 180 | 181 | 182 | 183; sdp?: string; headers?: SipHeaders }): Reply {
    return this.#with(command.call, (call) => call.progress(command.status, command.sdp, command.headers));
  }

  answer(command: { call: CallId; sdp: string; headers?: SipHeaders }): Reply {
    return this.#with(command.call, (call) => call.answer(command.sdp, command.headers));
  }

  reject(command: { call: CallId; status: number; reason?: string; headers?: SipHeaders }): Reply {
    return this.#with(command.call, (call) => call.reject(command.status, command.reason, command.headers));
  }

  redirect(command: { call: CallId; target: string; headers?: SipHeaders }): Reply {
    return this.#with(command.call, (call) => call.redirect(command.target, command.headers));
  }

  hangUp(command: { call: CallId; reason?: SipReason; headers?: SipHeaders }): Reply {
    return this.#with(command.call, (call) => call.hangUp(command.reason, command.headers));
  }

  renegotiate(command: { call: CallId; sdp: string }): Reply {
    return this.#with(command.call, (call) => call.renegotiate(command.sdp));
  }

  answerOffer(command: { call: CallId; sdp?: string }): Reply {
    return this.#with(command.call, (call) => call.answerOffer(command.sdp));
  }

  info(command: { call: CallId; contentType: string; body: string }): Reply {
    return this.#with(command.call, (call) => call.info(command.contentType, command.body));
  }

  message(command: { call: CallId; contentType: string; body: string }): Reply {
    return this.#with(command.call, (call) => call.message(command.contentType, command.body));
  }

  transfer(command: { call: CallId; target: string; replaces?: CallId }): Reply {
    return this.#with(command.call, (call) => {
      if (command.replaces === undefined) return call.transfer(command.target, undefined);
      const dialog = this.#calls.get(command.replaces)?.session?.dialog;
      if (dialog === undefined) return refused('unknown-id', `call ${command.replaces} has no dialog`);
      // Seen from the far end that is to be called: its own tag is the To tag (RFC 3891 §3).
      return call.transfer(command.target, { callId: dialog.callId, toTag: dialog.remoteTag, fromTag: dialog.localTag });
    });
  }

  endOrphan(command: EndOrphan): Reply {
    const { call, identity, to, trunk: wanted, dialog } = command;
    const tell = (outcome: SignallingEventMap['orphan.ended']['outcome']): void => this.#tell({ name: 'orphan.ended', call, outcome });
    const trunks = wanted === undefined && /^sips?:/i.test(to) ? [undefined] : [...this.#trunks.values()].filter(({ name, config }) => wanted === undefined || name === wanted || config.group === wanted);
    const [first] = trunks;
    if (trunks.length === 0) return refused('bad-argument', `no trunk or group is called ${wanted ?? ''}`);
    if (dialog !== undefined) {
      this.#userAgent.endOrphanedDialog({ ...dialog, digest: first?.digest }, (status) => tell(status === undefined ? 'unknown' : status === 481 ? 'none' : 'ended'));
      return accepted;
    }
    const device = this.#registered(to) ? this.#device(to) : undefined;
    if (device === null) {
      queueMicrotask(() => tell('unknown'));
      return accepted;
    }
    let left = trunks.length;
    const outcomes = new Set<string>();
    for (const trunk of trunks) {
      this.#userAgent.endOrphan({
        ...callAddresses(command, trunk, this.#userAgent), identity: identityOver(identity, trunk), sequences: this.#sequences(trunk),
        ...(trunk === undefined ? {} : { digest: trunk.digest, proxy: trunk.proxy }),
        ...deviceRoute(device),
      }, (outcome) => {
        outcomes.add(outcome);
        left -= 1;
        if (left === 0) tell(outcomes.has('unknown') ? 'unknown' : outcomes.has('ended') ? 'ended' : 'none');
      });
    }
    return accepted;
  }

  trunkRoom(trunk: string): { lines: number; invites: number } | undefined {
    const rooms = [...this.#trunks.values()].filter(({ name, config }) => name === trunk || config.group === trunk).map((one) => one.room());
    return rooms.length === 0 ? undefined : rooms.reduce((sum, room) => ({ lines: sum.lines + room.lines, invites: sum.invites + room.invites }));
  }

  stats(): SignallingStats {
    const { dialogs, transactions, timers, connections, counters, transports } = this.#userAgent.stats();
    const all: Record<string, number> = { ...counters, connections };
    for (const [address, numbers] of Object.entries(transports)) for (const [name, n] of Object.entries(numbers)) all[`${address}.${name}`] = n as number;
    for (const trunk of this.#trunks.values()) for (const [name, n] of Object.entries(trunk.counters)) all[`trunk.${trunk.name}.${name}`] = n;
    return { openCalls: this.#calls.size, openDialogs: dialogs, openTransactions: transactions, openTimers: timers, counters: all };
  }

  /** CSeq numbers that an INVITE of an earlier process may have had. */
  #sequences(trunk: Trunk | undefined): number[] {
    return Array.from({ length: 1 + this.#redirects.max }, (_, attempt) => sequenceOf(attempt)).flatMap((first) => (trunk?.digest === undefined ? [first] : [first, first + 1]));
  }

  get #redirects(): RedirectPolicy {
    return this.#options.redirects ?? defaultRedirects;
  }

  readonly #releases = new Map<EmbeddedCall, OutgoingCall>();

  #add(id: CallId): EmbeddedCall {
    const call = new EmbeddedCall(id, (event) => this.#tell(event), (over) => {
      this.#calls.delete(over.id);
      this.#releases.get(over)?.release();
      this.#releases.delete(over);
    });
    this.#calls.set(id, call);
    return call;
  }

  #with(id: CallId, act: (call: EmbeddedCall) => Reply): Reply {
    const call = this.#calls.get(id);
    return call === undefined ? refused('unknown-id', `no call ${id}; it may have just ended`) : act(call);
  }

  /** Whether the URI names a user of our own registrar. */
  #registered(to: string): boolean {
    const uri = parseSipUri(to);
    const realm = this.#options.registrar?.realm.toLowerCase();
    return realm !== undefined && uri?.user !== undefined && uri.host === realm;
  }

  /** The best device of a registered user; null when none is registered now. */
  #device(to: string): Binding | null {
    return this.#registrar?.lookup(parseSipUri(to)?.user ?? '')[0] ?? null;
  }

  /** A request outside any call. */
  #request(request: ServerRequest): void {
    if (request.method === 'REGISTER' && this.#registrar !== undefined) return this.#registrar.receive(request);
    // MESSAGE: texts belong to calls here, and what nobody reads must not be confirmed (RFC 3428 §7)
    request.respond(403);
  }

  #incoming(invite: ServerInvite): void {
    const { request } = invite;
    const call = this.#add(this.#options.ids.next('call'));
    call.incoming = invite;
    call.adopt(invite.session);
    invite.handlers.onCancelled = (cancel) => call.finish({ name: 'call.failed', call: call.id, failure: 'cancelled', status: 487, reason: 'Request Terminated', headers: messageHeaders(cancel) });
    const replaced = this.#callOf(invite.replaces)?.id;
    const trunk = [...this.#trunks.values()].find(({ addresses }) => addresses.has(invite.source))?.name;
    const uui = request.get('User-to-User');
    const asserted = trunk === undefined ? undefined : request.addresses('P-Asserted-Identity')?.[0]?.uri.raw;
    const sentOn = redirections(request);
    this.#tell({
      name: 'call.incoming', call: call.id,
      from: request.from?.uri.raw ?? '', to: request.to?.uri.raw ?? '', requestUri: request.requestUri,
      headers: messageHeaders(request), source: invite.source,
      ...(request.from?.displayName === undefined ? {} : { fromDisplayName: request.from.displayName }),
      ...(invite.sdp === undefined ? {} : { sdp: invite.sdp }),
      ...(uui === undefined ? {} : { uui }),
      ...(trunk === undefined ? {} : { trunk }),
      ...(replaced === undefined ? {} : { replaces: replaced }),
      ...(asserted === undefined ? {} : { assertedIdentity: asserted }),
      ...(sentOn.length === 0 ? {} : { redirections: sentOn }),
    });
  }

  /** The call whose dialog that is, up or ringing. */
  #callOf(session: InviteSession | undefined): EmbeddedCall | undefined {
    return session === undefined ? undefined : [...this.#calls.values()].find((call) => call.session === session || call.outgoing?.invite?.owns(session) === true);
  }

  #tell(event: SignallingEvent): void {
    try {
      this.#listener?.(event);
    } catch (error) {
      this.#options.log.error({ err: error, event: event.name }, 'the listener of a signalling event threw');
    }
  }
}
