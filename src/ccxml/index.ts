import type { Fetcher } from '../fetch/fetch.ts';
import type { Clock } from '../kernel/clock.ts';
import type { IdSource, SessionId } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { defaultCcxmlConfig, type CcxmlSettings } from './config.ts';
import { CcxmlHost, type RunningSession, type SessionFollower, type SessionObserver } from './host/ccxml-host.ts';
import { FetcherResources } from './host/fetcher-resources.ts';
import { OwnAddressResources } from './host/own-address-resources.ts';
import { workerPoolRunner } from './host/worker-pool-runner.ts';
import { basicHttp, createSession, type IoAnswer } from './io-processor/basic-http.ts';
import { BasicHttpServer } from './io-processor/basic-http-server.ts';
import type { CcxmlPlatform, CcxmlServer, SessionEnd } from './platform.ts';

export type { CcxmlConfig, CcxmlSettings } from './config.ts';
export { defaultCcxmlConfig } from './config.ts';
export type { RunningSession, SessionFollower, SessionObserver } from './host/ccxml-host.ts';
export type { SessionLimits, TraceEntry } from './session/session-protocol.ts';

export interface CcxmlDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly fetcher: Fetcher;
  readonly observe?: SessionObserver;
}

/** The CCXML server with what its surroundings want to ask. */
export interface RunningCcxmlServer extends CcxmlServer {
  readonly sessionCount: number;
  /** Those that run now, the oldest first. */
  running(): readonly RunningSession[];
  /** Addresses of the I/O processors, as `session.ioprocessors` has them. */
  readonly ioProcessors: Readonly<Record<string, string>>;
  /** Brings a page into the fetcher's cache before it is needed. */
  prefetch(uri: string): void;
  /** Follows a session live; call the result to stop. Undefined: no such session. */
  trace(session: SessionId, follower: SessionFollower): (() => void) | undefined;
}

/** Starts the CCXML server: session threads, watchdog, and the HTTP door when configured. `stop` ends all of it. */
export async function createCcxmlServer(platform: CcxmlPlatform, settings: CcxmlSettings, deps: CcxmlDependencies): Promise<RunningCcxmlServer> {
  const config = { ...defaultCcxmlConfig, ...settings, limits: { ...defaultCcxmlConfig.limits, ...settings.limits } };
  const own = new Map<string, 'basichttp' | 'createsession'>();
  const handle = (processor: 'basichttp' | 'createsession', form: readonly (readonly [string, string])[]): IoAnswer =>
    processor === 'basichttp' ? basicHttp(host, form) : createSession(host, deps.ids, form, (end: SessionEnd) => deps.logger.info({ how: end.how }, 'session started over HTTP ended'));
  const door = config.basicHttp === undefined ? undefined : new BasicHttpServer({ ...config.basicHttp, handle });
  await door?.listen();
  const base = config.basicHttp?.publicAddress?.replace(/\/$/, '') ?? door?.address;
  const ioProcessors: Readonly<Record<string, string>> = base === undefined ? {} : { basichttp: `${base}/basichttp`, createsession: `${base}/createsession` };
  for (const name of ['basichttp', 'createsession'] as const) if (ioProcessors[name] !== undefined) own.set(ioProcessors[name], name);
  const host: CcxmlHost = new CcxmlHost({
    platform,
    clock: deps.clock,
    ids: deps.ids,
    logger: deps.logger,
    limits: config.limits,
    maxSessions: config.maxSessions,
    ioProcessors: () => ioProcessors,
    resources: new OwnAddressResources(new FetcherResources(deps.fetcher), (uri, form) => {
      const processor = own.get(uri);
      return processor === undefined ? undefined : handle(processor, form);
    }),
    runner: workerPoolRunner({ workers: config.workers, maxMemoryBytes: config.workerMemoryBytes, stuckAfterMs: config.stuckAfterMs, provenUnder: config.provenUnder, groups: config.groups, clock: deps.clock, logger: deps.logger }),
    ...(deps.observe === undefined ? {} : { observe: deps.observe }),
  });
  return {
    get sessionCount() {
      return host.sessionCount;
    },
    running: () => host.running(),
    ioProcessors,
    start: (request) => host.start(request),
    deliver: (event) => host.deliver(event),
    inject: (session, event, data) => host.inject(session, event, data),
    kill: (session, unconditional) => host.kill(session, unconditional),
    ownerOf: (id) => host.ownerOf(id),
    prefetch: (uri) => deps.fetcher.prefetch({ uri }),
    trace: (session, follower) => host.trace(session, follower),
    stop: async () => {
      await door?.close();
      await host.stop();
    },
  };
}
