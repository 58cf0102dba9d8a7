import { createCcxmlServer, type RunningCcxmlServer, type CcxmlSettings } from '../../../../src/ccxml/index.ts';
import type { SessionEnd } from '../../../../src/ccxml/platform.ts';
import { ScriptedDialogs } from '../../../../src/ccxml/simulation/scripted-dialogs.ts';
import { SimulatedPlatform } from '../../../../src/ccxml/simulation/simulated-platform.ts';
import type { Fetcher } from '../../../../src/fetch/fetch.ts';
import { SystemClock } from '../../../../src/kernel/clock.ts';
import { RandomIds, type SessionId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { fail, ok } from '../../../../src/kernel/result.ts';
import { onLoaded, page } from '../ccxml-world.ts';

/** Pages that mean harm, on real session threads: each ends itself in time, with a reason, and its neighbours and the main thread live on. */
describe('hostile pages', () => {
  const pages = new Map<string, string>();
  let server: RunningCcxmlServer;
  const ids = new RandomIds();
  const clock = new SystemClock();
  let worstStall = 0;
  let stallTimer: NodeJS.Timeout;

  const fetcher: Fetcher = {
    fetch: (request) => {
      const text = pages.get(request.uri);
      if (text === undefined) return Promise.resolve(fail({ kind: 'missing' as const, uri: request.uri, message: `${request.uri}: no such page` }));
      return Promise.resolve(ok({ uri: request.uri, status: 200, contentType: 'application/ccxml+xml', headers: {}, body: Buffer.from(text), fromCache: false, version: `${request.uri} ${text}` }));
    },
    prefetch: () => undefined,
    compiled: () => Promise.reject(new Error('not used')),
    close: () => Promise.resolve(),
  };

  const start = async (settings: CcxmlSettings = {}): Promise<void> => {
    const platform = new SimulatedPlatform({ clock, ids, dialogs: (sink) => new ScriptedDialogs(clock, sink) });
    server = await createCcxmlServer(platform, settings, { clock, ids, logger: silentLogger, fetcher });
    platform.connect((event) => server.deliver(event));
    // A first session, so that the thread is up before time is taken.
    await run(onLoaded('<exit/>'));
  };

  const launch = (text: string, { folder = 'pages', name, group }: { folder?: string; name?: string; group?: string } = {}): { session: SessionId; end: Promise<SessionEnd> } => {
    const session = ids.next('session');
    const uri = `file:///${folder}/${name ?? session}.ccxml`;
    pages.set(uri, text);
    const end = new Promise<SessionEnd>((resolve) => void server.start({ session, uri, onEnd: resolve, ...(group === undefined ? {} : { group }) }));
    return { session, end };
  };
  const stuck = onLoaded('<script>Array.prototype.indexOf.call({ length: 9007199254740991 }, 1)</script>');
  const waiting = onLoaded('', '<transition event="stop"><exit expr="\'well\'"/></transition>');
  /** Which of the sessions are still there to be stopped. */
  const stopped = async (sessions: readonly { session: SessionId; end: Promise<SessionEnd> }[]): Promise<readonly unknown[]> => {
    for (const { session } of sessions) server.inject(session, 'stop', {});
    return (await Promise.all(sessions.map(({ end }) => end))).map(({ value, how }) => value ?? how);
  };
  const run = (text: string): Promise<SessionEnd> => launch(text).end;

  const timed = async (text: string): Promise<{ end: SessionEnd; ms: number }> => {
    const begun = performance.now();
    const end = await run(text);
    return { end, ms: performance.now() - begun };
  };

  beforeEach(() => {
    worstStall = 0;
    let last = performance.now();
    stallTimer = setInterval(() => {
      const now = performance.now();
      worstStall = Math.max(worstStall, now - last - 5);
      last = now;
    }, 5);
  });
  afterEach(async () => {
    clearInterval(stallTimer);
    await server.stop();
    pages.clear();
    expect(clock.openTimers).toBe(0);
  });

  it.each([
    ['loops for ever', '<script>while (true) {}</script>'],
    ['catches its own interruption', '<script>for (;;) { try { for (;;) {} } catch (e) {} }</script>'],
    ['backtracks in a regular expression', '<script>/(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")</script>'],
    ['sits in a long built-in', '<script>Array.prototype.indexOf.call({ length: 9007199254740991 }, 1)</script>'],
    ['recurses without end', '<script>var f = function () { return f() + 1; }; for (;;) { try { f(); } catch (e) {} }</script>'],
  ])('ends a page that %s within about a second', async (_what, content) => {
    await start();
    const { end, ms } = await timed(onLoaded(content));
    expect(end.how).toBe('limit');
    expect(end.reason).toMatch(/ms/);
    expect(ms).toBeLessThan(1500);
  });

  it.each([
    ['strings', '<script>var s = "x"; for (;;) { s += s; }</script>'],
    ['arrays', '<script>var a = []; for (;;) { a.push(new Array(1000).join("y")); }</script>'],
    ['objects', '<script>var o = {}; var n = 0; for (;;) { o["k" + n++] = { o: o }; }</script>'],
  ])('ends a page that takes memory without end in %s', async (_what, content) => {
    await start();
    const { end, ms } = await timed(onLoaded(content));
    // A string may also reach the engine's own greatest length first: an error, which nobody handles.
    expect(['limit', 'error']).toContain(end.how);
    expect(ms).toBeLessThan(1500);
  });

  it('ends a page that never rests, though no single step is long', async () => {
    await start({ limits: { cpuBurstMs: 200, cpuRefillPerSecondMs: 100 } });
    const { end } = await timed(page('<eventprocessor><transition event="ccxml.loaded"><send target="session.id" name="\'again\'"/></transition><transition event="again"><script>for (var i = 0; i &lt; 20000; i++) {}</script><send target="session.id" name="\'again\'"/></transition></eventprocessor>'));
    expect(end).toMatchObject({ how: 'limit', reason: expect.stringContaining('CPU') });
  });

  it('ends a page whose queue overflows', async () => {
    await start({ limits: { queuedEvents: 50 } });
    const many = Array.from({ length: 60 }, () => '<cancel sendid="1"/>').join('');
    expect(await run(onLoaded(many, '<transition event="error.*"/>'))).toMatchObject({ how: 'limit', reason: expect.stringContaining('queue') });
  });

  it('refuses timers, fetches, child sessions and calls over the limit, and tells the page', async () => {
    await start({ limits: { timers: 3, fetches: 2, childSessions: 1, objects: 2 } });
    const told = async (element: string, times: number) => (await run(onLoaded(element.repeat(times), '<transition event="error.*"><exit expr="event$.name"/></transition>'))).value;
    expect(await told('<send target="session.id" name="\'a\'" delay="\'9s\'"/>', 4)).toBe('error.send.failed');
    expect(await told('<fetch next="\'x.ccxml\'"/>', 3)).toBe('error.fetch');
    expect(await told('<createcall dest="\'sip:noanswer@sim\'"/>', 3)).toBe('error.semantic');
    const child = `file:///pages/child.ccxml`;
    pages.set(child, onLoaded('', '<transition event="stop"><exit/></transition>'));
    const { session, end } = launch(onLoaded(`<createccxml next="'${child}'"/><createccxml next="'${child}'"/>`, '<transition event="error.createccxml"><exit expr="event$.reason"/></transition>'));
    expect((await end).value).toMatch(/child sessions/);
    expect(server.kill(session, true)).toBe(false);
  });

  it('ends proven pages and sessions of other groups never for a page that is stuck', async () => {
    await start({ provenUnder: ['file:///ours/'] });
    const safe = [launch(waiting, { folder: 'ours' }), launch(waiting, { group: 'agents' }), launch(waiting, { folder: 'ours', group: 'inbound' })];
    const bad = launch(stuck, { group: 'inbound' });
    expect(await bad.end).toMatchObject({ how: 'limit', reason: expect.stringMatching(/held its thread for \d+ ms/) });
    expect(await stopped(safe)).toEqual(['well', 'well', 'well']);
    expect((await run(onLoaded('<exit expr="\'again\'"/>'))).value).toBe('again');
  });

  it('tells pages on probation beside a stuck one whose fault it was, and lets that page hold nobody up again', async () => {
    await start();
    const beside = launch(waiting);
    const bad = launch(stuck, { name: 'bad' });
    expect((await bad.end).how).toBe('limit');
    expect(await beside.end).toMatchObject({ how: 'kill', reason: expect.stringContaining(`because of session ${bad.session}`) });
    const next = [launch(waiting), launch(waiting)];
    expect((await launch(stuck, { name: 'bad' }).end).how).toBe('limit');
    expect(await stopped(next)).toEqual(['well', 'well']);
  });

  it('trusts a page with the shared thread after it has run to its end often enough', async () => {
    await start();
    for (let i = 0; i < 20; i++) await launch(onLoaded('<exit/>'), { name: 'good' }).end;
    const good = launch(waiting, { name: 'good' });
    expect((await launch(stuck).end).how).toBe('limit');
    expect(await stopped([good])).toEqual(['well']);
  });

  it('cannot reach the host', async () => {
    await start();
    const text = (expression: string) => onLoaded(`<assign name="r" expr="${expression}"/><exit expr="r"/>`, '<transition event="error.semantic"><exit expr="\'refused\'"/></transition>', '<var name="r"/>');
    expect((await run(text('typeof process + typeof require + typeof globalThis.process'))).value).toBe('undefinedundefinedundefined');
    expect((await run(text("event$.constructor.constructor('return typeof process')()"))).value).toBe('undefined');
    expect((await run(text("session.constructor.constructor('return this.process')()"))).value).toBeUndefined();
  });

  it('does not hold up the main thread', async () => {
    await start();
    worstStall = 0;
    await Promise.all([run(onLoaded('<script>while (true) {}</script>')), run(onLoaded('<script>var s = "x"; for (;;) { s += s; }</script>'))]);
    expect(worstStall).toBeLessThan(200);
  });
});
