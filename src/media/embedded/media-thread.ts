import type { MessagePort, Worker } from 'node:worker_threads';
import type { Logger } from '../../kernel/logger.ts';
import { NailupError } from '../../kernel/nailup-error.ts';
import { startModuleWorker } from '../../kernel/module-worker.ts';
import type { MediaEvent } from '../media.ts';
import type { WorkerConfig } from './config.ts';
import type { FileThreadKeeper } from './file-thread-keeper.ts';
import { loadCells, type FileLine, type WorkerCommand, type WorkerMessage, type WorkerStart, type WorkerStats } from './worker-protocol.ts';

/** A tick leaves little behind: a small nursery keeps a thread's memory, and each of its collections, small. */
const youngGenerationMb = 6;

export interface MediaThreadParts {
  readonly index: number;
  readonly config: WorkerConfig;
  readonly files: FileThreadKeeper;
  readonly log: Logger;
  readonly events: (events: readonly MediaEvent[]) => void;
  /** It failed: what was on it is gone. */
  readonly lost: (thread: MediaThread) => void;
}

/** One media thread as the main thread sees it: commands go in, events come out, its load can be read at any time. */
export class MediaThread {
  endpoints = 0;
  /** Seats of its conferences. */
  reserved = 0;
  readonly #parts: MediaThreadParts;
  readonly #worker: Worker;
  readonly #load: Float64Array;
  readonly #queries = new Map<number, { readonly resolve: (stats: WorkerStats) => void; readonly reject: (why: Error) => void }>();
  /** Commands of this turn of the loop: hundreds in one message cost the thread a part of what they would in one each. */
  #outgoing: WorkerCommand[] = [];
  #query = 0;
  #over = false;
  #stopping = false;
  readonly #stopped: Promise<void>;
  #tellStopped: () => void = () => undefined;
  readonly #leaveFiles: () => void;

  constructor(parts: MediaThreadParts) {
    this.#parts = parts;
    this.#stopped = new Promise((done) => (this.#tellStopped = done));
    const load = new SharedArrayBuffer(loadCells.count * 8);
    this.#load = new Float64Array(load);
    const start: WorkerStart = { config: parts.config, processOrigin: Number(process.hrtime.bigint()) / 1e6 - performance.now(), load };
    this.#worker = startModuleWorker(import.meta.url, './media-worker', { workerData: start, resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb } });
    this.#leaveFiles = parts.files.join((line: MessagePort) => this.#worker.postMessage({ op: 'files', line } satisfies FileLine, [line]));
  }

  /** Resolves when it takes commands; rejects when it ends before. */
  started(): Promise<void> {
    const { index, log } = this.#parts;
    return new Promise((resolve, reject) => {
      this.#worker.on('message', (message: WorkerMessage) => {
        if (message.kind === 'ready') {
          log.info({ worker: index, packetIo: message.packetIo, why: message.why }, 'media thread started');
          resolve();
        } else this.#received(message);
      });
      this.#worker.once('error', (error) => {
        log.error({ worker: index, error: error.stack }, 'a media thread failed');
        reject(error);
        this.#ended();
      });
      this.#worker.once('exit', (code) => {
        if (!this.#over && !this.#stopping) log.error({ worker: index, code }, 'a media thread ended by itself');
        reject(threadFailed(index));
        this.#ended();
      });
    });
  }

  post(command: WorkerCommand): void {
    if (this.#outgoing.push(command) === 1) setImmediate(this.#send);
  }

  /** @throws NailupError MEDIA_THREAD_FAILED when it is over before it has answered */
  stats(): Promise<WorkerStats> {
    if (this.#over) return Promise.reject(threadFailed(this.#parts.index));
    return new Promise((resolve, reject) => {
      const query = ++this.#query;
      this.#queries.set(query, { resolve, reject });
      this.post({ op: 'stats', query });
    });
  }

  /** Work of a tick over the last 5 s, milliseconds. */
  get workP99(): number {
    return this.#load[loadCells.workP99] ?? 0;
  }

  /** A machine's hiccup also lengthens some ticks: only when half of them are long as well is it our own work. */
  isOverloaded(limitMs: number): boolean {
    return this.workP99 > limitMs && (this.#load[loadCells.workP50] ?? 0) > limitMs / 2;
  }

  /** Closes all that is on it, and ends it when its files are written. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.post({ op: 'shutdown' });
    await this.#stopped;
    await this.#worker.terminate();
  }

  readonly #send = (): void => {
    const commands = this.#outgoing;
    this.#outgoing = [];
    try {
      this.#worker.postMessage(commands);
    } catch {
      for (const command of commands) this.#sendAlone(command);
    }
  };

  /** One that cannot be passed to a thread is a bug of whoever made it, and takes no other along. */
  #sendAlone(command: WorkerCommand): void {
    try {
      this.#worker.postMessage([command]);
    } catch (error) {
      this.#parts.log.error({ op: command.op, error: String(error) }, 'a media command could not be passed to its thread');
    }
  }

  #received(message: Exclude<WorkerMessage, { kind: 'ready' }>): void {
    if (message.kind === 'stopped') return this.#tellStopped();
    if (message.kind === 'log') return this.#parts.log[message.level](message.fields, message.message);
    if (message.kind === 'events') return this.#parts.events(message.events);
    this.#queries.get(message.query)?.resolve(message.stats);
    this.#queries.delete(message.query);
  }

  /** Nothing comes from it any more: who waits for an answer is told so. */
  #ended(): void {
    if (this.#over) return;
    this.#over = true;
    this.#leaveFiles();
    this.#tellStopped();
    for (const { reject } of this.#queries.values()) reject(threadFailed(this.#parts.index));
    this.#queries.clear();
    if (!this.#stopping) this.#parts.lost(this);
  }
}

const threadFailed = (index: number): NailupError => new NailupError('MEDIA_THREAD_FAILED', `media thread ${index} ended before it had answered`, { mend: 'Its calls are over, and another one takes its place within seconds. The log says why it ended.' });
