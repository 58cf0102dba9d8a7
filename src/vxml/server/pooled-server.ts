import type { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import { startModuleWorker } from '../../kernel/module-worker.ts';
import type { VxmlConfiguration } from './configuration.ts';
import type { VxmlListener, VxmlServer } from './vxml-server.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker-protocol.ts';

interface Parts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly listener: VxmlListener;
}

/** A server on worker threads. A dialog stays on the thread it was prepared on; a thread that hangs or dies ends its dialogs alone. */
export async function pooledServer(configuration: VxmlConfiguration, parts: Parts): Promise<VxmlServer> {
  const threads = Array.from({ length: Math.max(1, configuration.workers ?? 1) }, () => new Thread(configuration, parts));
  await Promise.all(threads.map((t) => t.ready));
  const of = new Map<string, Thread>();
  const owner = (dialog: string): Thread | undefined => of.get(dialog);
  const place = (dialog: string): Thread => {
    const thread = of.get(dialog) ?? threads.reduce((least, t) => (t.dialogs < least.dialogs ? t : least));
    of.set(dialog, thread);
    return thread;
  };
  for (const thread of threads) thread.onGone = (dialog) => void of.delete(dialog);
  return {
    prepare: (request) => place(request.dialog).add(request.dialog, { kind: 'prepare', request }),
    start(start, request) {
      const thread = owner(start.dialog);
      if (thread === undefined && request === undefined) return parts.listener.failed(start.dialog, 'error.dialog.notstarted', `the dialog ${start.dialog} is not prepared`);
      (thread ?? place(start.dialog)).add(start.dialog, { kind: 'start', start, request });
    },
    deliver: (dialog, event) => owner(dialog)?.tell({ kind: 'deliver', dialog, event }),
    terminate: (dialog) => owner(dialog)?.tell({ kind: 'terminate', dialog }),
    get openDialogs() {
      return of.size;
    },
    stop: async () => void (await Promise.all(threads.map((t) => t.stop()))),
  };
}

/** One worker thread and its watchdog; when the worker is lost, its dialogs end and another worker takes its place. */
class Thread {
  readonly #configuration: VxmlConfiguration;
  readonly #parts: Parts;
  readonly #dialogs = new Set<string>();
  /** What was asked before the worker could listen. */
  #worker: Worker;
  #unanswered: Timer | undefined;
  #nextPing: Timer | undefined;
  #stopping: (() => void) | undefined;
  #ready: Promise<void>;
  onGone: (dialog: string) => void = () => undefined;

  constructor(configuration: VxmlConfiguration, parts: Parts) {
    this.#configuration = configuration;
    this.#parts = parts;
    [this.#worker, this.#ready] = this.#start();
  }

  get ready(): Promise<void> {
    return this.#ready;
  }

  get dialogs(): number {
    return this.#dialogs.size;
  }

  add(dialog: string, message: ToWorker): void {
    this.#dialogs.add(dialog);
    this.tell(message);
  }

  /** Messages that come before the worker listens wait in its port. */
  tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  async stop(): Promise<void> {
    this.#nextPing?.cancel();
    this.#unanswered?.cancel();
    await new Promise<void>((resolve) => {
      this.#stopping = resolve;
      this.tell({ kind: 'stop' });
      this.#unanswered = this.#parts.clock.after(this.#watchdogMs, resolve);
    });
    this.#unanswered?.cancel();
    await this.#worker.terminate();
  }

  get #watchdogMs(): number {
    return this.#configuration.watchdogMs ?? 5000;
  }

  #start(): [Worker, Promise<void>] {
    const start: WorkerStart = { configuration: this.#configuration, trace: this.#parts.listener.trace !== undefined };
    const worker = startModuleWorker(import.meta.url, './vxml-worker', { workerData: start, resourceLimits: { maxOldGenerationSizeMb: 1024 } });
    let opened: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => {
      opened = resolve;
    });
    worker.on('message', (message: FromWorker) => {
      if (worker !== this.#worker) return;
      if (message.kind === 'ready') {
        opened();
        this.#ping();
      } else this.#hear(message);
    });
    worker.on('error', (error) => {
      opened();
      if (worker === this.#worker) this.#lost(`the worker thread failed: ${error.message}`);
    });
    return [worker, ready];
  }

  #ping(): void {
    this.#nextPing = this.#parts.clock.after(1000, () => {
      this.tell({ kind: 'ping' });
      this.#unanswered = this.#parts.clock.after(this.#watchdogMs, () => this.#lost(`the worker thread did not answer for ${this.#watchdogMs} ms`));
    });
  }

  #lost(reason: string): void {
    this.#nextPing?.cancel();
    this.#unanswered?.cancel();
    if (this.#stopping !== undefined) return;
    this.#parts.logger.error({ reason, dialogs: this.#dialogs.size }, 'a VoiceXML worker is replaced');
    const lost = this.#worker;
    [this.#worker, this.#ready] = this.#start();
    void lost.terminate();
    for (const dialog of this.#dialogs) {
      this.#dialogs.delete(dialog);
      this.onGone(dialog);
      this.#parts.listener.ended(dialog, { how: 'limit', values: {}, reason });
    }
  }

  #hear(message: Exclude<FromWorker, { kind: 'ready' }>): void {
    const { listener, logger } = this.#parts;
    switch (message.kind) {
      case 'prepared':
      case 'started':
        return listener[message.kind](message.dialog);
      case 'failed':
        this.#gone(message.dialog);
        return listener.failed(message.dialog, message.event, message.reason);
      case 'ended':
        this.#gone(message.dialog);
        return listener.ended(message.dialog, message.end);
      case 'command':
        return listener.command(message.dialog, message.command);
      case 'trace':
        return listener.trace?.(message.dialog, message.trace);
      case 'log':
        return logger[message.level](message.fields, message.message);
      case 'pong':
        this.#unanswered?.cancel();
        return this.#ping();
      case 'stopped':
        return this.#stopping?.();
    }
  }

  #gone(dialog: string): void {
    this.#dialogs.delete(dialog);
    this.onGone(dialog);
  }
}
