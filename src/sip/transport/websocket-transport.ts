import { createServer as createHttp, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { Timer } from '../../kernel/clock.ts';
import { WebSocketServer, type WebSocket } from 'ws';
import { parseDatagram } from '../message/parse-message.ts';
import { newTransportCounters, type Flow, type SentBy, type TransportCounters, type TransportListener, type TransportName } from './flow.ts';
import { sentBy, type ListenAddress } from './listen-address.ts';

/** One WebSocket; every WebSocket message is one SIP message (RFC 7118 §5). */
class WebSocketFlow implements Flow {
  readonly transport: TransportName;
  readonly reliable = true;
  readonly local: SentBy;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #socket: WebSocket;
  readonly #counters: TransportCounters;
  readonly #listener: TransportListener;

  constructor(transport: TransportName, local: SentBy, socket: WebSocket, remote: { address: string; port: number }, counters: TransportCounters, listener: TransportListener) {
    this.transport = transport;
    this.local = local;
    this.remoteAddress = remote.address;
    this.remotePort = remote.port;
    this.#socket = socket;
    this.#counters = counters;
    this.#listener = listener;
  }

  get open(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  send(bytes: Buffer, onError?: (error: Error) => void): void {
    if (!this.open) {
      if (onError !== undefined) queueMicrotask(() => onError(new Error('WebSocket closed')));
      return;
    }
    this.#counters.messagesSent += 1;
    this.#counters.bytesSent += bytes.length;
    this.#listener.onSent?.(bytes, this);
    // Browsers' stacks expect text; a body in another charset than UTF-8 has to travel as binary (RFC 7118 §5).
    this.#socket.send(bytes, { binary: false }, (error) => {
      if (error === undefined || error === null) return;
      this.#counters.sendErrors += 1;
      onError?.(error);
    });
  }
}

/** SIP over WebSocket, server side (RFC 7118): browsers connect to us, we answer on their connection. */
export class WebSocketTransport {
  readonly counters: TransportCounters = newTransportCounters();
  readonly #address: ListenAddress;
  readonly #server: Server;
  readonly #sockets = new Set<WebSocket>();
  readonly #after: (delayMs: number, task: () => void) => Timer;
  #local: SentBy;

  constructor(address: ListenAddress, listener: TransportListener, options: { maxConnections: number; maxMessageBytes: number; after(delayMs: number, task: () => void): Timer }) {
    this.#address = address;
    this.#after = options.after.bind(options);
    this.#local = sentBy(address, address.port);
    const { tls } = address;
    this.#server = address.transport === 'wss'
      ? createHttps({
          ...(tls?.key === undefined ? {} : { key: tls.key }),
          ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
          ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
          requestCert: tls?.requireClientCertificate ?? false,
          rejectUnauthorized: tls?.requireClientCertificate ?? false,
        })
      : createHttp();
    this.#server.maxConnections = options.maxConnections;
    const sockets = new WebSocketServer({
      server: this.#server,
      maxPayload: options.maxMessageBytes,
      // RFC 7118 §4.1: the client must offer the subprotocol `sip`
      handleProtocols: (offered) => (offered.has('sip') ? 'sip' : false),
      verifyClient: (info: { req: IncomingMessage }) =>
        (info.req.headers['sec-websocket-protocol'] ?? '').split(',').some((word) => word.trim().toLowerCase() === 'sip'),
    });
    sockets.on('connection', (socket, request) => this.#accepted(socket, request, listener));
    sockets.on('error', () => void (this.counters.connectionsFailed += 1));
  }

  get local(): SentBy {
    return this.#local;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: this.#address.host, port: this.#address.port, ipv6Only: true }, () => {
        this.#server.off('error', reject);
        const bound = this.#server.address();
        this.#local = sentBy(this.#address, bound !== null && typeof bound === 'object' ? bound.port : this.#address.port);
        resolve();
      });
    });
  }

  stop(): Promise<void> {
    for (const socket of this.#sockets) socket.close(1001);
    return new Promise((resolve) => {
      const force = this.#after(200, () => {
        for (const socket of this.#sockets) socket.terminate();
        this.#server.closeAllConnections();
      });
      this.#server.close(() => {
        // Its sockets tell their own end a little later.
        const waitForOurs = (): void => {
          if (this.#sockets.size > 0) return void setImmediate(waitForOurs);
          force.cancel();
          resolve();
        };
        waitForOurs();
      });
    });
  }

  #accepted(socket: WebSocket, request: IncomingMessage, listener: TransportListener): void {
    if (!listener.admits(request.socket.remoteAddress ?? '')) return socket.terminate();
    this.counters.connectionsAccepted += 1;
    this.#sockets.add(socket);
    const flow = new WebSocketFlow(
      this.#address.transport, this.#local, socket,
      { address: request.socket.remoteAddress ?? '', port: request.socket.remotePort ?? 0 }, this.counters, listener);
    socket.on('message', (data) => {
      const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data);
      this.counters.bytesReceived += bytes.length;
      if (bytes.length <= 4) {
        this.counters.keepAlives += 1;
        if (bytes.length === 4 && flow.open) socket.send('\r\n', { binary: false }); // RFC 5626 §4.4.1 over RFC 7118 §6
        return;
      }
      this.counters.messagesReceived += 1;
      listener.onReceived?.(bytes, flow);
      // One WebSocket message is one SIP message, so it is framed like a datagram (RFC 7118 §5.2).
      const parsed = parseDatagram(bytes);
      if (parsed.ok) listener.onMessage(parsed.value, flow);
      else listener.onMalformed(parsed.error, flow);
    });
    let error: Error | undefined;
    socket.on('error', (failed) => void (error = failed));
    socket.on('close', () => {
      this.#sockets.delete(socket);
      listener.onClosed(flow, error);
    });
  }
}
