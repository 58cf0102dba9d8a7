import type { Timer } from '../../kernel/clock.ts';
import type { MalformedMessage } from '../message/malformed-message.ts';
import type { SipMessage } from '../message/sip-message.ts';
import type { Destination, Flow, SentBy, TransportCounters, TransportListener, TransportName } from './flow.ts';
import type { ListenAddress } from './listen-address.ts';
import { StreamTransport } from './stream-transport.ts';
import { UdpTransport } from './udp-transport.ts';
import { WebSocketTransport } from './websocket-transport.ts';

type Bound = UdpTransport | StreamTransport | WebSocketTransport;

export interface TransportLayerOptions {
  readonly listen: readonly ListenAddress[];
  readonly keepAliveMs?: number;
  readonly connectTimeoutMs?: number;
  readonly maxConnections?: number;
  after(delayMs: number, task: () => void): Timer;
}

/** All listening addresses together: picks the one that reaches a destination, and its flow. */
export class TransportLayer {
  readonly #transports: readonly TransportName[];
  readonly #bound: { readonly address: ListenAddress; readonly transport: Bound }[] = [];

  constructor(options: TransportLayerOptions, listener: TransportListener) {
    const guarded: TransportListener = {
      onMessage: (message: SipMessage, flow: Flow) => listener.onMessage(message, flow),
      onMalformed: (error: MalformedMessage, flow: Flow) => listener.onMalformed(error, flow),
      onClosed: (flow: Flow, error?: Error) => listener.onClosed(flow, error),
      admits: (address) => listener.admits(address),
      ...(listener.onSent === undefined ? {} : { onSent: listener.onSent.bind(listener) }),
      ...(listener.onReceived === undefined ? {} : { onReceived: listener.onReceived.bind(listener) }),
    };
    this.#transports = [...new Set(options.listen.map(({ transport }) => transport))];
    const after = (delayMs: number, task: () => void): Timer => options.after(delayMs, task);
    const maxConnections = options.maxConnections ?? 10_000;
    for (const address of options.listen) {
      this.#bound.push({ address, transport: this.#make(address, guarded, { ...options, after, maxConnections }) });
    }
  }

  #make(address: ListenAddress, listener: TransportListener, options: TransportLayerOptions & { readonly maxConnections: number }): Bound {
    const { after, maxConnections } = options;
    switch (address.transport) {
      case 'udp': return new UdpTransport(address, listener);
      case 'tcp':
      case 'tls':
        return new StreamTransport(address, listener, {
          keepAliveMs: options.keepAliveMs ?? 0, connectTimeoutMs: options.connectTimeoutMs ?? 4_000, maxConnections, after,
        });
      case 'ws':
      case 'wss': return new WebSocketTransport(address, listener, { maxConnections, maxMessageBytes: 1_048_576, after });
    }
  }

  /** Binds every address, or none: the first failure closes the others again and is thrown. */
  async start(): Promise<void> {
    try {
      for (const { transport } of this.#bound) await transport.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#bound.map(({ transport }) => transport.stop().catch(() => undefined)));
  }

  /** What we are reachable as, in the order of the listening addresses. */
  get addresses(): readonly SentBy[] {
    return this.#bound.map(({ transport }) => transport.local);
  }

  get transports(): readonly TransportName[] {
    return this.#transports;
  }

  get openConnections(): number {
    return this.#bound.reduce((sum, { transport }) => sum + (transport instanceof UdpTransport ? 0 : transport.openConnections), 0);
  }

  /** Counters by `udp:127.0.0.1:5060`. */
  get counters(): Readonly<Record<string, TransportCounters>> {
    return Object.fromEntries(this.#bound.map(({ transport }) => [`${transport.local.transport}:${transport.local.text}`, transport.counters]));
  }

  /** A way to the destination, or undefined when no listening address has its transport and address family. */
  flowTo(to: Destination): Flow | undefined {
    const ipv6 = isIpv6(to.address);
    let other: Bound | undefined;
    for (const { address, transport } of this.#bound) {
      if (address.transport !== to.transport || isIpv6(address.host) !== ipv6) continue;
      if (transport instanceof WebSocketTransport) continue; // browsers come to us
      if (transport instanceof StreamTransport) {
        const existing = transport.existing(to.address, to.port);
        if (existing !== undefined) return existing;
      }
      // Loopback speaks to loopback, the rest to the rest, so that Via and Contact name an address the peer can reach.
      if (isLoopback(address.host) === isLoopback(to.address)) return this.#open(transport, to);
      other ??= transport;
    }
    return other === undefined ? undefined : this.#open(other, to);
  }

  /** RFC 5923: the peer at the other end of this connection may be reached there under that port too. */
  alias(flow: Flow, port: number): void {
    for (const { transport } of this.#bound) if (transport instanceof StreamTransport) transport.alias(flow, port);
  }

  #open(transport: Bound, to: Destination): Flow | undefined {
    if (transport instanceof UdpTransport) return transport.flowTo(to.address, to.port);
    return transport instanceof StreamTransport ? transport.flowTo(to) : undefined;
  }
}

/** Of a literal address. */
const isIpv6 = (address: string): boolean => address.includes(':');
const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';
