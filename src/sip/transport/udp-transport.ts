import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { parseDatagram } from '../message/parse-message.ts';
import { newTransportCounters, type Flow, type SentBy, type TransportCounters, type TransportListener, type TransportName } from './flow.ts';
import { markServiceClass } from './service-class.ts';
import { sentBy, type ListenAddress } from './listen-address.ts';

/** The address of one peer behind our datagram socket. */
class UdpFlow implements Flow {
  readonly transport: TransportName = 'udp';
  readonly reliable = false;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #owner: UdpTransport;

  constructor(owner: UdpTransport, remoteAddress: string, remotePort: number) {
    this.#owner = owner;
    this.remoteAddress = remoteAddress;
    this.remotePort = remotePort;
  }

  get local(): SentBy {
    return this.#owner.local;
  }

  get open(): boolean {
    return this.#owner.open;
  }

  atPort(port: number): Flow {
    return new UdpFlow(this.#owner, this.remoteAddress, port);
  }

  send(bytes: Buffer, onError?: (error: Error) => void): void {
    this.#owner.sendTo(bytes, this, onError);
  }
}

type Lookup = (hostname: string, options: unknown, callback: (error: Error | null, address: string, family: number) => void) => void;
// dgram resolves every address, also a literal one; these answer at once.
const literal4: Lookup = (hostname, _options, callback) => callback(null, hostname, 4);
const literal6: Lookup = (hostname, _options, callback) => callback(null, hostname, 6);

/** SIP over UDP on one address (RFC 3261 §18). */
export class UdpTransport {
  readonly counters: TransportCounters = newTransportCounters();
  readonly #address: ListenAddress;
  readonly #listener: TransportListener;
  readonly #socket: Socket;
  #local: SentBy;
  #open = false;

  constructor(address: ListenAddress, listener: TransportListener) {
    this.#address = address;
    this.#listener = listener;
    this.#local = sentBy(address, address.port);
    this.#socket = createSocket({
      type: isIPv6(address.host) ? 'udp6' : 'udp4',
      ipv6Only: isIPv6(address.host),
      lookup: isIPv6(address.host) ? literal6 : literal4,
      recvBufferSize: 4 * 1024 * 1024,
      sendBufferSize: 1024 * 1024,
    });
  }

  get local(): SentBy {
    return this.#local;
  }

  get open(): boolean {
    return this.#open;
  }

  /** Resolves once bound; rejects when the address is not to be had (EADDRINUSE, EADDRNOTAVAIL). */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = this.#socket;
      socket.once('error', reject);
      socket.bind({ address: this.#address.host, port: this.#address.port }, () => {
        socket.off('error', reject);
        socket.on('error', () => void (this.counters.sendErrors += 1));
        this.#local = sentBy(this.#address, socket.address().port);
        this.#open = true;
        if (this.#address.dscp !== undefined) markServiceClass(socket, isIPv6(this.#address.host) ? 'ipv6' : 'ipv4', this.#address.dscp);
        resolve();
      });
      socket.on('message', (bytes: Buffer, from: RemoteInfo) => this.#received(bytes, from));
    });
  }

  stop(): Promise<void> {
    if (!this.#open) return Promise.resolve();
    this.#open = false;
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  flowTo(remoteAddress: string, remotePort: number): Flow {
    return new UdpFlow(this, remoteAddress, remotePort);
  }

  sendTo(bytes: Buffer, flow: Flow, onError?: (error: Error) => void): void {
    const { remoteAddress: address, remotePort: port } = flow;
    if (!this.#open) {
      if (onError !== undefined) queueMicrotask(() => onError(new Error('socket closed')));
      return;
    }
    this.counters.messagesSent += 1;
    this.counters.bytesSent += bytes.length;
    this.#listener.onSent?.(bytes, flow);
    try {
      if (onError === undefined) this.#socket.send(bytes, port, address);
      else this.#socket.send(bytes, port, address, (error) => {
        if (error === null) return;
        this.counters.sendErrors += 1;
        onError(error);
      });
    } catch (error) {
      // An address of the wrong family, or a port out of range: dgram throws.
      this.counters.sendErrors += 1;
      if (onError !== undefined) queueMicrotask(() => onError(error as Error));
    }
  }

  #received(bytes: Buffer, from: RemoteInfo): void {
    this.counters.bytesReceived += bytes.length;
    if (bytes.length <= 4) {
      // CRLF and NUL keep-alives (RFC 5626 §4.4.1 and what NATs' clients send in its stead)
      this.counters.keepAlives += 1;
      return;
    }
    this.counters.messagesReceived += 1;
    if (!this.#listener.admits(from.address)) return;
    const flow = new UdpFlow(this, from.address, from.port);
    this.#listener.onReceived?.(bytes, flow);
    const parsed = parseDatagram(bytes);
    if (parsed.ok) this.#listener.onMessage(parsed.value, flow);
    else this.#listener.onMalformed(parsed.error, flow);
  }
}
