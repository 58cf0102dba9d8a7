import { isIPv6 } from 'node:net';
import { IoRing, ringOperation } from './io-ring.ts';
import { Delivery, KoffiSocket } from './koffi-socket.ts';
import type { Libc } from './libc.ts';
import { nativeAddresses, type NativeAddresses } from './native-addresses.ts';
import type { PacketIo, PacketSocket, SocketPair } from './packet-io.ts';
import { PortRange } from './port-range.ts';
import { Readiness } from './readiness.ts';
import { ReceiveBatch } from './receive-batch.ts';
import { Rota } from './rota.ts';
import { SendBatch } from './send-batch.ts';
import { socketAddressBytes, writeSocketAddress } from './socket-address.ts';
import { TargetPool } from './target-pool.ts';

const af = { inet: 2, inet6: 10 } as const;
const sockDgram = 2 | 0o4000 | 0o2000000; // SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC
const msgDontwait = 0x40;
const option = { socket: 1, receiveBuffer: 8, timestampNs: 35, ip: 0, tos: 1, ipv6: 41, trafficClass: 67 } as const;
const receiveBufferBytes = 65_536;
/** Sockets that are read, or packets that are sent, with one system call of a ring. Of 64 a forwarded packet costs about a fifth more, measured in turn. */
const ringSize = 256;
/** A tick that comes so long after the one before it finds more than one packet at many sockets. Milliseconds. */
const lateMs = 30;
/** A socket is asked for a second packet in one of so many ticks (a power of two), and whenever one is likely to be there. */
const askEach = 16;
/** Lengths above are error numbers: no packet came. */
const mostLength = 0x7fff_ffff;
/** What one socket may bring in a poll beyond its first packet: a flood on one leg must not hold up the others. */
const burst = 64;

/**
 * The system's own calls through koffi: sockets are read many at a time (those that have something, or in turn those that are named), with the
 * kernel's arrival times. With a ring (io_uring) one call reads, or writes, a packet of each of up to 256 sockets.
 */
export class KoffiPacketIo implements PacketIo {
  readonly kind: 'io_uring' | 'koffi';
  readonly #libc: Libc;
  readonly #address: string;
  readonly #range: PortRange;
  readonly #dscp: number;
  readonly #ring: IoRing | undefined;
  readonly #batch: ReceiveBatch;
  readonly #headers: NativeAddresses;
  readonly #packets: NativeAddresses;
  readonly #bursts: ReceiveBatch;
  readonly #sending: SendBatch;
  readonly #readiness: Readiness;
  readonly #targets: TargetPool;
  /** By descriptor: small numbers, as the system gives out the lowest that is free. */
  readonly #sockets: (KoffiSocket | undefined)[] = [];
  #open = 0;
  #polledMs = 0;
  /** The tick, and whether it came late. */
  #turn = 0;
  #late = false;
  readonly #reading: KoffiSocket[] = [];
  readonly #polled: KoffiSocket[] = [];
  readonly #delivery = new Delivery();
  /** When the packet of each slot arrived, milliseconds. */
  readonly #arrived = new Float64Array(ringSize);
  readonly #rota = new Rota((socket) => this.#readiness.add(socket.fd));

  constructor(libc: Libc, address: string, ports: { from: number; to: number }, dscp: number, ring?: IoRing) {
    this.kind = ring === undefined ? 'koffi' : 'io_uring';
    this.#libc = libc;
    this.#address = address;
    this.#range = new PortRange(ports);
    this.#dscp = dscp;
    this.#ring = ring;
    this.#batch = new ReceiveBatch(libc, ringSize);
    this.#headers = nativeAddresses(ringSize, (slot) => this.#batch.headerAt(slot));
    this.#packets = nativeAddresses(ringSize, (slot) => this.#batch.packetAddress(slot));
    this.#bursts = new ReceiveBatch(libc, burst);
    this.#sending = new SendBatch(libc, ring);
    this.#readiness = new Readiness(libc);
    this.#targets = new TargetPool(libc);
  }

  /** With a ring, or why the system gives none. */
  static withRing(libc: Libc, address: string, ports: { from: number; to: number }, dscp: number): KoffiPacketIo | string {
    const ring = IoRing.open(libc, ringSize);
    return typeof ring === 'string' ? ring : new KoffiPacketIo(libc, address, ports, dscp, ring);
  }

  get openSockets(): number {
    return this.#open;
  }

  openPair(inTurn: boolean, done: (pair: SocketPair | undefined) => void): void {
    for (let attempt = 0; attempt < this.#range.attempts; attempt++) {
      const first = this.#bind(this.#range.next());
      if (first === undefined) continue;
      const second = this.#bind((first.port & 1) === 1 ? first.port - 1 : first.port + 1);
      if (second === undefined) {
        first.close();
        continue;
      }
      const [rtp, rtcp] = (first.port & 1) === 0 ? [first, second] : [second, first];
      this.#register(rtp, inTurn ? undefined : 'audio');
      this.#register(rtcp, 'control');
      return done({ rtp, rtcp });
    }
    done(undefined);
  }

  poll(nowMs: number, between: boolean, soon: boolean): void {
    if (!between) {
      this.#late = nowMs - this.#polledMs > lateMs;
      this.#polledMs = nowMs;
      this.#turn += 1;
    }
    this.#readAll(this.#polled, this.#rota.due(soon ? nowMs : Number.POSITIVE_INFINITY, this.#polled), nowMs, !between);
    const ready = this.#readiness.wait();
    let count = 0;
    for (let i = 0; i < ready; i++) {
      const socket = this.#sockets[this.#readiness.fd(i)];
      if (socket !== undefined) this.#polled[count++] = socket;
    }
    this.#readAll(this.#polled, count, nowMs, !between);
    this.flush();
  }

  read(sockets: readonly PacketSocket[], count: number, nowMs: number): void {
    this.#readAll(sockets as readonly KoffiSocket[], count, nowMs, true);
  }

  /** A packet of each; then, if wanted, a burst of those that may have more. */
  #readAll(sockets: readonly KoffiSocket[], count: number, nowMs: number, wantsMore: boolean): void {
    const wallOffset = Date.now() - nowMs;
    const turn = this.#turn;
    for (let from = 0; from < count; from += ringSize) {
      const slots = Math.min(ringSize, count - from);
      for (let slot = 0; slot < slots; slot++) this.#reading[slot] = sockets[from + slot] as KoffiSocket;
      this.#readEach(slots, wallOffset, nowMs);
      for (let slot = 0; slot < slots; slot++) {
        const socket = this.#reading[slot] as KoffiSocket;
        const brought = this.#batch.length(slot) <= mostLength;
        if (brought && wantsMore) {
          // One of the rota that has more is due again all the sooner.
          const mayHaveMore = this.#late || socket.hadMore || (socket.readIn < turn - 1 && socket.rotaPlace < 0) || (((socket.fd >> 1) + turn) & (askEach - 1)) === 0;
          if (mayHaveMore) socket.hadMore = this.#readBurst(socket, wallOffset, nowMs) > 0;
        }
        if (brought) socket.readIn = turn;
        if (socket.rotaPlace >= 0) this.#rota.looked(socket, brought ? (this.#arrived[slot] as number) : undefined);
        else if (brought && socket.polledFor === 'audio') this.#expect(socket, this.#arrived[slot] as number);
      }
    }
  }

  /** It brings audio: from now on it is looked at when the next packet is due. */
  #expect(socket: KoffiSocket, arrivedMs: number): void {
    if (socket.isClosed) return;
    this.#readiness.delete(socket.fd);
    this.#rota.add(socket, arrivedMs);
  }

  flush(): void {
    this.#sending.flush();
  }

  close(): void {
    for (const socket of [...this.#sockets]) socket?.close();
    this.#ring?.close();
    this.#readiness.close();
  }

  /** One packet of each of so many sockets of `#reading`. */
  #readEach(slots: number, wallOffset: number, nowMs: number): void {
    const reading = this.#reading;
    const batch = this.#batch;
    const headers = this.#headers;
    // What the chunk before this one led to: sends and reads never share a batch, and what is forwarded is sent from where it was read to.
    this.flush();
    if (this.#ring === undefined) {
      for (let slot = 0; slot < slots; slot++) batch.setLength(slot, this.#libc.recvmsg((reading[slot] as KoffiSocket).fd, (headers.low[slot] as number) + (headers.high[slot] as number) * 4_294_967_296, msgDontwait));
    } else {
      for (let slot = 0; slot < slots; slot++) this.#ring.add(ringOperation.recvmsg, (reading[slot] as KoffiSocket).fd, headers.low[slot] as number, headers.high[slot] as number, msgDontwait);
      this.#ring.run();
      // Before anything is delivered: who hears a packet may send one, by the same ring.
      for (let slot = 0; slot < slots; slot++) batch.setLength(slot, this.#ring.result(slot));
    }
    for (let slot = 0; slot < slots; slot++) {
      if (batch.length(slot) <= batch.packet(slot).length) {
        this.#sending.lend(batch.packet(slot), this.#packets.low[slot], this.#packets.high[slot]);
        this.#arrived[slot] = (reading[slot] as KoffiSocket).deliver(batch, slot, wallOffset, nowMs);
      }
    }
    this.#sending.lend(undefined);
    batch.restore(slots);
  }

  /** How many came. */
  #readBurst(socket: KoffiSocket | undefined, wallOffset: number, nowMs: number): number {
    if (socket === undefined || socket.isClosed) return 0;
    const batch = this.#bursts;
    const count = this.#libc.recvmmsg(socket.fd, batch.pointer, batch.size, msgDontwait, null);
    for (let slot = 0; slot < count; slot++) socket.deliver(batch, slot, wallOffset, nowMs);
    if (count > 0) batch.restore(count);
    return count;
  }

  #bind(port: number): KoffiSocket | undefined {
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
    const target = this.#targets.take();
    const socket = new KoffiSocket(fd, ((address[2] as number) << 8) | (address[3] as number), six ? 6 : 4, this.#sending, target, this.#delivery);
    socket.onClose = () => {
      this.#targets.give(target);
      libc.close(fd);
    };
    return socket;
  }

  /** @param polledFor what is read by `poll`, and not by `read` */
  #register(socket: KoffiSocket, polledFor: 'audio' | 'control' | undefined): void {
    const { fd } = socket;
    while (this.#sockets.length <= fd) this.#sockets.push(undefined);
    this.#sockets[fd] = socket;
    this.#open += 1;
    this.#ring?.keep(fd);
    socket.polledFor = polledFor;
    if (polledFor !== undefined) this.#readiness.add(fd);
    // What it still sends goes out under its own descriptor, whose number may be given out again at once.
    const { onClose } = socket;
    socket.onClose = () => {
      this.flush();
      this.#sockets[fd] = undefined;
      this.#open -= 1;
      if (socket.rotaPlace >= 0) this.#rota.delete(socket);
      else if (polledFor !== undefined) this.#readiness.delete(fd);
      this.#ring?.letGo(fd);
      onClose();
    };
  }
}
