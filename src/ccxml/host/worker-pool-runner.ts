import type { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../../kernel/clock.ts';
import type { SessionId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { startModuleWorker } from '../../kernel/module-worker.ts';
import { SharedTexts } from './shared-texts.ts';
import type { RunnerEvents, RunnerFactory, SessionRunner } from './session-runner.ts';
import { watchTime, type FromWorker, type ToWorker, type WorkerSetup } from './worker-protocol.ts';

export interface WorkerPoolOptions {
  readonly workers: number;
  /** All sessions of one worker together. */
  readonly maxMemoryBytes: number;
  /** A session that holds its thread longer is stuck: the thread is ended, and every session on it. */
  readonly stuckAfterMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface PoolWorker {
  thread: Worker;
  readonly watch: Int32Array;
  readonly sessions: Map<SessionId, number>;
  readonly slots: Map<number, SessionId>;
  readonly texts: SharedTexts;
  outbox: ToWorker[];
  closing: boolean;
}

/** How often the watchdog looks, ms. */
const inspectEveryMs = 100;

/** Sessions on worker threads, with a watchdog over each thread. */
export function workerPoolRunner(options: WorkerPoolOptions): RunnerFactory {
  return (events) => new WorkerPool(options, events);
}

class WorkerPool implements SessionRunner {
  readonly #options: WorkerPoolOptions;
  readonly #events: RunnerEvents;
  readonly #workers: PoolWorker[] = [];
  readonly #home = new Map<SessionId, PoolWorker>();
  #slot = 0;
  #watchdog: Timer | undefined;
  #flushing = false;
  #closed = false;

  constructor(options: WorkerPoolOptions, events: RunnerEvents) {
    this.#options = options;
    this.#events = events;
    for (let i = 0; i < options.workers; i++) this.#workers.push(this.#startWorker());
    this.#watchLater();
  }

  launch(start: Parameters<SessionRunner['launch']>[0]): void {
    const worker = this.#workers.reduce((least, w) => (w.sessions.size < least.sessions.size ? w : least));
    this.#slot = (this.#slot % 0x7ffffffe) + 1;
    const slot = this.#slot;
    worker.sessions.set(start.session, slot);
    worker.slots.set(slot, start.session);
    this.#home.set(start.session, worker);
    this.#send(worker, { type: 'launch', slot, start });
  }

  post(session: SessionId, message: Parameters<SessionRunner['post']>[1]): void {
    const worker = this.#home.get(session);
    if (worker === undefined) return;
    const spared = worker.texts.spare(message);
    for (const notice of spared.before) this.#send(worker, notice);
    this.#send(worker, { type: 'post', session, message: spared.message });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watchdog?.cancel();
    await Promise.all(this.#workers.map(async (worker) => {
      worker.closing = true;
      await worker.thread.terminate();
    }));
    this.#home.clear();
  }

  #startWorker(): PoolWorker {
    const watch = new SharedArrayBuffer(8);
    const worker: PoolWorker = { thread: this.#thread(watch), watch: new Int32Array(watch), sessions: new Map(), slots: new Map(), texts: new SharedTexts(), outbox: [], closing: false };
    worker.thread.on('message', (batch: readonly FromWorker[]) => {
      for (const message of batch) if (message.type === 'request') this.#request(worker, message.session, message.request);
    });
    worker.thread.on('error', (error) => this.#lost(worker, `the session thread failed: ${error instanceof Error ? error.message : String(error)}`, undefined));
    worker.thread.on('exit', () => {
      if (!worker.closing) this.#lost(worker, 'the session thread ended', undefined);
    });
    return worker;
  }

  #thread(watch: SharedArrayBuffer): Worker {
    const setup: WorkerSetup = { watch, maxMemoryBytes: this.#options.maxMemoryBytes };
    return startModuleWorker(import.meta.url, './session-worker', { workerData: setup, resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 48 } });
  }

  #request(worker: PoolWorker, session: SessionId, request: Parameters<RunnerEvents['request']>[1]): void {
    if (this.#home.get(session) !== worker) return;
    if (request.do === 'end') this.#forget(worker, session);
    this.#events.request(session, request);
  }

  #forget(worker: PoolWorker, session: SessionId): void {
    const slot = worker.sessions.get(session);
    worker.sessions.delete(session);
    if (slot !== undefined) worker.slots.delete(slot);
    this.#home.delete(session);
  }

  #send(worker: PoolWorker, message: ToWorker): void {
    worker.outbox.push(message);
    if (this.#flushing) return;
    this.#flushing = true;
    // What one turn of the event loop brings travels together.
    setImmediate(() => {
      this.#flushing = false;
      for (const w of this.#workers) {
        if (w.outbox.length === 0) continue;
        const batch = w.outbox;
        w.outbox = [];
        w.thread.postMessage(batch);
      }
    });
  }

  #watchLater(): void {
    if (this.#closed) return;
    const set = this.#options.clock.monotonic();
    this.#watchdog = this.#options.clock.after(inspectEveryMs, () => {
      // Where this thread comes late, the machine is short of time, and the others get more of it too.
      const late = Math.max(0, this.#options.clock.monotonic() - set - inspectEveryMs);
      for (const worker of [...this.#workers]) this.#inspect(worker, this.#options.stuckAfterMs + 4 * late);
      this.#watchLater();
    });
  }

  #inspect(worker: PoolWorker, allowedMs: number): void {
    const slot = Atomics.load(worker.watch, 0);
    if (slot === 0) return;
    const elapsed = watchTime(Date.now()) - Atomics.load(worker.watch, 1);
    if (elapsed < allowedMs) return;
    this.#lost(worker, `the page held its thread for ${elapsed} ms`, worker.slots.get(slot));
  }

  /** Ends a thread and all its sessions, and puts a new one in its place. */
  #lost(worker: PoolWorker, reason: string, culprit: SessionId | undefined): void {
    if (worker.closing) return;
    worker.closing = true;
    const index = this.#workers.indexOf(worker);
    const sessions = [...worker.sessions.keys()];
    this.#options.logger.error({ ...(culprit === undefined ? {} : { session: culprit }), sessions: sessions.length }, reason);
    void worker.thread.terminate();
    if (index >= 0 && !this.#closed) this.#workers[index] = this.#startWorker();
    for (const session of sessions) {
      this.#forget(worker, session);
      this.#events.lost(session, culprit === undefined || session === culprit ? reason : `the thread was ended because of session ${culprit}: ${reason}`);
    }
  }
}
