import { isIP, isIPv6 } from 'node:net';
import { addressNumber, type PacketIo, type PacketListener, type PacketSocket, type SocketPair } from './packet-io.ts';
import { PortRange } from './port-range.ts';
import type { Libc } from './libc.ts';
import { Readiness } from './readiness.ts';
import { ReceiveBatch } from './receive-batch.ts';
import { readSocketAddress, socketAddressBytes, writeSocketAddress } from './socket-address.ts';

const af = { inet: 2, inet6: 10 } as const;
const sockDgram = 2 | 0o4000 | 0o2000000; // SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC
const msgDontwait = 0x40;
const option = { socket: 1, receiveBuffer: 8, timestampNs: 35, ip: 0, tos: 1, ipv6: 41, trafficClass: 67 } as const;
/** Rounds of a full batch that one socket may take in a tick: a flood on one leg must not hold up the others. */
const maxRounds = 2;
const receiveBufferBytes = 65_536;

/** The system's own calls through koffi: all sockets are read in one go at each tick, with the kernel's arrival times. */
export class KoffiPacketIo implements PacketIo {
  readonly kind = 'koffi';
  readonly #libc: Libc;
  readonly #address: string;
  readonly #range: PortRange;
  readonly #dscp: number;
  readonly #batch: ReceiveBatch;
  readonly #readiness: Readiness;
  readonly #sockets = new Map<number, KoffiSocket>();

  constructor(libc: Libc, address: string, ports: { from: number; to: number }, dscp: number) {
    this.#libc = libc;
    this.#address = address;
    this.#range = new PortRange(ports);
    this.#dscp = dscp;
    this.#batch = new ReceiveBatch(libc);
    this.#readiness = new Readiness(libc);
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  openPair(done: (pair: SocketPair | undefined) => void): void {
    for (let attempt = 0; attempt < this.#range.attempts; attempt++) {
      const first = this.#open(this.#range.next());
      if (first === undefined) continue;
      const second = this.#open((first.port & 1) === 1 ? first.port - 1 : first.port + 1);
      if (second === undefined) {
        first.close();
        continue;
      }
      const [rtp, rtcp] = (first.port & 1) === 0 ? [first, second] : [second, first];
      this.#register(rtp);
      this.#register(rtcp);
      return done({ rtp, rtcp });
    }
    done(undefined);
  }

  poll(nowMs: number): void {
    const wallOffset = Date.now() - nowMs;
    // One round, or a socket that is flooded would be told again and again.
    const count = this.#readiness.wait();
    for (let i = 0; i < count; i++) this.#receive(this.#readiness.fd(i), wallOffset, nowMs);
    if (this.#readiness.isFull(count)) for (const fd of this.#sockets.keys()) this.#receive(fd, wallOffset, nowMs);
  }

  flush(): void {
    // Each packet has its own socket: there is nothing to batch.
  }

  close(): void {
    for (const socket of [...this.#sockets.values()]) socket.close();
    this.#readiness.close();
  }

  #receive(fd: number, wallOffset: number, nowMs: number): void {
    const socket = this.#sockets.get(fd);
    if (socket === undefined) return;
    for (let round = 0; round < maxRounds; round++) {
      const count = this.#libc.recvmmsg(socket.fd, this.#batch.pointer, this.#batch.size, msgDontwait, null);
      if (count <= 0) return;
      socket.deliver(this.#batch, count, wallOffset, nowMs);
      this.#batch.restore(count);
      if (count < this.#batch.size || socket.isClosed) return;
    }
  }

  #open(port: number): KoffiSocket | undefined {
    const libc = this.#libc;
    const six = isIPv6(this.#address);
    const fd = libc.socket(six ? af.inet6 : af.inet, sockDgram, 0);
    if (fd < 0) return undefined;
    const address = new Uint8Array(socketAddressBytes);
    const length = writeSocketAddress(address, this.#address, port);
    if (libc.bind(fd, address, length) !== 0) {
      libc.close(fd);
      return undefined;
    }
    const set = (level: number, name: number, value: number): number => libc.setsockopt(fd, level, name, Int32Array.of(value), 4);
    set(option.socket, option.receiveBuffer, receiveBufferBytes);
    set(option.socket, option.timestampNs, 1);
    if (six) set(option.ipv6, option.trafficClass, this.#dscp << 2);
    else set(option.ip, option.tos, this.#dscp << 2);
    libc.getsockname(fd, address, Int32Array.of(socketAddressBytes));
    return new KoffiSocket(libc, fd, ((address[2] as number) << 8) | (address[3] as number), six ? 6 : 4);
  }

  #register(socket: KoffiSocket): void {
    const { fd } = socket;
    this.#sockets.set(fd, socket);
    this.#readiness.add(fd);
    // Before the descriptor is closed: its number may be given out again at once.
    socket.onClose = () => {
      this.#sockets.delete(fd);
      this.#readiness.delete(fd);
    };
  }
}

class KoffiSocket implements PacketSocket {
  readonly fd: number;
  readonly port: number;
  listener: PacketListener | undefined;
  onClose: () => void = () => undefined;
  readonly #libc: Libc;
  readonly #family: 4 | 6;
  readonly #target = new Uint8Array(socketAddressBytes);
  #targetBytes = 0;
  #closed = false;
  #batch: ReceiveBatch | undefined;
  #slot = 0;

  constructor(libc: Libc, fd: number, port: number, family: 4 | 6) {
    this.#libc = libc;
    this.fd = fd;
    this.port = port;
    this.#family = family;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  deliver(batch: ReceiveBatch, count: number, wallOffset: number, nowMs: number): void {
    this.#batch = batch;
    for (let slot = 0; slot < count && !this.#closed; slot++) {
      this.#slot = slot;
      // The kernel's time is the wall clock's; one that jumps must not look like jitter.
      const at = batch.wallMs(slot) - wallOffset;
      const arrival = at > nowMs - 100 && at <= nowMs + 1 ? at : nowMs;
      const address = batch.address(slot);
      const number = this.#family === 4 ? batch.ipv4(slot) : addressNumber(readSocketAddress(address));
      this.listener?.packet(batch.packet(slot), batch.length(slot), number, batch.port(slot), arrival);
    }
    this.#batch = undefined;
  }

  sendTo(address: string, port: number): boolean {
    if (isIP(address) !== this.#family || port < 1 || port > 65_535) return false;
    this.#targetBytes = writeSocketAddress(this.#target, address, port);
    return true;
  }

  sendToSource(): void {
    if (this.#batch === undefined) return;
    this.#target.set(this.#batch.address(this.#slot));
    this.#targetBytes = this.#family === 4 ? 16 : 28;
  }

  sourceAddress(): string {
    return this.#batch === undefined ? '' : readSocketAddress(this.#batch.address(this.#slot));
  }

  send(bytes: Uint8Array, length: number): boolean {
    if (this.#closed || this.#targetBytes === 0) return false;
    return this.#libc.sendto(this.fd, bytes, length, msgDontwait, this.#target, this.#targetBytes) >= 0;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.listener = undefined;
    this.onClose();
    this.#libc.close(this.fd);
  }
}
