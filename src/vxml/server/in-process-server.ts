import { QuickjsEngine } from '../../ecmascript/quickjs/quickjs-engine.ts';
import type { ScriptEngine } from '../../ecmascript/ecmascript.ts';
import { UndiciFetcher } from '../../fetch/undici/undici-fetcher.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import { VxmlHost } from '../host.ts';
import type { VxmlConfiguration } from './configuration.ts';
import type { VxmlListener, VxmlServer } from './vxml-server.ts';

/** A server in this very thread: the worker's inside, and what tests and the command line use. */
export async function inProcessServer(configuration: VxmlConfiguration, parts: { readonly clock: Clock; readonly logger: Logger; readonly listener: VxmlListener }): Promise<VxmlServer> {
  const { clock, logger, listener } = parts;
  const scripts = await RenewedEngine.create(configuration.scriptMemoryBytes);
  const fetcher = new UndiciFetcher({ clock, ...configuration.fetch });
  const host = new VxmlHost(
    {
      clock, logger, scripts, fetcher, audioFolder: configuration.audioFolder,
      ...(configuration.limits === undefined ? {} : { limits: configuration.limits }), ...(configuration.properties === undefined ? {} : { properties: configuration.properties }),
    },
    { ...listener, ended: (dialog, end) => {
      listener.ended(dialog, end);
      scripts.renewWhenNeeded();
    }, failed: (dialog, event, reason) => {
      listener.failed(dialog, event, reason);
      scripts.renewWhenNeeded();
    } },
  );
  return {
    prepare: (request) => host.prepare(request),
    start: (start, request) => host.start(start, request),
    deliver: (dialog, event) => void host.deliver(dialog, event),
    terminate: (dialog) => void host.terminate(dialog),
    get openDialogs() {
      return host.openDialogs;
    },
    async stop() {
      host.close();
      await fetcher.close();
    },
  };
}

/** New contexts come from a fresh engine once the old one broke or its memory is nearly used up; dialogs that run keep theirs. */
class RenewedEngine implements ScriptEngine {
  readonly #maxMemoryBytes: number | undefined;
  #engine: QuickjsEngine;
  #renewing = false;

  private constructor(engine: QuickjsEngine, maxMemoryBytes: number | undefined) {
    this.#engine = engine;
    this.#maxMemoryBytes = maxMemoryBytes;
  }

  static async create(maxMemoryBytes: number | undefined): Promise<RenewedEngine> {
    return new RenewedEngine(await newEngine(maxMemoryBytes), maxMemoryBytes);
  }

  createContext(...args: Parameters<ScriptEngine['createContext']>): ReturnType<ScriptEngine['createContext']> {
    return this.#engine.createContext(...args);
  }

  renewWhenNeeded(): void {
    if (this.#renewing || (this.#engine.broken === undefined && !this.#engine.exhausted)) return;
    this.#renewing = true;
    void newEngine(this.#maxMemoryBytes).then((engine) => {
      this.#engine = engine;
      this.#renewing = false;
    });
  }
}

const newEngine = (maxMemoryBytes: number | undefined): Promise<QuickjsEngine> => QuickjsEngine.create(maxMemoryBytes === undefined ? {} : { maxMemoryBytes });
