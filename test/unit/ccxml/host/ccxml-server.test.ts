import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createCcxmlServer, type CcxmlSettings, type RunningCcxmlServer, type TraceEntry } from '../../../../src/ccxml/index.ts';
import type { SessionEnd } from '../../../../src/ccxml/platform.ts';
import { ScriptedDialogs } from '../../../../src/ccxml/simulation/scripted-dialogs.ts';
import { SimulatedPlatform } from '../../../../src/ccxml/simulation/simulated-platform.ts';
import { UndiciFetcher } from '../../../../src/fetch/undici/undici-fetcher.ts';
import { SystemClock } from '../../../../src/kernel/clock.ts';
import { RandomIds, type SessionId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { onLoaded } from '../ccxml-world.ts';

/** The public door: session threads, real files, and real HTTP. */
describe('createCcxmlServer', () => {
  const clock = new SystemClock();
  const ids = new RandomIds();
  let folder: string;
  let fetcher: UndiciFetcher;
  let server: RunningCcxmlServer;
  let platform: SimulatedPlatform;
  const begin = async (settings: CcxmlSettings = {}): Promise<void> => {
    folder = mkdtempSync(join(tmpdir(), 'ccxml-'));
    fetcher = new UndiciFetcher({ fileRoots: [folder] });
    platform = new SimulatedPlatform({ clock, ids, dialogs: (sink) => new ScriptedDialogs(clock, sink) });
    server = await createCcxmlServer(platform, settings, { clock, ids, logger: silentLogger, fetcher });
    platform.connect((event) => server.deliver(event));
  };
  const page = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return pathToFileURL(path).href;
  };
  const launch = (uri: string): { session: SessionId; end: Promise<SessionEnd> } => {
    const session = ids.next('session');
    return { session, end: new Promise((resolve) => void server.start({ session, uri, onEnd: resolve })) };
  };
  afterEach(async () => {
    await server.stop();
    await fetcher.close();
    rmSync(folder, { recursive: true });
    expect([server.sessionCount, clock.openTimers, platform.open.calls]).toEqual([0, 0, 0]);
  });

  it('runs a call from launch to exit on a session thread', async () => {
    await begin();
    const { end } = launch(page('call.ccxml', onLoaded('<createcall dest="\'sip:answer-hangup-50@sim\'" connectionid="c"/>', '<transition event="connection.disconnected"><exit expr="event$.connectionid == c"/></transition>', '<var name="c"/>')));
    expect(await end).toEqual({ how: 'exit', value: true, values: {} });
  });

  it('lets a live session be followed', async () => {
    await begin();
    const { session, end } = launch(page('live.ccxml', onLoaded('', '<transition event="stop"><exit/></transition>')));
    const seen: TraceEntry[] = [];
    const ended: SessionEnd[] = [];
    const follower = { step: (entry: TraceEntry) => void seen.push(entry), ended: (told: SessionEnd) => void ended.push(told) };
    const stop = server.trace(session, follower);
    expect(stop).toBeDefined();
    expect(server.trace(ids.next('session'), follower)).toBeUndefined();
    expect(server.running()).toEqual([expect.objectContaining({ session, group: 'others', parent: undefined, connections: [] })]);
    server.inject(session, 'stop', { why: 'test' });
    expect(ended).toEqual([await end]);
    expect(server.running()).toEqual([]);
    expect(seen.map((e) => e.what)).toEqual(expect.arrayContaining(['event', 'transition', 'element']));
    expect(seen.find((e) => e.what === 'event' && e.name === 'stop')).toMatchObject({ event: { why: 'test', eventsourcetype: 'basichttp' } });
  });

  it('takes events and new sessions over HTTP, and lets pages reach it although loopback is forbidden to them', async () => {
    await begin({ basicHttp: { host: '127.0.0.1', port: 0, user: 'u', password: 'p' } });
    const child = page('child.ccxml', onLoaded('<log expr="session.values.color"/>', '<transition event="poke"><exit expr="event$.word"/></transition>'));
    const authorization = `Basic ${btoa('u:p')}`;
    const made = await fetch(server.ioProcessors['createsession'] ?? '', { method: 'POST', headers: { authorization }, body: new URLSearchParams({ uri: child, color: 'blue' }) });
    const created = await made.text();
    expect([made.status, server.sessionCount]).toEqual([200, 1]);
    const other = launch(page('other.ccxml', onLoaded(`<send target="session.ioprocessors['basichttp']" targettype="'basichttp'" name="'poke'" namelist="sessionid word"/>`, '<transition event="send.successful"><exit expr="\'sent\'"/></transition>', `<var name="sessionid" expr="'${created}'"/><var name="word" expr="'hello'"/>`)));
    expect((await other.end).value).toBe('sent');
    const forbidden = launch(page('forbidden.ccxml', onLoaded('<fetch next="\'http://127.0.0.1:1/x\'"/>', '<transition event="error.fetch"><exit expr="event$.reason"/></transition>')));
    expect((await forbidden.end).value).toMatch(/not|forbid|allow|refus/i);
    while (server.sessionCount > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it('takes the page from its second address when the first cannot be had', async () => {
    await begin();
    const secondaryUri = page('spare.ccxml', onLoaded('<exit expr="\'spare\'"/>'));
    server.prefetch(secondaryUri);
    const end = await new Promise<SessionEnd>((resolve) => void server.start({ session: ids.next('session'), uri: pathToFileURL(join(folder, 'gone.ccxml')).href, secondaryUri, onEnd: resolve }));
    expect(end.value).toBe('spare');
  });

  it('refuses more sessions than it may have', async () => {
    await begin({ maxSessions: 1 });
    const uri = page('idle.ccxml', onLoaded('', '<transition event="stop"><exit/></transition>'));
    const first = launch(uri);
    expect(server.start({ session: ids.next('session'), uri, onEnd: () => undefined })).toMatchObject({ accepted: false, refusal: { kind: 'noresource' } });
    server.kill(first.session, true);
    expect((await first.end).how).toBe('kill');
  });

  it('ends everything when it stops', async () => {
    await begin();
    const { end } = launch(page('busy.ccxml', onLoaded('<createcall dest="\'sip:answer@sim\'"/><send target="session.id" name="\'x\'" delay="\'3600s\'"/>')));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await server.stop();
    expect(await end).toMatchObject({ how: 'kill', reason: 'the server stops' });
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
});
