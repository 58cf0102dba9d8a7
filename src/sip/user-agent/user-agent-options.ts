import type { Clock } from '../../kernel/clock.ts';
import type { IdSource } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Random } from '../../kernel/random.ts';
import type { SipTimers } from '../transaction/sip-timers.ts';
import type { Flow } from '../transport/flow.ts';
import type { ListenAddress } from '../transport/listen-address.ts';
import type { DnsResolver } from '../transport/server-locator.ts';
import type { ServerInvite } from './server-invite.ts';
import type { ServerRequest } from './server-request.ts';

export interface UserAgentOptions {
  readonly listen: readonly ListenAddress[];
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: IdSource;
  readonly log: Logger;
  readonly timers?: Partial<SipTimers>;
  /** Absent: the machine's resolver. */
  readonly resolver?: DnsResolver;
  /** User-Agent and Server header. */
  readonly product?: string;
  /** User part of our Contact. */
  readonly contactUser?: string;
  /** Session timers (RFC 4028), seconds; `interval` 0 switches our own asking off. Default 1,800 and 90. */
  readonly sessionTimer?: { readonly intervalSeconds: number; readonly minimumSeconds: number };
  /** Reliable provisional responses (RFC 3262): announced in Supported, and used as a server when the peer supports them. Default true. */
  readonly reliableProvisionals?: boolean;
  /** Send 100 at once to every INVITE. Default false: the first response follows at once anyway, else 100 goes out after 150 ms. */
  readonly tryingAtOnce?: boolean;
  /** Requests over UDP above this size go over TCP where a TCP address is listened on (RFC 3261 §18.1.1). Default 1,300; 0 never. */
  readonly udpLimitBytes?: number;
  /** CRLF keep-alive on connections that we opened, milliseconds; default 0, off. */
  readonly keepAliveMs?: number;
  readonly connectTimeoutMs?: number;
  /** Further methods for Allow that `onRequest` takes. */
  readonly methods?: readonly string[];
  /** Granule of the timer wheel, milliseconds. Default 10. */
  readonly timerGranuleMs?: number;
  readonly handlers: UserAgentHandlers;
}

/** What the user agent asks of its owner. */
export interface UserAgentHandlers {
  /** A new call towards us. Absent: 480. */
  onInvite?(invite: ServerInvite): void;
  /** Any other request outside a dialog that names a method of `methods` (MESSAGE, REGISTER, …). */
  onRequest?(request: ServerRequest): void;
  /** A TCP, TLS or WebSocket connection ended. */
  onFlowClosed?(flow: Flow): void;
  /** Asked before a message is parsed; false drops it. Must be cheap. */
  admits?(remoteAddress: string): boolean;
  /** Whether a request may go on; a status answers it, `drop` says nothing at all. Called once per new transaction. */
  screen?(request: { readonly method: string; readonly userAgent: string | undefined; readonly source: string; readonly toUser: string | undefined }): true | number | 'drop';
  /** Whether a 2xx from there to an INVITE of an earlier process of ours is acknowledged and ended. Absent: never. */
  adopts?(remoteAddress: string): boolean;
  /** Every message as it crosses the wire, for a trace. */
  onWire?(direction: 'in' | 'out', bytes: Buffer, flow: Flow): void;
}
