/**
 * First in, first out, run to completion: while one message is handled, further ones wait, also those that the handler
 * itself posts. A handler that throws is a bug: it goes to `onBug` and the next message is still handled.
 */
export class Mailbox<M> {
  readonly #handle: (message: M) => void;
  readonly #onBug: (error: unknown, message: M) => void;
  readonly #queue: M[] = [];
  #head = 0;
  #running = false;
  #closed = false;

  constructor(handle: (message: M) => void, onBug: (error: unknown, message: M) => void) {
    this.#handle = handle;
    this.#onBug = onBug;
  }

  get length(): number {
    return this.#queue.length - this.#head;
  }

  /** False when the mailbox is closed: the message was not taken. */
  post(message: M): boolean {
    if (this.#closed) return false;
    this.#queue.push(message);
    if (!this.#running) this.#drain();
    return true;
  }

  /** Takes no further message; what is queued is dropped. */
  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
    this.#head = 0;
  }

  #drain(): void {
    this.#running = true;
    while (this.#head < this.#queue.length) {
      const message = this.#queue[this.#head] as M;
      this.#head += 1;
      if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
        this.#queue.splice(0, this.#head);
        this.#head = 0;
      }
      try {
        this.#handle(message);
      } catch (error) {
        this.#onBug(error, message);
      }
    }
    this.#queue.length = 0;
    this.#head = 0;
    this.#running = false;
  }
}
