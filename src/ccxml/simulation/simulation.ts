import type { ScriptEngine } from '../../ecmascript/ecmascript.ts';
import { SimulatedClock } from '../../kernel/clock.ts';
import { CountingIds, type ConnectionId, type SessionId } from '../../kernel/ids.ts';
import { silentLogger, type Logger } from '../../kernel/logger.ts';
import { CcxmlHost, type SessionObserver } from '../host/ccxml-host.ts';
import { inProcessRunner } from '../host/in-process-runner.ts';
import { basicHttp, createSession } from '../io-processor/basic-http.ts';
import type { SessionLimits } from '../session/session-protocol.ts';
import type { SimulatedDialogsFactory } from './simulated-dialogs.ts';
import { SimulatedPlatform } from './simulated-platform.ts';
import { SimulatedWeb, type WebSite } from './simulated-web.ts';

const processors = { basichttp: 'http://processor.test/basichttp', createsession: 'http://processor.test/createsession' };

/** The CCXML server with a simulated network, web and dialogs, all in one simulated time. */
export class Simulation {
  readonly clock = new SimulatedClock();
  readonly ids = new CountingIds();
  readonly platform: SimulatedPlatform;
  readonly host: CcxmlHost;
  readonly #created = new Map<SessionId, ConnectionId[]>();

  constructor(parts: {
    readonly scripts: ScriptEngine;
    readonly dialogs: (clock: SimulatedClock) => SimulatedDialogsFactory;
    readonly sites?: Readonly<Record<string, WebSite>>;
    readonly limits?: Partial<SessionLimits>;
    readonly observe?: SessionObserver;
    readonly logger?: Logger;
    readonly onCommand?: (name: string, command: object) => void;
  }) {
    this.platform = new SimulatedPlatform({ clock: this.clock, ids: this.ids, dialogs: parts.dialogs(this.clock) });
    const web = new SimulatedWeb(this.clock, {
      ...parts.sites,
      'processor.test': ({ url, form }) => {
        const parameters = [...url.searchParams, ...form];
        return url.pathname === '/basichttp' ? basicHttp(this.host, parameters) : url.pathname === '/createsession' ? createSession(this.host, this.ids, parameters) : undefined;
      },
    });
    this.host = new CcxmlHost({
      platform: this.platform, clock: this.clock, ids: this.ids, logger: parts.logger ?? silentLogger, resources: web,
      runner: inProcessRunner({ scripts: parts.scripts, clock: this.clock }), ioProcessors: () => processors,
      ...(parts.limits === undefined ? {} : { limits: parts.limits }),
      ...(parts.observe === undefined ? {} : { observe: parts.observe }),
    });
    this.platform.connect((event) => this.host.deliver(event));
    this.platform.onCommand = (name, command) => {
      if (name === 'createCall') {
        const { session, connection } = command as { session: SessionId; connection: ConnectionId };
        this.#note(session, connection);
      }
      parts.onCommand?.(name, command);
    };
  }

  /** A call for a running session. */
  ring(session: SessionId, from: string, to: string): ConnectionId {
    const { connection, facts } = this.platform.incoming(from, to);
    this.#note(session, connection);
    this.host.deliver({ name: 'connection.alerting', connection, facts, session });
    return connection;
  }

  /** Identifiers of a session's connections in order of creation. */
  connectionsOf(session: SessionId): readonly ConnectionId[] {
    return this.#created.get(session) ?? [];
  }

  /** Lives until `over` says so or `limitMs` of simulated time have passed. */
  async live(limitMs: number, over: () => boolean): Promise<void> {
    const end = this.clock.monotonic() + limitMs;
    await settle();
    while (!over() && this.clock.monotonic() < end) {
      this.clock.advance(Math.min(this.clock.nextDue() ?? end, end) - this.clock.monotonic());
      await settle();
    }
  }

  async close(): Promise<void> {
    await this.host.stop();
    await settle();
  }

  #note(session: SessionId, connection: ConnectionId): void {
    this.#created.set(session, [...(this.#created.get(session) ?? []), connection]);
  }
}

/** Lets everything that waits for a promise or a turn of the loop happen before time moves on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
