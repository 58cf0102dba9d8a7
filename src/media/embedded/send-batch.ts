import type { IoRing } from './io-ring.ts';
import { ringOperation } from './io-ring.ts';
import type { Libc } from './libc.ts';
import { nativeAddresses, type NativeAddresses } from './native-addresses.ts';
import { socketAddressBytes } from './socket-address.ts';

const msgDontwait = 0x40;
/** A slot: struct msghdr (56, and 8 to spare), struct iovec 16, address 32, packet. Linux on LP64. */
const vectorAt = 64;
const addressAt = 80;
const packetAt = 112;
const packetBytes = 1536;
const slotBytes = packetAt + packetBytes;

/** Packets to be sent, each from its own socket: at once, or with a ring all together at `flush`. Laid out once outside the heap. */
export class SendBatch {
  readonly #libc: Libc;
  readonly #ring: IoRing | undefined;
  readonly #size: number;
  readonly #view: DataView;
  readonly #packets: Uint8Array[] = [];
  readonly #addresses: Uint8Array[] = [];
  readonly #headers: NativeAddresses;
  readonly #packetsAt: NativeAddresses;
  #count = 0;
  #lent: Uint8Array | undefined;
  #lentLow = 0;
  #lentHigh = 0;

  constructor(libc: Libc, ring: IoRing | undefined) {
    this.#libc = libc;
    this.#ring = ring;
    this.#size = ring?.size ?? 1;
    const memory = libc.allocate(this.#size * slotBytes);
    const { buffer } = memory.bytes;
    this.#view = new DataView(buffer);
    this.#headers = nativeAddresses(this.#size, (slot) => memory.address + BigInt(slot * slotBytes));
    this.#packetsAt = nativeAddresses(this.#size, (slot) => memory.address + BigInt(slot * slotBytes + packetAt));
    for (let i = 0; i < this.#size; i++) {
      const at = i * slotBytes;
      const header = memory.address + BigInt(at);
      this.#view.setBigUint64(at, header + BigInt(addressAt), true);
      this.#view.setBigUint64(at + 16, header + BigInt(vectorAt), true);
      this.#view.setBigUint64(at + 24, 1n, true);
      this.#packets.push(new Uint8Array(buffer, at + packetAt, packetBytes));
      this.#addresses.push(new Uint8Array(buffer, at + addressAt, socketAddressBytes));
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

  /** Takes a copy of the packet unless it is lent. False when it is too long, or was refused at once. */
  send(fd: number, bytes: Uint8Array, length: number, address: Uint8Array, addressBytes: number): boolean {
    if (length > packetBytes) return false;
    if (this.#count === this.#size) this.flush();
    const slot = this.#count;
    const view = this.#view;
    const vector = slot * slotBytes + vectorAt;
    if (bytes === this.#lent) {
      view.setUint32(vector, this.#lentLow, true);
      view.setUint32(vector + 4, this.#lentHigh, true);
    } else {
      const packet = this.#packets[slot] as Uint8Array;
      for (let i = 0; i < length; i++) packet[i] = bytes[i] as number;
      view.setUint32(vector, this.#packetsAt.low[slot] as number, true);
      view.setUint32(vector + 4, this.#packetsAt.high[slot] as number, true);
    }
    view.setUint32(vector + 8, length, true);
    const target = this.#addresses[slot] as Uint8Array;
    for (let i = 0; i < addressBytes; i++) target[i] = address[i] as number;
    view.setUint32(slot * slotBytes + 8, addressBytes, true);
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
