import { openCLibrary, type CLibrary } from '../../kernel/c-library.ts';

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

/** Binds the C library, or says why that cannot be. */
export function loadLibc(): Libc | string {
  const library = openCLibrary();
  return typeof library === 'string' ? library : bindLibc(library);
}

function bindLibc({ bind, koffi }: CLibrary): Libc {
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
