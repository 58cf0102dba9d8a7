import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIP, isIPv6 } from 'node:net';
import { addressNumber, type PacketIo, type PacketListener, type PacketSocket, type SocketPair } from './packet-io.ts';
import { PortRange } from './port-range.ts';

/** Node's own UDP: works everywhere; packets are delivered as the event loop gets them. */
export class DgramPacketIo implements PacketIo {
  readonly kind = 'dgram';
  readonly #address: string;
  readonly #range: PortRange;
  readonly #now: () => number;
  readonly #sockets = new Set<DgramSocket>();

  constructor(address: string, ports: { from: number; to: number }, now: () => number) {
    this.#address = address;
    this.#range = new PortRange(ports);
    this.#now = now;
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  openPair(_inTurn: boolean, done: (pair: SocketPair | undefined) => void): void {
    this.#tryPair(this.#range.attempts, done);
  }

  poll(): void {
    // Node delivers by itself.
  }

  read(): void {
    // The same.
  }

  flush(): void {
    // Nothing is queued.
  }

  close(): void {
    for (const socket of [...this.#sockets]) socket.close();
  }

  #tryPair(left: number, done: (pair: SocketPair | undefined) => void): void {
    if (left <= 0) return done(undefined);
    this.#bind(this.#range.next(), (rtp) => {
      if (rtp === undefined) return this.#tryPair(left - 1, done);
      if ((rtp.port & 1) === 1) {
        // The system gave an odd port: its lower neighbour may be free.
        this.#bind(rtp.port - 1, (even) => {
          if (even !== undefined) return done({ rtp: even, rtcp: rtp });
          rtp.close();
          this.#tryPair(left - 1, done);
        });
        return;
      }
      this.#bind(rtp.port + 1, (rtcp) => {
        if (rtcp !== undefined) return done({ rtp, rtcp });
        rtp.close();
        this.#tryPair(left - 1, done);
      });
    });
  }

  #bind(port: number, done: (socket: DgramSocket | undefined) => void): void {
    const type = isIPv6(this.#address) ? 'udp6' : 'udp4';
    // Destinations are literal addresses: looking one up is answering with itself, at once.
    const socket = createSocket({ type, lookup: (host, _options, callback) => callback(null, host, type === 'udp6' ? 6 : 4) });
    const failed = (): void => {
      socket.close();
      done(undefined);
    };
    socket.once('error', failed);
    socket.bind({ port, address: this.#address, exclusive: true }, () => {
      socket.off('error', failed);
      const open: DgramSocket = new DgramSocket(socket, type, this.#now, () => this.#sockets.delete(open));
      this.#sockets.add(open);
      done(open);
    });
  }
}

class DgramSocket implements PacketSocket {
  readonly port: number;
  listener: PacketListener | undefined;
  readonly #socket: Socket;
  readonly #family: 4 | 6;
  readonly #onClose: () => void;
  #closed = false;
  #toAddress = '';
  #toPort = 0;
  #source: RemoteInfo | undefined;
  #lastAddress = '';
  #lastNumber = 0;

  constructor(socket: Socket, type: 'udp4' | 'udp6', now: () => number, onClose: () => void) {
    this.#socket = socket;
    this.#family = type === 'udp6' ? 6 : 4;
    this.#onClose = onClose;
    this.port = socket.address().port;
    socket.on('error', () => undefined); // ICMP errors of a far end that is gone
    socket.on('message', (bytes, source) => {
      if (source.address !== this.#lastAddress) {
        this.#lastAddress = source.address;
        this.#lastNumber = addressNumber(source.address);
      }
      this.#source = source;
      this.listener?.packet(bytes, bytes.length, this.#lastNumber, source.port, now());
    });
  }

  sendTo(address: string, port: number): boolean {
    if (isIP(address) !== this.#family || port < 1 || port > 65_535) return false;
    this.#toAddress = address;
    this.#toPort = port;
    return true;
  }

  sendToSource(): void {
    if (this.#source === undefined) return;
    this.#toAddress = this.#source.address;
    this.#toPort = this.#source.port;
  }

  sourceAddress(): string {
    return this.#source?.address ?? '';
  }

  room(): Uint8Array {
    return room;
  }

  send(bytes: Uint8Array, length: number): boolean {
    if (this.#closed || this.#toPort === 0) return false;
    // libuv keeps a reference when it cannot send at once, so the reused buffer is copied. Without a callback nothing is queued for what is sent at once.
    this.#socket.send(Buffer.from(bytes.subarray(0, length)), this.#toPort, this.#toAddress);
    return true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.listener = undefined;
    this.#socket.close();
    this.#onClose();
  }
}

/** One for the thread: what is sent is copied. */
const room = new Uint8Array(1536);
