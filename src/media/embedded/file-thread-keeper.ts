import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import type { Logger } from '../../kernel/logger.ts';
import { startModuleWorker } from '../../kernel/module-worker.ts';
import { NailupError } from '../../kernel/nailup-error.ts';
import type { FileThreadMessage } from './worker-protocol.ts';

export interface FileThreadKeeperParts {
  readonly recordingKey: string | undefined;
  /** One that dies sooner than this after its start is replaced only after so long. */
  readonly steadyMs: number;
  readonly log: Logger;
}

/** Takes a media thread's end of a line to the file thread. */
type TakeLine = (line: MessagePort) => void;

/** Keeps a file thread running: one that dies is replaced, and the media threads get lines to its successor. */
export class FileThreadKeeper {
  readonly #parts: FileThreadKeeperParts;
  readonly #joined = new Set<TakeLine>();
  #thread: Worker | undefined;
  #again: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: FileThreadKeeperParts) {
    this.#parts = parts;
  }

  /** Rejects when it does not come up. */
  async start(): Promise<void> {
    this.#stopped = false;
    await this.#start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#again);
    await this.#thread?.terminate();
    this.#thread = undefined;
  }

  /** A line comes at once where there is a file thread, and again whenever it has been replaced, until what is returned is called. */
  join(take: TakeLine): () => void {
    this.#joined.add(take);
    this.#connect(take);
    return () => this.#joined.delete(take);
  }

  #start(): Promise<void> {
    const { log, steadyMs } = this.#parts;
    const startedAt = performance.now();
    const thread = startModuleWorker(import.meta.url, './file-worker');
    this.#thread = thread;
    return new Promise((resolve, reject) => {
      let up = false;
      let cause: Error | undefined;
      thread.once('message', () => {
        up = true;
        resolve();
      });
      thread.once('error', (error) => (cause = error));
      thread.once('exit', (code) => {
        if (this.#thread === thread) this.#thread = undefined;
        if (!this.#stopped) log.error({ ...(cause === undefined ? { code } : { error: cause.stack }) }, up ? 'the file thread failed: what it read and wrote has failed, and another one takes its place' : 'a file thread did not come up');
        if (up) this.#replace(performance.now() - startedAt > steadyMs ? 0 : steadyMs);
        else reject(cause ?? new NailupError('MEDIA_THREAD_FAILED', `the file thread ended with code ${code} before it was up`, { mend: 'The log says why it ended.' }));
      });
      for (const take of this.#joined) this.#connect(take);
    });
  }

  #replace(delayMs: number): void {
    if (this.#stopped) return;
    const { log, steadyMs } = this.#parts;
    const start = (): void => {
      this.#start().then(() => log.info({}, 'the file thread has been replaced'), () => this.#replace(steadyMs));
    };
    if (delayMs === 0) start();
    else this.#again = setTimeout(start, delayMs).unref();
  }

  #connect(take: TakeLine): void {
    if (this.#thread === undefined) return;
    const { port1, port2 } = new MessageChannel();
    this.#thread.postMessage({ line: port2, recordingKey: this.#parts.recordingKey } satisfies FileThreadMessage, [port2]);
    take(port1);
  }
}
