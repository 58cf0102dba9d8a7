import type { Logger } from '../../kernel/logger.ts';
import type { MediaEvent } from '../media.ts';
import { defaultCodecs, defaultSteadyMs, portShare, type EmbeddedMediaConfig, type WorkerConfig } from './config.ts';
import type { FileThreadKeeper } from './file-thread-keeper.ts';
import { MediaThread } from './media-thread.ts';
import type { WorkerStats } from './worker-protocol.ts';

export interface MediaThreadsDeps {
  readonly config: EmbeddedMediaConfig;
  readonly files: FileThreadKeeper;
  readonly log: Logger;
  readonly events: (events: readonly MediaEvent[]) => void;
  /** A thread failed: what was on it is gone. Another one is on its way in its place. */
  readonly lost: (thread: MediaThread) => void;
}

/** The media threads: all are started together, and one that fails is replaced. */
export class MediaThreads {
  readonly #deps: MediaThreadsDeps;
  readonly #threads: (MediaThread | undefined)[] = [];
  readonly #again = new Set<NodeJS.Timeout>();
  #stopped = false;

  constructor(deps: MediaThreadsDeps) {
    this.#deps = deps;
  }

  /** Rejects when one of them does not come up. */
  async start(): Promise<void> {
    this.#stopped = false;
    const count = Math.max(1, this.#deps.config.workers ?? 1);
    await Promise.all(Array.from({ length: count }, (_, index) => this.#start(index, count)));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#again) clearTimeout(timer);
    this.#again.clear();
    await Promise.all(this.#threads.map((thread) => thread?.stop()));
    this.#threads.length = 0;
  }

  /** Where nodes without a group are. Undefined: it failed, and its successor is not there yet. */
  get first(): MediaThread | undefined {
    return this.#threads[0];
  }

  /** The one with the fewest endpoints. */
  get least(): MediaThread | undefined {
    return this.#threads.reduce((least, one) => (one !== undefined && (least === undefined || one.endpoints < least.endpoints) ? one : least), undefined);
  }

  /** Of each thread that is there. @throws NailupError MEDIA_THREAD_FAILED when one dies before it has answered */
  stats(): Promise<readonly WorkerStats[]> {
    return Promise.all(this.#threads.flatMap((thread) => (thread === undefined ? [] : [thread.stats()])));
  }

  async #start(index: number, count: number): Promise<void> {
    const { config, files, log, events } = this.#deps;
    const { steadyMs = defaultSteadyMs } = config;
    const startedAt = performance.now();
    const thread = new MediaThread({
      index, config: this.#workerConfig(index, count), files, log, events,
      lost: (lost) => {
        // Before it was up its start is what failed.
        if (this.#threads[index] !== lost) return;
        this.#threads[index] = undefined;
        this.#deps.lost(lost);
        this.#replace(index, count, performance.now() - startedAt > steadyMs ? 0 : steadyMs);
      },
    });
    await thread.started();
    if (this.#stopped) await thread.stop();
    else this.#threads[index] = thread;
  }

  #replace(index: number, count: number, delayMs: number): void {
    if (this.#stopped) return;
    const { config: { steadyMs = defaultSteadyMs }, log } = this.#deps;
    const timer = setTimeout(() => {
      this.#again.delete(timer);
      this.#start(index, count).catch((error: unknown) => {
        log.error({ worker: index, error: String(error), retryInMs: steadyMs }, 'a media thread could not be replaced');
        this.#replace(index, count, steadyMs);
      });
    }, delayMs).unref();
    this.#again.add(timer);
  }

  #workerConfig(index: number, count: number): WorkerConfig {
    const { address = '127.0.0.1', advertisedAddress = address, ports = { from: 0, to: 0 }, packetIo = 'auto', codecs = defaultCodecs, silentAfterMs = 5000, dscp = 46, rehearse = true } = this.#deps.config;
    return { address, advertisedAddress, ports: portShare(ports, index, count), packetIo, codecs, silentAfterMs, dscp, rehearse };
  }
}
