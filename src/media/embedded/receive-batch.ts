import type { Libc } from './libc.ts';
import { socketAddressBytes } from './socket-address.ts';

const packetBytes = 2048;
const addressBytes = 32;
const controlBytes = 64;
/** Linux on LP64: struct mmsghdr is 64 octets (msghdr 56, msg_len 4, padding 4), struct iovec 16, struct cmsghdr 16. */
const headerBytes = 64;
const vectorBytes = 16;

/** The memory that recvmmsg and recvmsg fill: headers, vectors, addresses, control data and packets, laid out once outside the heap. */
export class ReceiveBatch {
  readonly size: number;
  readonly pointer: unknown;
  /** Address of the first struct mmsghdr; `headerAt` gives the others. */
  readonly #address: bigint;
  readonly #view: DataView;
  readonly #packets: Uint8Array[] = [];
  readonly #addresses: Uint8Array[] = [];
  readonly #controlAt: number;
  readonly #addressAt: number;
  readonly #packetsAt: number;

  constructor(libc: Libc, slots: number) {
    this.size = slots;
    const vectorsAt = slots * headerBytes;
    this.#addressAt = vectorsAt + slots * vectorBytes;
    this.#controlAt = this.#addressAt + slots * addressBytes;
    const packetsAt = this.#controlAt + slots * controlBytes;
    this.#packetsAt = packetsAt;
    const memory = libc.allocate(packetsAt + slots * packetBytes);
    this.pointer = memory.pointer;
    this.#address = memory.address;
    const { buffer } = memory.bytes;
    this.#view = new DataView(buffer);
    const at = (offset: number): bigint => memory.address + BigInt(offset);
    for (let i = 0; i < slots; i++) {
      const header = i * headerBytes;
      const vector = vectorsAt + i * vectorBytes;
      this.#view.setBigUint64(vector, at(packetsAt + i * packetBytes), true);
      this.#view.setBigUint64(vector + 8, BigInt(packetBytes), true);
      this.#view.setBigUint64(header, at(this.#addressAt + i * addressBytes), true);
      this.#view.setBigUint64(header + 16, at(vector), true);
      this.#view.setBigUint64(header + 24, 1n, true);
      this.#view.setBigUint64(header + 32, at(this.#controlAt + i * controlBytes), true);
      this.#packets.push(new Uint8Array(buffer, packetsAt + i * packetBytes, packetBytes));
      this.#addresses.push(new Uint8Array(buffer, this.#addressAt + i * addressBytes, socketAddressBytes));
    }
    this.restore(slots);
  }

  /** Sets the lengths that the kernel overwrote in the first `count` headers. */
  restore(count: number): void {
    for (let i = 0; i < count; i++) {
      const header = i * headerBytes;
      this.#view.setUint32(header + 8, socketAddressBytes, true);
      this.#view.setUint32(header + 40, controlBytes, true);
    }
  }

  /** Address of a slot's struct mmsghdr, which begins with its struct msghdr. */
  headerAt(slot: number): bigint {
    return this.#address + BigInt(slot * headerBytes);
  }

  /** Address of a slot's packet. */
  packetAddress(slot: number): bigint {
    return this.#address + BigInt(this.#packetsAt + slot * packetBytes);
  }

  packet(slot: number): Uint8Array {
    return this.#packets[slot] as Uint8Array;
  }

  length(slot: number): number {
    return this.#view.getUint32(slot * headerBytes + 56, true);
  }

  /** For a packet that recvmsg filled in, which does not say its length there. */
  setLength(slot: number, bytes: number): void {
    this.#view.setUint32(slot * headerBytes + 56, bytes, true);
  }

  /** The source as a struct sockaddr. */
  address(slot: number): Uint8Array {
    return this.#addresses[slot] as Uint8Array;
  }

  ipv4(slot: number): number {
    return this.#view.getUint32(this.#addressAt + slot * addressBytes + 4, false);
  }

  port(slot: number): number {
    return this.#view.getUint16(this.#addressAt + slot * addressBytes + 2, false);
  }

  /** When the kernel took it in, wall time in milliseconds; 0 when it did not say. */
  wallMs(slot: number): number {
    const control = this.#controlAt + slot * controlBytes;
    // SOL_SOCKET, SCM_TIMESTAMPNS: struct timespec follows the header.
    if (this.#view.getUint32(slot * headerBytes + 40, true) < 32 || this.#view.getInt32(control + 12, true) !== 35) return 0;
    const seconds = this.#view.getUint32(control + 16, true) + this.#view.getInt32(control + 20, true) * 4294967296;
    return seconds * 1000 + this.#view.getUint32(control + 24, true) / 1e6;
  }
}
