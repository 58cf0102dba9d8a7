import { connect as connectTcp, createServer as createTcpServer, isIP, isIPv6, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { Timer } from '../../kernel/clock.ts';
import { newTransportCounters, type Destination, type Flow, type SentBy, type TransportCounters, type TransportListener } from './flow.ts';
import { sentBy, type ListenAddress } from './listen-address.ts';
import { markServiceClass } from './service-class.ts';
import { StreamConnection } from './stream-connection.ts';

export interface StreamOptions {
  /** CRLF keep-alive interval on connections that we opened; 0 switches it off. */
  readonly keepAliveMs: number;
  readonly connectTimeoutMs: number;
  /** Connections from outside above this number are refused. */
  readonly maxConnections: number;
  after(delayMs: number, task: () => void): Timer;
}

/** SIP over TCP or TLS on one address: accepts connections, opens them, and reuses both (RFC 3261 §18, RFC 5923). */
export class StreamTransport {
  readonly counters: TransportCounters = newTransportCounters();
  readonly #address: ListenAddress;
  readonly #listener: TransportListener;
  readonly #options: StreamOptions;
  readonly #server: Server;
  readonly #connections = new Set<StreamConnection>();
  /** `address|port` → the connection that reaches it. */
  readonly #byRemote = new Map<string, StreamConnection>();
  #local: SentBy;
  #open = false;

  constructor(address: ListenAddress, listener: TransportListener, options: StreamOptions) {
    this.#address = address;
    this.#listener = listener;
    this.#options = options;
    this.#local = sentBy(address, address.port);
    const { tls } = address;
    this.#server = address.transport === 'tls'
      ? createTlsServer({
          ...(tls?.key === undefined ? {} : { key: tls.key }),
          ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
          ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
          requestCert: tls?.requireClientCertificate ?? false,
          rejectUnauthorized: tls?.requireClientCertificate ?? false,
        }, (socket) => this.#accepted(socket))
      : createTcpServer({ allowHalfOpen: true }, (socket) => this.#accepted(socket));
    this.#server.maxConnections = options.maxConnections;
    this.#server.on('tlsClientError', () => void (this.counters.connectionsFailed += 1));
  }

  get local(): SentBy {
    return this.#local;
  }

  get openConnections(): number {
    return this.#connections.size;
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: this.#address.host, port: this.#address.port, ipv6Only: true }, () => {
        this.#server.off('error', reject);
        this.#server.on('error', () => void (this.counters.connectionsFailed += 1));
        const bound = this.#server.address();
        this.#local = sentBy(this.#address, bound !== null && typeof bound === 'object' ? bound.port : this.#address.port);
        this.#open = true;
        resolve();
      });
    });
  }

  stop(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    if (!this.#open) return Promise.resolve();
    this.#open = false;
    return new Promise((resolve) => {
      const force = this.#options.after(200, () => {
        for (const connection of this.#connections) connection.destroy();
      });
      this.#server.close(() => {
        const waitForOurs = (): void => {
          if (this.#connections.size === 0) {
            force.cancel();
            resolve();
          } else setImmediate(waitForOurs);
        };
        waitForOurs();
      });
    });
  }

  /** The connection that reaches the address, opened when there is none yet. */
  flowTo(to: Destination): Flow {
    const known = this.existing(to.address, to.port);
    if (known !== undefined) return known;
    return this.#connect(to);
  }

  existing(address: string, port: number): StreamConnection | undefined {
    const known = this.#byRemote.get(`${address}|${port}`);
    return known !== undefined && known.open ? known : undefined;
  }

  /** RFC 5923 §5: a peer that sent `;alias` in its Via may be reached at that port over the connection it opened. */
  alias(flow: Flow, port: number): void {
    if (flow instanceof StreamConnection && this.#connections.has(flow)) this.#byRemote.set(`${flow.remoteAddress}|${port}`, flow);
  }

  #accepted(socket: Socket): void {
    if (!this.#listener.admits(plainAddress(socket.remoteAddress ?? ''))) return void socket.destroy();
    this.counters.connectionsAccepted += 1;
    const names = (socket as TLSSocket).authorized === true ? certificateNames(socket as TLSSocket) : undefined;
    const connection = this.#adopt(socket, true, plainAddress(socket.remoteAddress ?? ''), socket.remotePort ?? 0);
    if (names !== undefined) Object.assign(connection, { peerNames: names });
  }

  #connect(to: Destination): StreamConnection {
    const { tls } = this.#address;
    const socket: Socket = to.transport === 'tls'
      ? connectTls({
          host: to.address,
          port: to.port,
          ...(to.serverName === undefined || isIP(to.serverName) !== 0 ? {} : { servername: to.serverName }),
          ...(tls?.key === undefined ? {} : { key: tls.key }),
          ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
          ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
          rejectUnauthorized: tls?.verifyServer ?? true,
        })
      : connectTcp({ host: to.address, port: to.port, allowHalfOpen: true });
    const connection = this.#adopt(socket, false, to.address, to.port);
    const timeout = this.#options.after(this.#options.connectTimeoutMs, () => connection.fail(new Error('connect timed out')));
    socket.once(to.transport === 'tls' ? 'secureConnect' : 'connect', () => {
      timeout.cancel();
      this.counters.connectionsOpened += 1;
      connection.established();
      if (this.#options.keepAliveMs > 0) this.#keepAlive(connection);
    });
    socket.once('close', () => timeout.cancel());
    socket.once('error', () => void (this.counters.connectionsFailed += 1));
    return connection;
  }

  #keepAlive(connection: StreamConnection): void {
    if (!connection.open || !this.#open) return;
    const timer = this.#options.after(this.#options.keepAliveMs, () => {
      this.#keepAlives.delete(connection);
      if (!connection.open) return;
      connection.ping();
      this.#keepAlive(connection);
    });
    this.#keepAlives.set(connection, timer);
  }

  readonly #keepAlives = new Map<StreamConnection, Timer>();

  #adopt(socket: Socket, ready: boolean, remoteAddress: string, remotePort: number): StreamConnection {
    if (ready) this.#mark(socket);
    else socket.once('connect', () => this.#mark(socket));
    const connection = new StreamConnection({
      transport: this.#address.transport, local: this.#local, socket, ready, remoteAddress, remotePort,
      counters: this.counters, listener: this.#listener, onClosed: (closed) => this.#forget(closed),
    });
    this.#connections.add(connection);
    this.#byRemote.set(`${remoteAddress}|${remotePort}`, connection);
    return connection;
  }

  #mark(socket: Socket): void {
    if (this.#address.dscp !== undefined) markServiceClass(socket, isIPv6(this.#address.host) ? 'ipv6' : 'ipv4', this.#address.dscp);
  }

  #forget(connection: StreamConnection): void {
    this.#connections.delete(connection);
    this.#keepAlives.get(connection)?.cancel();
    this.#keepAlives.delete(connection);
    for (const [remote, known] of this.#byRemote) if (known === connection) this.#byRemote.delete(remote);
  }
}

/** `::ffff:192.0.2.1` → `192.0.2.1`. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

function certificateNames(socket: TLSSocket): readonly string[] {
  const certificate = socket.getPeerCertificate();
  const alternatives = (certificate.subjectaltname ?? '').split(', ').map((name) => name.replace(/^[A-Za-z ]+:/, ''));
  const common = certificate.subject?.CN;
  return [...(typeof common === 'string' ? [common] : []), ...alternatives.filter((name) => name !== '')];
}
