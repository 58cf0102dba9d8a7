import type { Timer } from '../../kernel/clock.ts';
import { DigestClient, type DigestCredentials } from '../auth/digest-client.ts';
import { HeaderStore } from '../message/header-store.ts';
import { formatNameAddr, parseNameAddr } from '../message/name-addr.ts';
import { SipRequest, type SipResponse } from '../message/sip-message.ts';
import { defaultSipTimers } from '../transaction/sip-timers.ts';
import { SipTokens } from '../transaction/sip-tokens.ts';
import { TimerWheel } from '../transaction/timer-wheel.ts';
import { TransactionLayer } from '../transaction/transaction-layer.ts';
import type { Flow, SentBy, TransportCounters } from '../transport/flow.ts';
import { hostText } from '../transport/flow.ts';
import { ServerLocator } from '../transport/server-locator.ts';
import { SipCounters } from '../transport/sip-counters.ts';
import { systemDnsResolver } from '../transport/system-dns-resolver.ts';
import { TransportLayer } from '../transport/transport-layer.ts';
import { parseSipUri, type SipUri } from '../uri/sip-uri.ts';
import { Dialog } from '../dialog/dialog.ts';
import { callIdentity } from './call-identity.ts';
import { ClientInvite, dressInvite, type ClientInviteHandlers } from './client-invite.ts';
import { ClientRequest } from './client-request.ts';
import { InviteSession } from './invite-session.ts';
import { endDialog, OrphanInvite, type OrphanOutcome } from './orphan-invite.ts';
import { RequestDispatcher } from './request-dispatcher.ts';
import { addHeaders, type HeaderLines } from './session-handlers.ts';
import type { DialogUser, StoppableCall, UserAgentContext } from './user-agent-context.ts';
import type { UserAgentOptions } from './user-agent-options.ts';

/** Somebody in From or To. `uri` is `sip:`, `sips:` or `tel:`. */
export interface Party {
  readonly uri: string;
  readonly displayName?: string | undefined;
}

export interface OutgoingRequest {
  /** Request-URI. */
  readonly target: string;
  readonly from: Party;
  /** Absent: the target. */
  readonly to?: Party;
  readonly headers?: HeaderLines;
  readonly digest?: DigestClient | undefined;
  /** Where to send instead of the target; with `;lr` it also becomes a Route (RFC 3261 §8.1.2). */
  readonly proxy?: string | undefined;
  readonly contactUser?: string | undefined;
  /** Send over this connection and no other: the one on which a device registered. */
  readonly flow?: Flow | undefined;
  /** Route values, e.g. a registered Path. */
  readonly routes?: readonly string[];
}

export interface OutgoingInvite extends OutgoingRequest {
  /** Absent: a late offer; answer the peer's offer with `acknowledge`. */
  readonly sdp?: string | undefined;
  /** From now to a final response; 0 or absent: none. */
  readonly timeoutMs?: number;
  /** A token from which Call-ID, From tag and branch follow (`callIdentity`), so that the call can be ended by a later process. */
  readonly identity?: string | undefined;
  /** CSeq number of the INVITE; another attempt with the same identity needs a higher one. Default 1. */
  readonly sequence?: number;
}

/** A call that a process of ours placed before it died: addressed as the INVITE was. */
export interface OrphanedInvite extends OutgoingRequest {
  readonly identity: string;
  /** CSeq numbers that its INVITE may have had: 1, and 2 where digest is in use. */
  readonly sequences: readonly number[];
}

/** An answered call that a process of ours held before it died. */
export interface OrphanedDialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly remoteTarget: string;
  /** From and To without tags, as header values; absent: the targets' own. */
  readonly localParty?: string | undefined;
  readonly remoteParty?: string | undefined;
  readonly routeSet?: readonly string[] | undefined;
  readonly digest?: DigestClient | undefined;
}

export interface UserAgentStats {
  /** Calls that ring, are up or are ending. */
  readonly calls: number;
  readonly dialogs: number;
  readonly transactions: number;
  readonly timers: number;
  readonly connections: number;
  readonly counters: Readonly<Record<string, number>>;
  readonly transports: Readonly<Record<string, TransportCounters>>;
}

/**
 * A SIP user agent: client and server of calls over several listening addresses. It knows SIP alone; SDP passes through as
 * text. Everything happens on the event loop's thread, in callbacks; nothing is a promise but `start` and `stop`.
 */
export class UserAgent {
  readonly #options: UserAgentOptions;
  readonly #context: UserAgentContext;
  readonly #transport: TransportLayer;
  readonly #transactions: TransactionLayer;
  readonly #wheel: TimerWheel;
  readonly #counters = new SipCounters();
  readonly #dialogs = new Map<string, DialogUser>();
  readonly #calls = new Set<StoppableCall>();
  readonly #dispatcher: RequestDispatcher;
  #onIdle: (() => void) | undefined;

  constructor(options: UserAgentOptions) {
    this.#options = options;
    const { clock, ids, random, log, handlers } = options;
    this.#wheel = new TimerWheel(clock, { granuleMs: options.timerGranuleMs ?? 10 });
    const timers = { ...defaultSipTimers, ...options.timers };
    const tokens = new SipTokens(ids);
    const after = (delayMs: number, task: () => void): Timer => this.#wheel.after(delayMs, task);
    this.#transactions = new TransactionLayer({
      wheel: this.#wheel, timers, counters: this.#counters, tokens,
      core: {
        onRequest: (transaction) => this.#dispatcher.receive(transaction),
        onAck: (ack) => this.#dispatcher.receiveAck(ack),
      },
    });
    this.#transport = new TransportLayer({
      listen: options.listen, after,
      ...(options.keepAliveMs === undefined ? {} : { keepAliveMs: options.keepAliveMs }),
      ...(options.connectTimeoutMs === undefined ? {} : { connectTimeoutMs: options.connectTimeoutMs }),
    }, {
      onMessage: (message, flow) => this.#guard(() => this.#dispatcher.receiveMessage(message, flow)),
      onMalformed: (error, flow) => this.#guard(() => this.#dispatcher.receiveMalformed(error, flow)),
      onClosed: (flow) => this.#guard(() => {
        this.#transactions.flowClosed(flow);
        handlers.onFlowClosed?.(flow);
      }),
      admits: (address) => handlers.admits?.(address) ?? true,
      ...(handlers.onWire === undefined ? {} : {
        onSent: (bytes: Buffer, flow: Flow) => handlers.onWire?.('out', bytes, flow),
        onReceived: (bytes: Buffer, flow: Flow) => handlers.onWire?.('in', bytes, flow),
      }),
    });
    const reliableProvisionals = options.reliableProvisionals ?? true;
    const methods = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'PRACK', 'UPDATE', 'INFO', 'REFER', 'NOTIFY', ...(options.methods ?? [])];
    const always = ['timer', 'replaces'];
    const supportedTags = [...always, ...(reliableProvisionals ? ['100rel'] : [])];
    this.#context = {
      wheel: this.#wheel, timers, tokens, ids, random, log, after,
      counters: this.#counters,
      transactions: this.#transactions,
      transport: this.#transport,
      locator: new ServerLocator({ resolver: options.resolver ?? systemDnsResolver, random, transports: () => this.#transport.transports }),
      settings: {
        product: options.product,
        contactUser: options.contactUser ?? '',
        allow: methods.join(', '),
        supported: supportedTags.join(', '),
        supportedUnreliably: always.join(', '),
        supportedTags: new Set(supportedTags),
        reliableProvisionals,
        sessionIntervalSeconds: options.sessionTimer?.intervalSeconds ?? 1_800,
        sessionMinimumSeconds: options.sessionTimer?.minimumSeconds ?? 90,
        tryingAtOnce: options.tryingAtOnce ?? false,
        udpLimitBytes: options.udpLimitBytes ?? 1_300,
      },
      contact: (flow, user) => this.#contact(flow, user),
      addDialog: (key, user) => void this.#dialogs.set(key, user),
      removeDialog: (key) => void this.#dialogs.delete(key),
      findDialog: (key) => this.#dialogs.get(key),
      sessionOf: (key) => {
        const user = this.#dialogs.get(key);
        return user instanceof InviteSession ? user : undefined;
      },
      addCall: (call) => void this.#calls.add(call),
      removeCall: (call) => {
        this.#calls.delete(call);
        if (this.#calls.size === 0) this.#onIdle?.();
      },
      decorate: (response) => this.#decorate(response),
    };
    this.#dispatcher = new RequestDispatcher(this.#context, options);
  }

  /** Binds every listening address; rejects with the system's error when one is not to be had. */
  start(): Promise<void> {
    return this.#transport.start();
  }

  /**
   * Refuses new calls, ends the open ones (CANCEL, 503, BYE), waits at most `graceMs` for that, then forgets what is left and
   * closes the transports. No transaction, dialog, timer or connection is open afterwards.
   */
  async stop(graceMs = 2_000): Promise<void> {
    this.#dispatcher.close();
    for (const call of [...this.#calls]) call.end();
    if (this.#calls.size > 0 && graceMs > 0) {
      await new Promise<void>((resolve) => {
        const limit = this.#options.clock.after(graceMs, resolve);
        this.#onIdle = () => {
          limit.cancel();
          resolve();
        };
      });
      this.#onIdle = undefined;
    }
    for (const call of [...this.#calls]) call.drop();
    this.#calls.clear();
    this.#dialogs.clear();
    this.#transactions.abandonAll();
    await this.#transport.stop();
    this.#transactions.abandonAll();
  }

  /** What we are reachable as, in the order of the listening addresses. */
  get addresses(): readonly SentBy[] {
    return this.#transport.addresses;
  }

  /** Makes a call. The outcome comes through the handlers, never before this returns. */
  invite(options: OutgoingInvite, handlers: ClientInviteHandlers): ClientInvite {
    const { request, nextHop } = this.#request('INVITE', options);
    dressInvite(this.#context, request, options.sdp, options.headers);
    return new ClientInvite(this.#context, {
      request, nextHop, branch: options.identity === undefined ? undefined : callIdentity(options.identity).branch, sdp: options.sdp, digest: options.digest, contactUser: options.contactUser, timeoutMs: options.timeoutMs ?? 0, flow: options.flow,
    }, handlers).start();
  }

  /** Ends a call that an earlier process placed and that may ring, be answered just now, or be up. `done` comes once. */
  endOrphan(options: OrphanedInvite, done: (outcome: OrphanOutcome) => void): void {
    const { request, nextHop } = this.#request('INVITE', options);
    const { branch } = callIdentity(options.identity);
    const outcomes: OrphanOutcome[] = [];
    const settle = (outcome: OrphanOutcome): void => {
      outcomes.push(outcome);
      if (outcomes.length === options.sequences.length) done(outcomes.includes('unknown') ? 'unknown' : outcomes.includes('ended') ? 'ended' : 'none');
    };
    const begin = (flow: Flow | undefined): void => {
      for (const sequence of options.sequences) {
        if (flow === undefined) {
          queueMicrotask(() => settle('unknown'));
          continue;
        }
        const invite = request.clone();
        invite.set('CSeq', `${sequence} INVITE`);
        new OrphanInvite(this.#context, { invite, branch: branch(sequence), flow, nextHop, digest: options.digest }, settle).cancel();
      }
    };
    if (options.flow !== undefined) return begin(options.flow.open ? options.flow : undefined);
    if (nextHop === undefined) return begin(undefined);
    this.#context.locator.locate(nextHop, ([first]) => begin(first === undefined ? undefined : this.#context.transport.flowTo(first)));
  }

  /** BYE in the dialog of an earlier process. `done` gets the final status, 408 or 481 among them; undefined when there was none. */
  endOrphanedDialog(given: OrphanedDialog, done: (status: number | undefined) => void): void {
    const { callId, localTag, remoteTag, remoteTarget } = given;
    const dialog = new Dialog({
      callId, localTag, remoteTag, remoteTarget, routeSet: given.routeSet ?? [], localSequence: 0, remoteSequence: undefined,
      localParty: `${given.localParty ?? '<sip:anonymous@anonymous.invalid>'};tag=${localTag}`,
      remoteParty: `${given.remoteParty ?? `<${remoteTarget}>`}${remoteTag === '' ? '' : `;tag=${remoteTag}`}`,
    });
    endDialog(this.#context, dialog, { nextHop: dialog.nextHop(), digest: given.digest }, done);
  }

  /** Sends a request outside any dialog (OPTIONS, REGISTER, MESSAGE …); `done` gets the final response, or none. */
  request(
    method: string, options: OutgoingRequest & { readonly body?: string; readonly contentType?: string; readonly callId?: string; readonly sequence?: number; readonly withContact?: boolean; readonly contactParams?: string },
    done: (outcome: { readonly status: number; readonly response: SipResponse | undefined; readonly flow: Flow | undefined }) => void,
  ): void {
    const { request, nextHop } = this.#request(method, options);
    let sequence = options.sequence ?? 1;
    if (this.#context.settings.product !== undefined) request.append('User-Agent', this.#context.settings.product);
    addHeaders(request, options.headers);
    if (options.body !== undefined) request.setBody(options.body, options.contentType ?? 'text/plain');
    const sender: ClientRequest = new ClientRequest(this.#context, request, {
      nextHop, digest: options.digest, flow: options.flow, onlyFlow: options.flow !== undefined,
      nextSequence: () => ++sequence,
      prepare: (sent, flow) => {
        if (options.withContact === true) sent.set('Contact', this.#contact(flow, options.contactUser) + (options.contactParams ?? ''));
      },
    }, {
      onResponse: (response) => {
        if (response.status >= 200) done({ status: response.status, response, flow: sender.flow });
      },
      onFailure: (failure) => done({ status: failure === 'timeout' ? 408 : 503, response: undefined, flow: undefined }),
    });
    sender.start();
  }

  /** Answers challenges with the same credentials whatever the realm; keep one per peer, so that its nonce is used again. */
  digest(credentials: DigestCredentials | ((realm: string) => DigestCredentials | undefined)): DigestClient {
    return new DigestClient(typeof credentials === 'function' ? credentials : () => credentials, this.#options.ids);
  }

  stats(): UserAgentStats {
    return {
      calls: this.#calls.size,
      dialogs: this.#dialogs.size,
      transactions: this.#transactions.size,
      timers: this.#wheel.size,
      connections: this.#transport.openConnections,
      counters: this.#counters.snapshot(),
      transports: this.#transport.counters,
    };
  }

  #request(
    method: string, options: OutgoingRequest & { readonly callId?: string; readonly sequence?: number; readonly identity?: string | undefined },
  ): { request: SipRequest; nextHop: SipUri | undefined } {
    const { tokens } = this.#context;
    const known = options.identity === undefined ? undefined : callIdentity(options.identity);
    const request = new SipRequest(method, options.target, { headers: new HeaderStore() });
    const proxy = options.proxy === undefined ? undefined : parseSipUri(options.proxy);
    if (proxy?.lr === true) request.append('Route', `<${proxy.raw}>`);
    for (const route of options.routes ?? []) request.append('Route', route);
    const firstRoute = options.routes?.[0] === undefined ? undefined : parseNameAddr(options.routes[0])?.uri;
    request.append('Max-Forwards', '70');
    request.append('From', `${formatNameAddr(options.from)};tag=${known?.tag ?? tokens.tag()}`);
    request.append('To', formatNameAddr(options.to ?? { uri: options.target }));
    request.append('Call-ID', known?.callId ?? options.callId ?? tokens.callId());
    request.append('CSeq', `${options.sequence ?? 1} ${method}`);
    return { request, nextHop: proxy ?? (firstRoute?.kind === 'sip' ? firstRoute : parseSipUri(options.target)) };
  }

  #contact(flow: Flow, user: string | undefined): string {
    const name = user ?? this.#context.settings.contactUser;
    const { host, port } = flow.local;
    const transport = flow.transport === 'udp' ? '' : `;transport=${flow.transport}`;
    return `<sip:${name === '' ? '' : `${name}@`}${hostText(host)}:${port}${transport}>`;
  }

  #decorate(response: SipResponse): SipResponse {
    if (this.#context.settings.product !== undefined) response.append('Server', this.#context.settings.product);
    return response;
  }

  /** A handler that throws is a bug: it costs the message at hand, not the server. */
  #guard(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#counters.event('bug');
      this.#context.log.error({ err: error }, 'a handler threw while a SIP message was taken');
    }
  }
}
