import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ScriptedCallees } from '../../../sim/callees/scripted-callees.ts';
import type { ScriptedTelephone } from '../../../sim/callees/scripted-telephone.ts';
import { createCcxmlServer, type RunningCcxmlServer } from '../../../src/ccxml/index.ts';
import type { ConnectionFacts } from '../../../src/ccxml/platform.ts';
import { UndiciFetcher } from '../../../src/fetch/undici/undici-fetcher.ts';
import { SystemClock, type Timer } from '../../../src/kernel/clock.ts';
import type { ConnectionId, SessionId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { createEmbeddedMedia } from '../../../src/media/embedded/index.ts';
import { CallStack } from '../over-sip/call-stack.ts';
import { ChangingFetcher } from '../over-sip/changing-fetcher.ts';
import { HttpSite } from '../over-sip/http-site.ts';
import { SharedMedia } from '../over-sip/shared-media.ts';
import { helperSite } from './helper-site.ts';
import type { TestWorld, TestWorldFactory } from './platform-factory.ts';

const warmUpPage = '<ccxml version="1.0" xmlns="http://www.w3.org/2002/09/ccxml"><eventprocessor><transition event="ccxml.loaded"><exit/></transition></eventprocessor></ccxml>';
const loopback = ['127.0.0.0/8'];

/** Worlds in real time: the product's own SIP, RTP, dialogs and CCXML server, called by and calling real telephones on loopback. */
export async function sipWorlds(parallel = 12): Promise<TestWorldFactory> {
  const callees = new ScriptedCallees(new SystemClock(), silentLogger);
  await callees.start();
  const media = new SharedMedia(createEmbeddedMedia({ address: '127.0.0.1' }, { log: silentLogger }));
  await media.start();
  const free: SipWorld[] = [];
  const all: SipWorld[] = [];
  return {
    parallel,
    create: async (testCase) => {
      const world = free.pop() ?? (await SipWorld.open(media, callees, (left) => free.push(left)));
      if (!all.includes(world)) all.push(world);
      await world.begin(dirname(fileURLToPath(testCase.uri)));
      return world;
    },
    close: async () => {
      for (const world of all) await world.stop();
      await media.stop();
      await callees.stop();
    },
    notes: async () => [await carried(all, media, callees)],
  };
}

/** One server of its own, used by one test after the other. */
class SipWorld implements TestWorld {
  readonly #callees: ScriptedCallees;
  readonly #site: HttpSite;
  readonly #fetcher: ChangingFetcher;
  readonly #left: (world: SipWorld) => void;
  readonly #telephones = new Map<ConnectionId, ScriptedTelephone>();
  readonly #timers = new Set<Timer>();
  readonly #roots: { folder: string };
  #parts: { readonly stack: CallStack; readonly server: RunningCcxmlServer } | undefined;

  private constructor(callees: ScriptedCallees, site: HttpSite, left: (world: SipWorld) => void) {
    this.#callees = callees;
    this.#site = site;
    this.#left = left;
    this.#roots = { folder: '/' };
    this.#fetcher = new ChangingFetcher(() => new UndiciFetcher({ clock: new SystemClock(), allowedRanges: loopback, fileRoots: [this.#roots.folder], hosts: { sim: site.address } }));
  }

  static async open(media: SharedMedia, callees: ScriptedCallees, left: (world: SipWorld) => void): Promise<SipWorld> {
    const site = new HttpSite();
    await site.listen();
    const world = new SipWorld(callees, site, left);
    const stack = await CallStack.open(
      { media: media.view(), resolver: callees.resolver, fetch: { allowedRanges: loopback, fileRoots: ['/'], hosts: { sim: site.address } } },
      (event) => world.#parts?.server.deliver(event),
    );
    const server = await createCcxmlServer(stack.platform, { basicHttp: { host: '127.0.0.1', port: 0 } }, { clock: stack.clock, ids: stack.ids, logger: silentLogger, fetcher: world.#fetcher });
    world.#parts = { stack, server };
    await world.#warmUp();
    return world;
  }

  /** The limit of a test begins when its server can run sessions, not while its threads start. */
  async #warmUp(): Promise<void> {
    let ended = false;
    this.#site.site = () => ({ status: 200, contentType: 'text/xml', body: warmUpPage });
    const { server } = this.#need();
    server.start({ session: this.newSession(), uri: 'http://sim/warm-up.ccxml', onEnd: () => void (ended = true) });
    await this.live(60_000, () => ended && server.sessionCount === 0);
  }

  get server(): RunningCcxmlServer {
    return this.#need().server;
  }

  get invites(): { readonly sent: number; readonly received: number; readonly open: number } {
    const { stack } = this.#need();
    return { ...stack.invites, open: stack.open };
  }

  async begin(folder: string): Promise<void> {
    this.#roots.folder = dirname(folder);
    this.#site.site = helperSite();
    await this.#fetcher.renew();
  }

  after(ms: number, task: () => void): void {
    const timer = this.#need().stack.clock.after(ms, () => {
      this.#timers.delete(timer);
      task();
    });
    this.#timers.add(timer);
  }

  call(from: string, to: string): Promise<{ readonly connection: ConnectionId; readonly facts: ConnectionFacts }> {
    const { stack } = this.#need();
    return new Promise((resolve) => {
      stack.incoming = (call) => {
        const connection = call.take();
        this.#telephones.set(connection, telephone);
        resolve({ connection, facts: call.facts });
      };
      const telephone = this.#callees.call({ from, to, target: `sip:app@${stack.address}` });
    });
  }

  async ring(session: SessionId, from: string, to: string): Promise<ConnectionId> {
    const { connection, facts } = await this.call(from, to);
    const { stack, server } = this.#need();
    stack.platform.note(session, connection);
    server.deliver({ name: 'connection.alerting', connection, facts, session });
    return connection;
  }

  farEnd(connection: ConnectionId, action: { readonly do: 'hangup' | 'cancel' | 'dtmf'; readonly digits?: string }): void {
    const telephone = this.#telephones.get(connection);
    if (action.do === 'dtmf') telephone?.press(action.digits ?? '');
    else telephone?.hangUp();
  }

  connections(session: SessionId): readonly string[] {
    return this.#need().stack.platform.connectionsOf(session);
  }

  newSession(): SessionId {
    return this.#need().stack.ids.next('session');
  }

  async live(limitMs: number, over: () => boolean): Promise<void> {
    for (const end = performance.now() + limitMs; !over() && performance.now() < end; ) await pause(10);
  }

  /** Ends all that the test left behind; the world is then free for another one. */
  async close(): Promise<void> {
    const { stack, server } = this.#need();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    stack.incoming = (call) => call.refuse(480);
    for (const { session } of server.running()) server.kill(session, true);
    for (const telephone of this.#telephones.values()) telephone.hangUp();
    await this.live(2_000, () => server.sessionCount === 0 && stack.open === 0);
    if (server.sessionCount > 0 || stack.open > 0) console.log(`left behind: ${server.sessionCount} sessions, ${stack.open} calls and connections`);
    this.#telephones.clear();
    stack.platform.forget();
    this.#left(this);
  }

  async stop(): Promise<void> {
    const { stack, server } = this.#need();
    await server.stop();
    await stack.close();
    await this.#fetcher.close();
    await this.#site.close();
  }

  #need(): { readonly stack: CallStack; readonly server: RunningCcxmlServer } {
    if (this.#parts === undefined) throw new Error('the world is not open');
    return this.#parts;
  }
}

/** Proof that calls were made: what crossed the wire, and what is still open. */
async function carried(worlds: readonly SipWorld[], media: SharedMedia, callees: ScriptedCallees): Promise<string> {
  const counts = worlds.map((world) => world.invites);
  const { endpoints, openPorts, conferences, dialogs } = await media.plane.stats();
  const sum = (pick: (count: (typeof counts)[number]) => number): number => counts.reduce((total, count) => total + pick(count), 0);
  return `over SIP: ${worlds.length} servers, ${sum((c) => c.sent)} INVITEs sent, ${sum((c) => c.received)} received, ${callees.packets.received} RTP packets heard by the far ends, ${callees.packets.sent} sent; `
    + `left open: ${sum((c) => c.open)} calls, ${callees.openTelephones} telephones, ${endpoints} endpoints, ${openPorts} RTP ports, ${conferences} conferences, ${dialogs} dialogs`;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
