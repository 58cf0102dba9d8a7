import { openCLibrary, type CLibrary } from '../../kernel/c-library.ts';

/** The system calls that the koffi packet I/O needs, bound once per thread. Linux on 64-bit machines (LP64 structures). */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  getsockname(fd: number, address: Uint8Array, length: Int32Array): number;
  setsockopt(fd: number, level: number, name: number, value: Int32Array, length: number): number;
  /** `messages` is the address of an array of struct mmsghdr. */
  recvmmsg(fd: number, messages: unknown, count: number, flags: number, timeout: null): number;
  /** `message` is the address of a struct msghdr, as a number: cheaper to pass than a pointer. */
  recvmsg(fd: number, message: number, flags: number): number;
  sendmsg(fd: number, message: number, flags: number): number;
  sendto(fd: number, bytes: Uint8Array, length: number, flags: number, address: Uint8Array, addressLength: number): number;
  close(fd: number): number;
  epollCreate(flags: number): number;
  /** `event` is a struct epoll_event. */
  epollControl(epoll: number, operation: number, fd: number, event: Uint8Array): number;
  /** `events` is the address of an array of struct epoll_event. */
  epollWait(epoll: number, events: unknown, count: number, timeoutMs: number): number;
  /** Memory outside the garbage collector, with its address and a view of it. */
  allocate(bytes: number): NativeMemory;
  /** io_uring_setup(2): `parameters` is a struct io_uring_params. */
  ringSetup(entries: number, parameters: Uint32Array): number;
  /** io_uring_register(2). */
  ringRegister(ring: number, operation: number, argument: Uint8Array, count: number): number;
  ringEnter(ring: number, submit: number, complete: number, flags: number): number;
  /** Shared memory of a descriptor; undefined when the system refuses. */
  map(fd: number, offset: number, bytes: number): NativeMemory | undefined;
  unmap(memory: NativeMemory): void;
}

export interface NativeMemory {
  readonly pointer: unknown;
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/** The same on all 64-bit machines. */
const systemCall = { ringSetup: 425, ringEnter: 426, ringRegister: 427 } as const;
const protReadWrite = 3;
const mapSharedPopulate = 0x8001;
const mapFailed = 0xffff_ffff_ffff_ffffn;

/** Binds the C library, or says why that cannot be. */
export function loadLibc(): Libc | string {
  const library = openCLibrary();
  return typeof library === 'string' ? library : bindLibc(library);
}

function bindLibc({ bind, koffi }: CLibrary): Libc {
  const memoryAt = (pointer: unknown, bytes: number): NativeMemory => ({ pointer, address: koffi.address(pointer), bytes: new Uint8Array(koffi.view(pointer, bytes)) });
  const setup = bind<(call: number, entries: number, parameters: Uint32Array) => number>('int syscall(int64_t call, uint32_t entries, void* parameters)');
  const register = bind<(call: number, ring: number, operation: number, argument: Uint8Array, count: number) => number>('int syscall(int64_t call, uint32_t ring, uint32_t operation, void* argument, uint32_t count)');
  const enter = bind<(call: number, ring: number, submit: number, complete: number, flags: number, mask: number, size: number) => number>('int syscall(int64_t call, uint32_t ring, uint32_t submit, uint32_t complete, uint32_t flags, uintptr_t mask, size_t size)');
  const mmap = bind<(address: null, length: number, protection: number, flags: number, fd: number, offset: number) => unknown>('void* mmap(void* address, size_t length, int protection, int flags, int fd, int64_t offset)');
  const munmap = bind<(pointer: unknown, length: number) => number>('int munmap(void* address, size_t length)');
  return {
    socket: bind('int socket(int family, int type, int protocol)'),
    bind: bind('int bind(int fd, void* address, uint32_t length)'),
    getsockname: bind('int getsockname(int fd, void* address, void* length)'),
    setsockopt: bind('int setsockopt(int fd, int level, int name, void* value, uint32_t length)'),
    recvmmsg: bind('int recvmmsg(int fd, void* messages, uint32_t count, int flags, void* timeout)'),
    recvmsg: bind('int recvmsg(int fd, uintptr_t message, int flags)'),
    sendmsg: bind('int sendmsg(int fd, uintptr_t message, int flags)'),
    sendto: bind('int64_t sendto(int fd, void* bytes, size_t length, int flags, void* address, uint32_t addressLength)'),
    close: bind('int close(int fd)'),
    epollCreate: bind('int epoll_create1(int flags)'),
    epollControl: bind('int epoll_ctl(int epoll, int operation, int fd, void* event)'),
    epollWait: bind('int epoll_wait(int epoll, void* events, int count, int timeout)'),
    allocate: (bytes) => memoryAt(koffi.alloc('uint8_t', bytes), bytes),
    ringSetup: (entries, parameters) => setup(systemCall.ringSetup, entries, parameters),
    ringRegister: (ring, operation, argument, count) => register(systemCall.ringRegister, ring, operation, argument, count),
    ringEnter: (ring, submit, complete, flags) => enter(systemCall.ringEnter, ring, submit, complete, flags, 0, 0),
    map: (fd, offset, bytes) => {
      const pointer = mmap(null, bytes, protReadWrite, mapSharedPopulate, fd, offset);
      return koffi.address(pointer) === mapFailed ? undefined : memoryAt(pointer, bytes);
    },
    unmap: ({ pointer, bytes }) => void munmap(pointer, bytes.length),
  };
}
