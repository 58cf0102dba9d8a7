import type { Libc } from './libc.ts';
import { socketAddressBytes } from './socket-address.ts';

const chunk = 256;
const pitch = 32;

/** Where packets are sent to, lying outside the heap, so that the kernel reads it where it is. */
export interface Target {
  /** A struct sockaddr_in or sockaddr_in6. */
  readonly bytes: Uint8Array;
  /** Its length, octets; 0: not known yet. */
  length: number;
  /** Halves of its address in memory. */
  readonly low: number;
  readonly high: number;
}

/** Targets for sockets that come and go: memory is taken for many at a time and never given back. */
export class TargetPool {
  readonly #libc: Pick<Libc, 'allocate'>;
  readonly #free: Target[] = [];

  constructor(libc: Pick<Libc, 'allocate'>) {
    this.#libc = libc;
  }

  take(): Target {
    if (this.#free.length === 0) this.#grow();
    const target = this.#free.pop() as Target;
    target.bytes.fill(0);
    target.length = 0;
    return target;
  }

  /** Nothing that is still to be sent may go to it. */
  give(target: Target): void {
    this.#free.push(target);
  }

  #grow(): void {
    const { address, bytes } = this.#libc.allocate(chunk * pitch);
    for (let i = chunk - 1; i >= 0; i--) {
      const at = address + BigInt(i * pitch);
      // Signed halves are whole numbers to V8; unsigned ones above 2³¹ would be boxed.
      this.#free.push({ bytes: new Uint8Array(bytes.buffer, bytes.byteOffset + i * pitch, socketAddressBytes), length: 0, low: Number(BigInt.asIntN(32, at)), high: Number(at >> 32n) });
    }
  }
}
