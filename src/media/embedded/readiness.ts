import type { Libc } from './libc.ts';

const closeOnExec = 0o2000000;
const operation = { add: 1, delete: 2 } as const;
const readable = 1;
const most = 8192;
/** struct epoll_event: events 4, data 8; packed on x86-64 alone. */
const dataAt = process.arch === 'x64' ? 4 : 8;
const eventBytes = dataAt + 8;

/** Which sockets have something to read: one system call for all of them (epoll, level-triggered). */
export class Readiness {
  readonly #libc: Libc;
  readonly #epoll: number;
  readonly #pointer: unknown;
  readonly #events: DataView;
  readonly #event = new Uint8Array(eventBytes);
  readonly #view = new DataView(this.#event.buffer);

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#epoll = libc.epollCreate(closeOnExec);
    const { pointer, bytes } = libc.allocate(most * eventBytes);
    this.#pointer = pointer;
    this.#events = new DataView(bytes.buffer);
  }

  add(fd: number): void {
    this.#control(operation.add, fd);
  }

  delete(fd: number): void {
    this.#control(operation.delete, fd);
  }

  /** How many descriptors are readable now, at most 8,192; `fd(i)` names them. What is not read stays readable. */
  wait(): number {
    return Math.max(0, this.#libc.epollWait(this.#epoll, this.#pointer, most, 0));
  }

  fd(index: number): number {
    return this.#events.getUint32(index * eventBytes + dataAt, true);
  }

  close(): void {
    this.#libc.close(this.#epoll);
  }

  #control(what: number, fd: number): void {
    this.#view.setUint32(0, readable, true);
    this.#view.setUint32(dataAt, fd, true);
    this.#libc.epollControl(this.#epoll, what, fd, this.#event);
  }
}
