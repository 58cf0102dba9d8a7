import { CcxmlHost } from '../../../src/ccxml/host/ccxml-host.ts';
import { inProcessRunner } from '../../../src/ccxml/host/in-process-runner.ts';
import type { SessionEnd } from '../../../src/ccxml/platform.ts';
import type { SessionLimits, TraceEntry } from '../../../src/ccxml/session/session-protocol.ts';
import { ScriptedDialogs } from '../../../src/ccxml/simulation/scripted-dialogs.ts';
import { SimulatedPlatform } from '../../../src/ccxml/simulation/simulated-platform.ts';
import { SimulatedWeb, type WebSite } from '../../../src/ccxml/simulation/simulated-web.ts';
import { QuickjsEngine } from '../../../src/ecmascript/quickjs/quickjs-engine.ts';
import { SimulatedClock } from '../../../src/kernel/clock.ts';
import { CountingIds, type SessionId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';

let scripts: Promise<QuickjsEngine> | undefined;

/** A page around the given content of <ccxml>. */
export const page = (content: string): string => `<ccxml version="1.0" xmlns="http://www.w3.org/2002/09/ccxml">${content}</ccxml>`;

/** A page that handles ccxml.loaded and otherwise only what is given. */
export const onLoaded = (loaded: string, rest = '', initial = ''): string => page(`${initial}<eventprocessor><transition event="ccxml.loaded">${loaded}</transition>${rest}</eventprocessor>`);

/** The server in process, in simulated time, with pages from memory at `http://pages/NAME`. */
export class CcxmlWorld {
  readonly clock = new SimulatedClock();
  readonly ids = new CountingIds();
  readonly platform: SimulatedPlatform;
  readonly host: CcxmlHost;
  readonly ends = new Map<SessionId, SessionEnd>();
  readonly logs: string[] = [];
  readonly traced: TraceEntry[] = [];
  readonly dialogs: ScriptedDialogs[] = [];

  private constructor(engine: QuickjsEngine, pages: Readonly<Record<string, string>>, limits: Partial<SessionLimits>, sites: Readonly<Record<string, WebSite>>) {
    this.platform = new SimulatedPlatform({
      clock: this.clock, ids: this.ids,
      dialogs: (sink) => {
        const dialogs = new ScriptedDialogs(this.clock, sink);
        this.dialogs.push(dialogs);
        return dialogs;
      },
    });
    const web = new SimulatedWeb(this.clock, {
      pages: ({ url }) => {
        const body = pages[url.pathname.slice(1)];
        return body === undefined ? undefined : { status: 200, body };
      },
      ...sites,
    });
    this.host = new CcxmlHost({
      platform: this.platform, clock: this.clock, ids: this.ids, logger: silentLogger, resources: web, limits,
      runner: inProcessRunner({ scripts: engine, clock: this.clock }),
      observe: {
        log: (_session, level, message, place) => void this.logs.push(`${level}: ${message}${place === undefined ? '' : ` @${place}`}`),
        trace: (_session, entry) => void this.traced.push(entry),
        ended: (session, end) => void this.ends.set(session, end),
      },
    });
    this.platform.connect((event) => this.host.deliver(event));
  }

  static async create(pages: Readonly<Record<string, string>>, limits: Partial<SessionLimits> = {}, sites: Readonly<Record<string, WebSite>> = {}): Promise<CcxmlWorld> {
    scripts ??= QuickjsEngine.create({ maxMemoryBytes: 128 * 1024 * 1024 });
    return new CcxmlWorld(await scripts, pages, limits, sites);
  }

  /** Runs one page to its end, or for `ms` of simulated time. */
  static async run(text: string, options: { pages?: Readonly<Record<string, string>>; limits?: Partial<SessionLimits>; sites?: Readonly<Record<string, WebSite>>; ms?: number; values?: Record<string, unknown> } = {}): Promise<{ end: SessionEnd | undefined; world: CcxmlWorld }> {
    const world = await CcxmlWorld.create({ main: text, ...options.pages }, options.limits, options.sites);
    const session = world.start('main', options.values);
    await world.live(options.ms ?? 10_000, () => world.ends.has(session));
    const end = world.ends.get(session);
    await world.close();
    return { end, world };
  }

  start(name: string, values: Record<string, unknown> = {}): SessionId {
    const session = this.ids.next('session');
    this.host.start({ session, uri: `http://pages/${name}`, values, onEnd: () => undefined });
    return session;
  }

  async live(ms: number, over: () => boolean = () => false): Promise<void> {
    const end = this.clock.monotonic() + ms;
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
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
