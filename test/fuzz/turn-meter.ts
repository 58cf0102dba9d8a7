import { closeSync, openSync, readSync } from 'node:fs';

/**
 * The longest turn of this thread's event loop, in milliseconds of the thread's own CPU: how long it kept others waiting, whatever else the
 * machine had to do meanwhile. Linux tells it in nanoseconds (proc(5), schedstat).
 */
export class TurnMeter {
  readonly #file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  readonly #buffer = Buffer.alloc(128);
  #before = 0;
  #next: NodeJS.Immediate;
  longestMs = 0;

  constructor() {
    this.#before = this.#cpuMs();
    this.#next = setImmediate(() => this.#turn());
  }

  stop(): void {
    clearImmediate(this.#next);
    closeSync(this.#file);
  }

  #turn(): void {
    const now = this.#cpuMs();
    this.longestMs = Math.max(this.longestMs, now - this.#before);
    this.#before = now;
    this.#next = setImmediate(() => this.#turn());
  }

  #cpuMs(): number {
    const length = readSync(this.#file, this.#buffer, 0, this.#buffer.length, 0);
    return Number(this.#buffer.toString('latin1', 0, length).split(' ')[0]) / 1e6;
  }
}
