import type { Worker } from 'node:worker_threads';
import type { SessionId } from '../../kernel/ids.ts';
import { startModuleWorker } from '../../kernel/module-worker.ts';
import type { SessionMessage, SessionRequest, SessionStart } from '../session/session-protocol.ts';
import { SharedTexts } from './shared-texts.ts';
import { watchTime, type FromWorker, type ToWorker, type WorkerSetup } from './worker-protocol.ts';

export interface ThreadEvents {
  readonly request: (session: SessionId, request: SessionRequest) => void;
  /** The thread is gone, or must be given up. */
  readonly failed: (reason: string) => void;
}

/** One thread that runs sessions, seen from the main thread: what lives on it, what waits to go to it, and what it works on right now. */
export class SessionThread {
  /** What kind of sessions it takes. */
  readonly room: string;
  readonly sessions = new Map<SessionId, SessionStart>();
  /** When the last session left it, by the caller's clock. */
  idleSince: number;
  readonly #worker: Worker;
  readonly #watch: Int32Array;
  readonly #slots = new Map<number, SessionId>();
  readonly #slotOf = new Map<SessionId, number>();
  readonly #texts = new SharedTexts();
  #outbox: ToWorker[] = [];
  #slot = 0;
  #closing = false;

  constructor(room: string, maxMemoryBytes: number, now: number, events: ThreadEvents) {
    this.room = room;
    this.idleSince = now;
    const watch = new SharedArrayBuffer(8);
    this.#watch = new Int32Array(watch);
    const setup: WorkerSetup = { watch, maxMemoryBytes };
    this.#worker = startModuleWorker(import.meta.url, './session-worker', { workerData: setup, resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 48 } });
    this.#worker.on('message', (batch: readonly FromWorker[]) => {
      for (const message of batch) if (message.type === 'request') events.request(message.session, message.request);
    });
    this.#worker.on('error', (error) => this.#closing || events.failed(`the session thread failed: ${error instanceof Error ? error.message : String(error)}`));
    this.#worker.on('exit', () => this.#closing || events.failed('the session thread ended'));
  }

  launch(start: SessionStart): void {
    this.#slot = (this.#slot % 0x7ffffffe) + 1;
    this.sessions.set(start.session, start);
    this.#slots.set(this.#slot, start.session);
    this.#slotOf.set(start.session, this.#slot);
    this.#outbox.push({ type: 'launch', slot: this.#slot, start });
  }

  post(session: SessionId, message: SessionMessage): void {
    const spared = this.#texts.spare(message);
    this.#outbox.push(...spared.before, { type: 'post', session, message: spared.message });
  }

  /** Sends what waits, all together. */
  flush(): void {
    if (this.#outbox.length === 0) return;
    const batch = this.#outbox;
    this.#outbox = [];
    this.#worker.postMessage(batch);
  }

  forget(session: SessionId, now: number): void {
    const slot = this.#slotOf.get(session);
    if (slot !== undefined) this.#slots.delete(slot);
    this.#slotOf.delete(session);
    this.sessions.delete(session);
    this.idleSince = now;
  }

  /** The session the thread works on, and since when, ms; undefined between two. */
  busyWith(): { readonly session: SessionId | undefined; readonly elapsedMs: number } | undefined {
    const slot = Atomics.load(this.#watch, 0);
    return slot === 0 ? undefined : { session: this.#slots.get(slot), elapsedMs: watchTime(Date.now()) - Atomics.load(this.#watch, 1) };
  }

  async end(): Promise<void> {
    this.#closing = true;
    await this.#worker.terminate();
  }
}
