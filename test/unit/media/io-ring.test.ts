/** The ring against a kernel of the test's own, which takes as few entries of a batch as it is told to. */
import { IoRing, ringOperation } from '../../../src/media/embedded/io-ring.ts';
import type { Libc, NativeMemory } from '../../../src/media/embedded/libc.ts';

const size = 8;
/** Words of the shared rings: submission head and tail, mask, index array; completion head, tail, mask, and 16 entries of four words. */
const at = { head: 0, tail: 1, mask: 2, array: 4, completionHead: 16, completionTail: 17, completionMask: 18, completions: 20 } as const;

/** Does what io_uring_enter(2) does: takes up to `taking[n]` entries in its n-th call (all when there is no n-th), each of which "returns" its descriptor. */
class Kernel {
  /** IORING_FEAT_CQE_SKIP too. */
  skips = false;
  /** Descriptors that the ring keeps, by place; undefined: this kernel keeps none. */
  files: Map<number, number> | undefined;
  readonly rings = new Uint32Array(20 + 16 * 4);
  readonly entries = new Uint32Array(size * 16);
  readonly taking: number[];
  readonly done: number[] = [];
  /** For how many results each call waits. */
  readonly waited: number[] = [];
  enters = 0;
  closed = 0;
  /** What was allocated last: where a descriptor lies that is to be kept. */
  descriptor: NativeMemory = { pointer: undefined, address: 0n, bytes: new Uint8Array(4) };

  constructor(taking: number[], startingAt = 0) {
    this.taking = taking;
    this.rings[at.mask] = size - 1;
    this.rings[at.completionMask] = 2 * size - 1;
    for (const word of [at.head, at.tail, at.completionHead, at.completionTail]) this.rings[word] = startingAt;
  }

  get libc(): Libc {
    const memory = (words: Uint32Array): NativeMemory => (this.descriptor = { pointer: words, address: 0n, bytes: new Uint8Array(words.buffer) });
    return {
      ringSetup: (_entries: number, parameters: Uint32Array) => {
        parameters.set([size, 2 * size, 0, 0, 0, this.skips ? 1 | (1 << 11) : 1]);
        parameters.set([at.head, at.tail, at.mask, 3, 0, 0, at.array].map((word) => word * 4), 10);
        parameters.set([at.completionHead, at.completionTail, at.completionMask, 19, 0, at.completions].map((word) => word * 4), 20);
        return 5;
      },
      map: (_fd: number, offset: number) => memory(offset === 0 ? this.rings : this.entries),
      unmap: () => undefined,
      allocate: (bytes: number) => memory(new Uint32Array(bytes / 4)),
      ringRegister: (_ring: number, operation: number, argument: Uint8Array) => {
        if (this.files === undefined) return -1;
        if (operation === 13) return 0;
        const [place] = new Uint32Array(argument.buffer);
        this.files.set(place!, new Int32Array(this.descriptor.bytes.buffer)[0]!);
        return 1;
      },
      close: () => ((this.closed += 1), 0),
      ringEnter: (_ring: number, submit: number, complete: number) => (this.waited.push(complete), this.#enter(submit)),
    } as unknown as Libc;
  }

  #enter(submit: number): number {
    const most = this.taking[this.enters++] ?? submit;
    if (most < 0) return most;
    let taken = 0;
    for (; taken < Math.min(most, submit); taken++) {
      const head = this.rings[at.head]!;
      const entry = this.rings[at.array + (head & (size - 1))]! * 16;
      const fd = this.entries[entry + 1]!;
      this.rings[at.head] = head + 1;
      this.done.push(fd);
      // IOSQE_CQE_SKIP_SUCCESS, in the second octet of the entry: only a failure is told.
      if ((this.entries[entry]! >> 8 & (1 << 6)) !== 0 && fd < 90) continue;
      const end = this.rings[at.completionTail]!;
      const completion = at.completions + (end & (2 * size - 1)) * 4;
      this.rings.set([this.entries[entry + 8]!, 0, fd], completion);
      this.rings[at.completionTail] = end + 1;
    }
    return taken;
  }
}

const opened = (kernel: Kernel): IoRing => {
  const ring = IoRing.open(kernel.libc, size);
  if (typeof ring === 'string') throw new Error(ring);
  return ring;
};
const batch = (ring: IoRing, fds: readonly number[]): number[] => {
  for (const fd of fds) ring.add(ringOperation.recvmsg, fd, 0, 0, 0);
  ring.run();
  return fds.map((_, place) => ring.result(place));
};

test('a descriptor that is kept is used as one of the ring\'s own until it is let go', () => {
  const kernel = new Kernel([]);
  kernel.files = new Map();
  const ring = opened(kernel);
  /** IOSQE_FIXED_FILE, in the second octet of the entry. */
  const fixed = (entry: number): boolean => (kernel.entries[entry * 16]! >> 8 & 1) !== 0;
  ring.keep(12);
  expect(kernel.files).toEqual(new Map([[12, 12]]));
  expect(batch(ring, [11, 12])).toEqual([11, 12]);
  expect([fixed(0), fixed(1)]).toEqual([false, true]);
  ring.letGo(12);
  ring.letGo(11);
  // Greater than those that it has room for.
  ring.keep(1_000_000);
  expect(kernel.files).toEqual(new Map([[12, -1]]));
  expect(batch(ring, [12, 1_000_000])).toEqual([12, 1_000_000]);
  expect([fixed(2), fixed(3)]).toEqual([false, false]);
});

test('a kernel that keeps no descriptors looks them up each time', () => {
  const kernel = new Kernel([]);
  const ring = opened(kernel);
  ring.keep(12);
  ring.letGo(12);
  expect(batch(ring, [12])).toEqual([12]);
  expect(kernel.entries[0]! >> 8 & 1).toBe(0);
});

test('each call of a batch is told its own result', () => {
  const ring = opened(new Kernel([]));
  expect(batch(ring, [11, 12, 13])).toEqual([11, 12, 13]);
  expect(batch(ring, [21, 22])).toEqual([21, 22]);
});

test('a kernel that takes a batch in parts is entered until it has all of it', () => {
  const kernel = new Kernel([2, 1]);
  expect(batch(opened(kernel), [11, 12, 13, 14, 15])).toEqual([11, 12, 13, 14, 15]);
  expect(kernel.enters).toBe(3);
});

test.each([
  { how: 'refuses', refusal: -1 },
  { how: 'takes none of', refusal: 0 },
])('what the kernel $how is told as failed, and is not done in the next batch in the name of another socket', ({ refusal }) => {
  const kernel = new Kernel([2, refusal]);
  const ring = opened(kernel);
  expect(batch(ring, [11, 12, 13, 14, 15])).toEqual([11, 12, -1, -1, -1]);
  expect(batch(ring, [21, 22, 23])).toEqual([21, 22, 23]);
  expect(kernel.done).toEqual([11, 12, 21, 22, 23]);
});

test('a batch that is refused whole leaves the ring as it was', () => {
  const kernel = new Kernel([-1]);
  const ring = opened(kernel);
  expect(batch(ring, [11, 12])).toEqual([-1, -1]);
  expect(ring.count).toBe(0);
  expect(batch(ring, [21])).toEqual([21]);
});

test('the counters of the ring may pass 2³² within a batch, and within what is taken back', () => {
  const kernel = new Kernel([3, -1], 2 ** 32 - 2);
  const ring = opened(kernel);
  expect(batch(ring, [11, 12, 13, 14])).toEqual([11, 12, 13, -1]);
  expect(batch(ring, [21, 22, 23, 24, 25, 26, 27, 28])).toEqual([21, 22, 23, 24, 25, 26, 27, 28]);
});

test.each([true, false])('what nobody asks about is done, failures too, and spoils no later result (the kernel can leave results out: %s)', (skips) => {
  const kernel = new Kernel([]);
  kernel.skips = skips;
  const ring = opened(kernel);
  for (const fd of [11, 95, 12]) ring.add(ringOperation.sendmsg, fd, 0, 0, 0, false);
  ring.run();
  expect(kernel.done).toEqual([11, 95, 12]);
  expect(kernel.waited).toEqual([skips ? 0 : 3]);
  expect(batch(ring, [21, 22])).toEqual([21, 22]);
});

test('a plain send names what is sent, how long it is, and where to', () => {
  const kernel = new Kernel([]);
  const ring = opened(kernel);
  ring.add(ringOperation.recvmsg, 11, 1, 2, 3);
  ring.addSend(12, 0x1111, 0x22, 172, { low: -5, high: 0x7f, length: 16 }, 0x40);
  ring.run();
  // struct io_uring_sqe: opcode, fd, addr2, addr, len, msg_flags, user_data, addr_len (linux/io_uring.h).
  expect([...kernel.entries.slice(16, 28)]).toEqual([ringOperation.send, 12, 2 ** 32 - 5, 0x7f, 0x1111, 0x22, 172, 0x40, 1, 0, 0, 16]);
  expect([...kernel.entries.slice(0, 12)]).toEqual([ringOperation.recvmsg, 11, 0, 0, 1, 2, 1, 3, 0, 0, 0, 0]);
  expect([ring.result(0), ring.result(1)]).toEqual([11, 12]);
});

test('a system without io_uring, or without its memory, says so and keeps no descriptor', () => {
  const kernel = new Kernel([]);
  expect(IoRing.open({ ...kernel.libc, ringSetup: () => -1 }, size)).toBe('the system refuses io_uring');
  expect(IoRing.open({ ...kernel.libc, map: () => undefined }, size)).toBe('the memory of io_uring cannot be mapped');
  expect(kernel.closed).toBe(1);
});
