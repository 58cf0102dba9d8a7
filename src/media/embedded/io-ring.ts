import type { Libc, NativeMemory } from './libc.ts';
import type { Target } from './target-pool.ts';

/** linux/io_uring.h */
const enterGetEvents = 1;
const singleMmap = 1;
/** IORING_FEAT_CQE_SKIP (Linux 5.17), and the flag of an entry that makes use of it. */
const mayBeQuiet = 1 << 11;
const quietEntry = 1 << 6 << 8;
/** An entry whose descriptor is one of the ring's own. */
const keptEntry = 1 << 8;
/** Operations of io_uring_register(2), and the greatest descriptor that is kept and one. */
const registering = { filesUpdate: 6, files2: 13 } as const;
const keptLimit = 16_384;
const offset = { rings: 0, entries: 0x10000000 } as const;
export const ringOperation = { sendmsg: 9, recvmsg: 10, send: 26 } as const;
const entryBytes = 64;
const completionBytes = 16;

/**
 * Many system calls in one (io_uring, Linux 5.4 and later): what `add` collects is done by one `run`, in order. Only calls that
 * never wait are given to it, so that all have ended when `run` comes back, and nothing of theirs is in flight afterwards.
 */
export class IoRing {
  /** The most that one `run` takes. */
  readonly size: number;
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #memory: readonly NativeMemory[];
  readonly #rings: Uint32Array;
  readonly #entries: Uint32Array;
  readonly #entryMask: number;
  readonly #headAt: number;
  readonly #tailAt: number;
  readonly #completionMask: number;
  readonly #completionHeadAt: number;
  readonly #completionTailAt: number;
  readonly #completionsAt: number;
  readonly #results: Int32Array;
  /** What is added to an operation that does not ask for its result. */
  readonly #quiet: number;
  /** By descriptor: `keptEntry` if the ring keeps it. Empty when it keeps none. */
  readonly #kept: Int32Array;
  /** A descriptor, for the system to read, and struct io_uring_files_update. */
  readonly #descriptor: NativeMemory;
  readonly #update = new Uint8Array(16);
  #tail: number;
  #count = 0;
  /** Of the batch, how many tell their results. */
  #telling = 0;

  private constructor(libc: Libc, fd: number, size: number, parameters: Uint32Array, rings: NativeMemory, entries: NativeMemory) {
    this.#libc = libc;
    this.#fd = fd;
    this.size = size;
    this.#memory = [rings, entries];
    this.#rings = new Uint32Array(rings.bytes.buffer, rings.bytes.byteOffset, rings.bytes.length >> 2);
    this.#entries = new Uint32Array(entries.bytes.buffer, entries.bytes.byteOffset, entries.bytes.length >> 2);
    this.#results = new Int32Array(size);
    this.#quiet = ((parameters[5] as number) & mayBeQuiet) === 0 ? 0 : quietEntry;
    this.#descriptor = libc.allocate(4);
    new DataView(this.#update.buffer).setBigUint64(8, this.#descriptor.address, true);
    // struct io_uring_rsrc_register: so many, all free (Linux 5.19).
    this.#kept = new Int32Array(libc.ringRegister(fd, registering.files2, new Uint8Array(Uint32Array.of(keptLimit, 1, 0, 0, 0, 0, 0, 0).buffer), 32) === 0 ? keptLimit : 0);
    const word = (index: number): number => (parameters[index] as number) >> 2;
    // struct io_sqring_offsets begins at word 10, io_cqring_offsets at word 20.
    this.#headAt = word(10);
    this.#tailAt = word(11);
    this.#entryMask = this.#rings[word(12)] as number;
    this.#completionHeadAt = word(20);
    this.#completionTailAt = word(21);
    this.#completionMask = this.#rings[word(22)] as number;
    this.#completionsAt = word(25);
    this.#tail = this.#rings[this.#tailAt] as number;
    const array = word(16);
    for (let i = 0; i <= this.#entryMask; i++) this.#rings[array + i] = i;
  }

  /** A ring for `size` (a power of two) calls at a time, or why the system gives none. */
  static open(libc: Libc, size: number): IoRing | string {
    const parameters = new Uint32Array(30);
    const fd = libc.ringSetup(size, parameters);
    if (fd < 0) return 'the system refuses io_uring';
    const [, completions = 0] = parameters;
    const features = parameters[5] as number;
    const ringBytes = Math.max((parameters[16] as number) + size * 4, (parameters[25] as number) + completions * completionBytes);
    const rings = (features & singleMmap) === 0 ? undefined : libc.map(fd, offset.rings, ringBytes);
    const entries = libc.map(fd, offset.entries, size * entryBytes);
    if (rings !== undefined && entries !== undefined) return new IoRing(libc, fd, size, parameters, rings, entries);
    libc.close(fd);
    return 'the memory of io_uring cannot be mapped';
  }

  /** The descriptor will be used often: until `letGo`, to be called before it is closed, the system need not look it up and count its users for each packet. */
  keep(fd: number): void {
    if (fd < this.#kept.length && this.#set(fd, fd)) this.#kept[fd] = keptEntry;
  }

  letGo(fd: number): void {
    if (fd >= this.#kept.length || this.#kept[fd] === 0) return;
    this.#kept[fd] = 0;
    this.#set(fd, -1);
  }

  #set(place: number, fd: number): boolean {
    new DataView(this.#descriptor.bytes.buffer).setInt32(this.#descriptor.bytes.byteOffset, fd, true);
    new DataView(this.#update.buffer).setUint32(0, place, true);
    return this.#libc.ringRegister(this.#fd, registering.filesUpdate, this.#update, 1) === 1;
  }

  /**
   * Adds a sendmsg or recvmsg to the batch, whose struct msghdr lies at that address. Its place in the batch.
   * @param asks its `result` is of interest: else the kernel need not tell of it unless it fails.
   */
  add(operation: number, fd: number, addressLow: number, addressHigh: number, flags: number, asks = true): number {
    const at = ((this.#tail + this.#count) & this.#entryMask) << 4;
    const entries = this.#entries;
    this.#write(at, operation, fd, addressLow, addressHigh, flags, asks);
    entries[at + 2] = 0;
    entries[at + 3] = 0;
    entries[at + 6] = 1;
    entries[at + 11] = 0;
    return this.#count++;
  }

  /**
   * Adds a send of `length` octets from the address `low`, `high` to a socket address. Systems before Linux 6.2 do not know where to
   * (see `SendBatch`). Its place in the batch.
   * @param asks as `add` has it
   */
  addSend(fd: number, low: number, high: number, length: number, target: Pick<Target, 'low' | 'high' | 'length'>, flags: number, asks = true): number {
    const at = ((this.#tail + this.#count) & this.#entryMask) << 4;
    const entries = this.#entries;
    this.#write(at, ringOperation.send, fd, low, high, flags, asks);
    entries[at + 2] = target.low;
    entries[at + 3] = target.high;
    entries[at + 6] = length;
    entries[at + 11] = target.length;
    return this.#count++;
  }

  #write(at: number, operation: number, fd: number, addressLow: number, addressHigh: number, flags: number, asks: boolean): void {
    const entries = this.#entries;
    const kept = fd < this.#kept.length ? (this.#kept[fd] as number) : 0;
    entries[at] = (asks ? operation : operation | this.#quiet) | kept;
    if (asks || this.#quiet === 0) this.#telling += 1;
    entries[at + 1] = fd;
    entries[at + 4] = addressLow;
    entries[at + 5] = addressHigh;
    entries[at + 7] = flags;
    entries[at + 8] = this.#count;
    entries[at + 9] = 0;
    entries[at + 10] = 0;
  }

  /** How many are in the batch. */
  get count(): number {
    return this.#count;
  }

  /** Does everything in the batch; `result` then tells of each. */
  run(): void {
    const count = this.#count;
    if (count === 0) return;
    const telling = this.#telling;
    this.#count = 0;
    this.#telling = 0;
    if (telling > 0) this.#results.fill(-1, 0, count);
    this.#tail = (this.#tail + count) >>> 0;
    // The kernel reads and writes these words within the call alone: it is the barrier.
    this.#rings[this.#tailAt] = this.#tail;
    // The kernel may stop after one that fails. What it will not take is taken back: left in the ring, it would be done in the
    // next batch, and its result told of another socket.
    for (let left = count; left > 0; left = (this.#tail - (this.#rings[this.#headAt] as number)) >>> 0) {
      if (this.#libc.ringEnter(this.#fd, left, telling === 0 ? 0 : left, enterGetEvents) <= 0) break;
    }
    this.#tail = this.#rings[this.#headAt] as number;
    this.#rings[this.#tailAt] = this.#tail;
    let head = this.#rings[this.#completionHeadAt] as number;
    const end = this.#rings[this.#completionTailAt] as number;
    for (; head !== end; head = (head + 1) >>> 0) {
      const at = this.#completionsAt + ((head & this.#completionMask) << 2);
      this.#results[this.#rings[at] as number] = (this.#rings[at + 2] as number) | 0;
    }
    this.#rings[this.#completionHeadAt] = head;
  }

  /** What the call at that place of the last batch returned; below 0 is an error. */
  result(place: number): number {
    return this.#results[place] as number;
  }

  close(): void {
    for (const memory of this.#memory) this.#libc.unmap(memory);
    this.#libc.close(this.#fd);
  }
}
