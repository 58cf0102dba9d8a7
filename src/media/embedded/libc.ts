import { createRequire } from 'node:module';

/** The system calls that the koffi packet I/O needs, bound once per thread. Linux on 64-bit machines (LP64 structures). */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  getsockname(fd: number, address: Uint8Array, length: Int32Array): number;
  setsockopt(fd: number, level: number, name: number, value: Int32Array, length: number): number;
  /** `messages` is the address of an array of struct mmsghdr. */
  recvmmsg(fd: number, messages: unknown, count: number, flags: number, timeout: null): number;
  sendto(fd: number, bytes: Uint8Array, length: number, flags: number, address: Uint8Array, addressLength: number): number;
  close(fd: number): number;
  epollCreate(flags: number): number;
  /** `event` is a struct epoll_event. */
  epollControl(epoll: number, operation: number, fd: number, event: Uint8Array): number;
  /** `events` is the address of an array of struct epoll_event. */
  epollWait(epoll: number, events: unknown, count: number, timeoutMs: number): number;
  /** Memory outside the garbage collector, with its address and a view of it. */
  allocate(bytes: number): { readonly pointer: unknown; readonly address: bigint; readonly bytes: Uint8Array };
}

interface Koffi {
  load(name: string): { func(declaration: string): (...args: never[]) => unknown };
  alloc(type: string, length: number): unknown;
  address(pointer: unknown): bigint;
  view(pointer: unknown, length: number): ArrayBuffer;
}

/** Binds the C library, or says why that cannot be. */
export function loadLibc(): Libc | string {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return `not on ${process.platform} ${process.arch}`;
  let koffi: Koffi;
  try {
    koffi = createRequire(import.meta.url)('koffi') as Koffi;
  } catch {
    return 'the optional package koffi is not installed';
  }
  for (const name of ['libc.so.6', `libc.musl-${process.arch === 'x64' ? 'x86_64' : 'aarch64'}.so.1`]) {
    try {
      return bindLibc(koffi, name);
    } catch {
      continue; // the other C library
    }
  }
  return 'no C library was found';
}

function bindLibc(koffi: Koffi, name: string): Libc {
  const library = koffi.load(name);
  const bind = <F>(declaration: string): F => library.func(declaration) as F;
  return {
    socket: bind('int socket(int family, int type, int protocol)'),
    bind: bind('int bind(int fd, void* address, uint32_t length)'),
    getsockname: bind('int getsockname(int fd, void* address, void* length)'),
    setsockopt: bind('int setsockopt(int fd, int level, int name, void* value, uint32_t length)'),
    recvmmsg: bind('int recvmmsg(int fd, void* messages, uint32_t count, int flags, void* timeout)'),
    sendto: bind('int64_t sendto(int fd, void* bytes, size_t length, int flags, void* address, uint32_t addressLength)'),
    close: bind('int close(int fd)'),
    epollCreate: bind('int epoll_create1(int flags)'),
    epollControl: bind('int epoll_ctl(int epoll, int operation, int fd, void* event)'),
    epollWait: bind('int epoll_wait(int epoll, void* events, int count, int timeout)'),
    allocate: (bytes) => {
      const pointer = koffi.alloc('uint8_t', bytes);
      return { pointer, address: koffi.address(pointer), bytes: new Uint8Array(koffi.view(pointer, bytes)) };
    },
  };
}
