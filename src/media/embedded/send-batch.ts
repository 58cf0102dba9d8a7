import type { IoRing } from './io-ring.ts';
import { ringOperation } from './io-ring.ts';
import type { Libc } from './libc.ts';
import { nativeAddresses, type NativeAddresses } from './native-addresses.ts';
import { socketAddressBytes, writeSocketAddress } from './socket-address.ts';
import { TargetPool, type Target } from './target-pool.ts';

const msgDontwait = 0x40;
/** A slot: struct msghdr (56, and 8 to spare), struct iovec 16, packet. Linux on LP64. */
const vectorAt = 64;
const packetAt = 80;
const packetBytes = 1536;
const slotBytes = packetAt + packetBytes;

/** Packets to be sent, each from its own socket: at once, or with a ring all together at `flush`. Laid out once outside the heap. */
export class SendBatch {
  readonly #libc: Libc;
  readonly #ring: IoRing | undefined;
  /** The ring sends without a struct msghdr, which the kernel would copy. */
  readonly #plain: boolean;
  readonly #size: number;
  readonly #view: DataView;
  readonly #packets: Uint8Array[] = [];
  readonly #headers: NativeAddresses;
  readonly #packetsAt: NativeAddresses;
  #count = 0;
  #lent: Uint8Array | undefined;
  #lentLow = 0;
  #lentHigh = 0;

  constructor(libc: Libc, ring: IoRing | undefined) {
    this.#libc = libc;
    this.#ring = ring;
    this.#plain = ring !== undefined && sendsPlainly(libc, ring);
    this.#size = ring?.size ?? 1;
    const memory = libc.allocate(this.#size * slotBytes);
    const { buffer } = memory.bytes;
    this.#view = new DataView(buffer);
    this.#headers = nativeAddresses(this.#size, (slot) => memory.address + BigInt(slot * slotBytes));
    this.#packetsAt = nativeAddresses(this.#size, (slot) => memory.address + BigInt(slot * slotBytes + packetAt));
    for (let i = 0; i < this.#size; i++) {
      const at = i * slotBytes;
      this.#view.setBigUint64(at + 16, memory.address + BigInt(at + vectorAt), true);
      this.#view.setBigUint64(at + 24, 1n, true);
      this.#packets.push(new Uint8Array(buffer, at + packetAt, packetBytes));
    }
  }

  /**
   * A packet that lies outside the heap, at that address, and stays as it is until the next `flush`: when it is what `send` is
   * given, it is sent from where it lies. Undefined: nothing is lent any more.
   */
  lend(packet: Uint8Array | undefined, addressLow = 0, addressHigh = 0): void {
    this.#lent = packet;
    this.#lentLow = addressLow;
    this.#lentHigh = addressHigh;
  }

  /** Where the next packet may be made, so that `send` need not copy it. Until the next `send` or `flush`. */
  room(): Uint8Array {
    if (this.#count === this.#size) this.flush();
    return this.#packets[this.#count] as Uint8Array;
  }

  /** Takes a copy of the packet unless it is lent, or was made in the `room`. False when it is too long, or was refused at once. */
  send(fd: number, bytes: Uint8Array, length: number, target: Target): boolean {
    if (length > packetBytes) return false;
    if (this.#count === this.#size) this.flush();
    const slot = this.#count;
    const lent = bytes === this.#lent;
    if (!lent) {
      const packet = this.#packets[slot] as Uint8Array;
      if (bytes !== packet) for (let i = 0; i < length; i++) packet[i] = bytes[i] as number;
    }
    const low = lent ? this.#lentLow : (this.#packetsAt.low[slot] as number);
    const high = lent ? this.#lentHigh : (this.#packetsAt.high[slot] as number);
    if (this.#ring !== undefined && this.#plain) {
      this.#ring.addSend(fd, low, high, length, target, msgDontwait, false);
      this.#count += 1;
      return true;
    }
    const view = this.#view;
    const header = slot * slotBytes;
    view.setUint32(header, target.low, true);
    view.setUint32(header + 4, target.high, true);
    view.setUint32(header + 8, target.length, true);
    view.setUint32(header + vectorAt, low, true);
    view.setUint32(header + vectorAt + 4, high, true);
    view.setUint32(header + vectorAt + 8, length, true);
    if (this.#ring === undefined) return this.#libc.sendmsg(fd, (this.#headers.low[slot] as number) + (this.#headers.high[slot] as number) * 4_294_967_296, msgDontwait) >= 0;
    this.#ring.add(ringOperation.sendmsg, fd, this.#headers.low[slot] as number, this.#headers.high[slot] as number, msgDontwait, false);
    this.#count += 1;
    return true;
  }

  flush(): void {
    if (this.#count === 0) return;
    this.#count = 0;
    this.#ring?.run();
  }
}

/** Does the kernel look at the address of IORING_OP_SEND (Linux 6.2)? Before, it refuses it or leaves it out: so a socket sends itself a packet. */
function sendsPlainly(libc: Libc, ring: IoRing): boolean {
  const fd = libc.socket(2, 2 | 0o4000 | 0o2000000, 0);
  if (fd < 0) return false;
  try {
    const own = new Uint8Array(socketAddressBytes);
    if (libc.bind(fd, own, writeSocketAddress(own, '127.0.0.1', 0)) !== 0 || libc.getsockname(fd, own, Int32Array.of(socketAddressBytes)) !== 0) return false;
    const target = new TargetPool(libc).take();
    target.bytes.set(own);
    target.length = 16;
    const place = ring.addSend(fd, target.low, target.high, 1, target, msgDontwait);
    ring.run();
    return ring.result(place) === 1;
  } finally {
    libc.close(fd);
  }
}
