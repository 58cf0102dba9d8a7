import type { Clock, Timer } from '../../kernel/clock.ts';
import type { SessionId } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { DocumentStanding, pageOf } from './document-standing.ts';
import type { RunnerEvents, RunnerFactory, SessionRunner } from './session-runner.ts';
import { SessionThread } from './session-thread.ts';

export interface WorkerPoolOptions {
  /** Threads for the proven pages of one group of sessions. */
  readonly workers: number;
  /** All sessions of one worker together. */
  readonly maxMemoryBytes: number;
  /** A session that holds its thread longer is stuck: the thread is ended, and every session on it. */
  readonly stuckAfterMs: number;
  /** Addresses below which pages are the server's own, and proven from the start. */
  readonly provenUnder: readonly string[];
  /** Groups whose thread is started at once, so that their first session need not wait for it. */
  readonly groups: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often the watchdog looks, ms. */
const inspectEveryMs = 100;
/** Threads beside the main ones are ended when nothing ran on them for so long, ms. */
const idleEndMs = 60_000;
/** Threads for pages in quarantine, at most; more such pages share them. */
const maxQuarantines = 8;

/**
 * Sessions on worker threads, with a watchdog over each. Only ending a thread stops a built-in that does not come back, so who shares
 * a thread is chosen with care: sessions of different groups never do, a page on probation shares only with its like, and a page that
 * once had its thread ended runs on a thread of its own.
 */
export function workerPoolRunner(options: WorkerPoolOptions): RunnerFactory {
  return (events) => new WorkerPool(options, events);
}

class WorkerPool implements SessionRunner {
  readonly #options: WorkerPoolOptions;
  readonly #events: RunnerEvents;
  readonly #standing: DocumentStanding;
  readonly #threads = new Set<SessionThread>();
  readonly #home = new Map<SessionId, SessionThread>();
  readonly #quarantines = new Map<string, number>();
  #watchdog: Timer | undefined;
  #flushing = false;
  #closed = false;

  constructor(options: WorkerPoolOptions, events: RunnerEvents) {
    this.#options = options;
    this.#events = events;
    this.#standing = new DocumentStanding(options.provenUnder);
    for (const group of options.groups) this.#startThread(`proven ${group}`);
    this.#watchLater();
  }

  launch(start: Parameters<SessionRunner['launch']>[0], group: string): void {
    const thread = this.#threadFor(start.uri, group);
    this.#home.set(start.session, thread);
    thread.launch(start);
    this.#flushSoon();
  }

  post(session: SessionId, message: Parameters<SessionRunner['post']>[1]): void {
    const thread = this.#home.get(session);
    if (thread === undefined) return;
    thread.post(session, message);
    this.#flushSoon();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watchdog?.cancel();
    await Promise.all([...this.#threads].map((thread) => thread.end()));
    this.#home.clear();
  }

  #threadFor(uri: string, group: string): SessionThread {
    const standing = this.#standing.of(uri);
    const room = standing === 'quarantine' ? `quarantine ${this.#quarantineOf(uri)}` : `${standing} ${group}`;
    const those = [...this.#threads].filter((thread) => thread.room === room);
    const least = those.reduce<SessionThread | undefined>((least_, thread) => (least_ === undefined || thread.sessions.size < least_.sessions.size ? thread : least_), undefined);
    const most = standing === 'proven' ? this.#options.workers : 1;
    if (least !== undefined && (least.sessions.size === 0 || those.length >= most)) return least;
    return this.#startThread(room);
  }

  #startThread(room: string): SessionThread {
    const thread: SessionThread = new SessionThread(room, this.#options.maxMemoryBytes, this.#options.clock.monotonic(), {
      request: (session, request) => this.#request(thread, session, request),
      failed: (reason) => this.#lost(thread, reason, undefined),
    });
    this.#threads.add(thread);
    return thread;
  }

  #quarantineOf(uri: string): number {
    const page = pageOf(uri);
    const known = this.#quarantines.get(page) ?? this.#quarantines.size % maxQuarantines;
    this.#quarantines.set(page, known);
    return known;
  }

  #request(thread: SessionThread, session: SessionId, request: Parameters<RunnerEvents['request']>[1]): void {
    if (this.#home.get(session) !== thread) return;
    if (request.do === 'end') {
      const uri = thread.sessions.get(session)?.uri;
      if (uri !== undefined && request.end.how !== 'limit') this.#standing.ended(uri);
      this.#forget(thread, session);
    }
    this.#events.request(session, request);
  }

  #forget(thread: SessionThread, session: SessionId): void {
    thread.forget(session, this.#options.clock.monotonic());
    this.#home.delete(session);
  }

  /** What one turn of the event loop brings travels together. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      for (const thread of this.#threads) thread.flush();
    });
  }

  #watchLater(): void {
    if (this.#closed) return;
    const set = this.#options.clock.monotonic();
    this.#watchdog = this.#options.clock.after(inspectEveryMs, () => {
      // Where this thread comes late, the machine is short of time, and the others get more of it too.
      const now = this.#options.clock.monotonic();
      const late = Math.max(0, now - set - inspectEveryMs);
      for (const thread of [...this.#threads]) {
        this.#inspect(thread, this.#options.stuckAfterMs + 4 * late);
        if (!thread.room.startsWith('proven ') && thread.sessions.size === 0 && now - thread.idleSince > idleEndMs) this.#dismiss(thread);
      }
      this.#watchLater();
    });
  }

  #dismiss(thread: SessionThread): void {
    this.#threads.delete(thread);
    void thread.end();
  }

  #inspect(thread: SessionThread, allowedMs: number): void {
    const busy = thread.busyWith();
    if (busy === undefined || busy.elapsedMs < allowedMs) return;
    this.#lost(thread, `the page held its thread for ${busy.elapsedMs} ms`, busy.session);
  }

  /** Ends a thread and all its sessions. The culprit's page goes into quarantine; the others are told that it was not theirs. */
  #lost(thread: SessionThread, reason: string, culprit: SessionId | undefined): void {
    if (!this.#threads.has(thread)) return;
    const sessions = [...thread.sessions.values()];
    const page = culprit === undefined ? undefined : thread.sessions.get(culprit)?.uri;
    this.#options.logger.error({ ...(culprit === undefined ? {} : { session: culprit, page }), room: thread.room, sessions: sessions.length }, reason);
    this.#dismiss(thread);
    if (page !== undefined) this.#standing.stuck(page);
    for (const { session } of sessions) {
      this.#forget(thread, session);
      this.#events.lost(session, culprit === undefined || session === culprit ? { how: 'limit', values: {}, reason } : { how: 'kill', values: {}, reason: `ccxml.kill.unconditional: the thread was ended because of session ${culprit}: ${reason}` });
    }
  }
}
