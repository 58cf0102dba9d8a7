import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createCcxmlServer, type RunningCcxmlServer } from '../../../../src/ccxml/index.ts';
import type { SessionEnd } from '../../../../src/ccxml/platform.ts';
import { ScriptedDialogs } from '../../../../src/ccxml/simulation/scripted-dialogs.ts';
import { SimulatedPlatform } from '../../../../src/ccxml/simulation/simulated-platform.ts';
import { UndiciFetcher } from '../../../../src/fetch/undici/undici-fetcher.ts';
import { SystemClock } from '../../../../src/kernel/clock.ts';
import { RandomIds, type SessionId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { onLoaded } from '../ccxml-world.ts';

interface Seen {
  readonly method: string | undefined;
  readonly contentType: string | undefined;
  readonly form: Readonly<Record<string, string>>;
}

/** The I/O processors both ways over real HTTP: a session, another program's web server, and the program's own requests. */
describe('I/O processors over HTTP', () => {
  const clock = new SystemClock();
  const ids = new RandomIds();
  const authorization = `Basic ${btoa('u:p')}`;
  let folder: string;
  let fetcher: UndiciFetcher;
  let server: RunningCcxmlServer;
  let platform: SimulatedPlatform;
  let web: Server;
  let address: string;
  const seen: Seen[] = [];
  const page = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return pathToFileURL(join(folder, name)).href;
  };
  const launch = (text: string): { session: SessionId; end: Promise<SessionEnd> } => {
    const session = ids.next('session');
    const uri = page(`${session}.ccxml`, text);
    return { session, end: new Promise((resolve) => void server.start({ session, uri, onEnd: resolve })) };
  };
  const post = (processor: 'basichttp' | 'createsession', form: Record<string, string>, headers: Record<string, string> = { authorization }) =>
    fetch(server.ioProcessors[processor] ?? '', { method: 'POST', headers, body: new URLSearchParams(form) });
  /** A page that tells when its events are listened to: the first event of a session is its own. */
  const running = async (text: string) => {
    const launched = launch(text);
    for (let answer = 0; answer !== 204; ) answer = (await post('basichttp', { sessionid: launched.session, name: 'are.you.there' })).status;
    return launched;
  };

  beforeAll(async () => {
    web = createServer((request: IncomingMessage, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => (body += piece.toString('utf8')));
      request.on('end', () => {
        seen.push({ method: request.method, contentType: request.headers['content-type'], form: Object.fromEntries(new URLSearchParams(body)) });
        response.writeHead(request.url === '/refuses' ? 503 : 204).end();
      });
    });
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    folder = mkdtempSync(join(tmpdir(), 'ccxml-'));
    fetcher = new UndiciFetcher({ fileRoots: [folder], allowedRanges: ['127.0.0.1/32'] });
    platform = new SimulatedPlatform({ clock, ids, dialogs: (sink) => new ScriptedDialogs(clock, sink) });
    server = await createCcxmlServer(platform, { basicHttp: { host: '127.0.0.1', port: 0, user: 'u', password: 'p' } }, { clock, ids, logger: silentLogger, fetcher });
    platform.connect((event) => server.deliver(event));
  });
  afterAll(async () => {
    await server.stop();
    await fetcher.close();
    await new Promise((resolve) => web.close(resolve));
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    seen.length = 0;
  });

  it('posts an event form-encoded, with the sender in it, and tells success and refusal apart', async () => {
    const send = (path: string): string => onLoaded(`<send target="'${address}${path}'" targettype="'basichttp'" name="'agent.free'" namelist="o text"/>`, '<transition event="send.successful"><exit expr="\'taken\'"/></transition><transition event="error.send.failed"><exit expr="event$.statuscode"/></transition>', '<var name="o" expr="{ a: { b: 7 } }"/><var name="text" expr="\'ä &amp; ö\'"/>');
    const good = launch(send('/events'));
    expect((await good.end).value).toBe('taken');
    expect(seen).toEqual([{ method: 'POST', contentType: expect.stringMatching(/^application\/x-www-form-urlencoded/), form: expect.objectContaining({ name: 'agent.free', sessionid: good.session, 'o.a.b': '7', text: 'ä & ö' }) }]);
    expect((await launch(send('/refuses')).end).value).toBe(503);
  });

  it('tells a page that an address cannot be reached, or may not be', async () => {
    const to = (target: string): string => onLoaded(`<send target="'${target}'" targettype="'basichttp'" name="'x'"/>`, '<transition event="error.send.*"><exit expr="event$.name + \' \' + event$.reason"/></transition>');
    expect((await launch(to('http://127.0.0.1:1/x')).end).value).toMatch(/^error\.send\.targetunavailable /);
    expect((await launch(to('http://169.254.169.254/latest')).end).value).toMatch(/^error\.send\.targetunavailable .*may not be reached/);
    expect((await launch(to('ftp://example.org/x')).end).value).toMatch(/^error\.send\.targetunavailable .*no HTTP address/);
    expect(seen).toEqual([]);
  });

  it('takes an event of a program that has the password, and gives the session its address', async () => {
    const { session, end } = await running(onLoaded('', '<transition event="agent.found"><exit expr="event$.who.name + \' \' + event$.eventsourcetype + \' \' + (session.ioprocessors[\'basichttp\'] != undefined)"/></transition>'));
    const wrong = await Promise.all([post('basichttp', { sessionid: session, name: 'agent.found' }, {}), post('basichttp', { sessionid: session, name: 'agent.found' }, { authorization: `Basic ${btoa('u:guess')}` }), post('basichttp', { name: 'agent.found' }), post('basichttp', { sessionid: 'session-nobody', name: 'agent.found' }), post('basichttp', { sessionid: session, name: 'ccxml.kill' }), post('basichttp', { sessionid: session, name: 'agent.found', text: 'x'.repeat(70_000) })]);
    expect(wrong.map((answer) => answer.status)).toEqual([401, 401, 400, 403, 403, 413]);
    expect((await post('basichttp', { sessionid: session, name: 'agent.found', 'who.name': 'Ada' })).status).toBe(204);
    expect((await end).value).toBe('Ada basichttp true');
  });

  it('starts a session for a program, with its values, and says what is wrong with a request', async () => {
    const uri = page('made.ccxml', onLoaded('', `<transition event="report"><send target="'${address}/events'" targettype="'basichttp'" name="'report'" namelist="session.values.color session.startupmode"/></transition><transition event="send.successful"><exit/></transition>`));
    expect(await Promise.all([post('createsession', {}), post('createsession', { uri: 'gopher://x' }), post('createsession', { uri }, {})]).then((answers) => answers.map((answer) => answer.status))).toEqual([400, 400, 401]);
    const made = await post('createsession', { uri, color: 'blue' });
    const session = await made.text();
    expect(made.status).toBe(200);
    for (let answer = 0; answer !== 204; ) answer = (await post('basichttp', { sessionid: session, name: 'report' })).status;
    while (seen.length === 0 || server.sessionCount > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(seen[0]?.form).toMatchObject({ name: 'report', 'session.values.color': 'blue', 'session.startupmode': 'external' });
  });

  it('moves a connection to a session that a program started, and lets a program drive it to the end', async () => {
    const uri = page('taker.ccxml', onLoaded('', `<transition event="connection.connected"><assign name="c" expr="event$.connectionid"/><send target="'${address}/events'" targettype="'basichttp'" name="'has'" namelist="c"/></transition><transition event="hang.up"><disconnect connectionid="c"/></transition><transition event="connection.disconnected"><exit expr="\'gone\'"/></transition>`, '<var name="c"/>'));
    const taker = await (await post('createsession', { uri })).text();
    const giver = launch(onLoaded('<createcall dest="\'sip:answer@sim\'"/>', `<transition event="connection.connected"><move event="event$" sessionid="'${taker}'"/></transition><transition event="move.successful"><exit expr="\'given\'"/></transition><transition event="error.*"><exit expr="event$.name"/></transition>`));
    expect((await giver.end).value).toBe('given');
    while (seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(platform.open.calls).toBe(1);
    expect((await post('basichttp', { sessionid: taker, name: 'hang.up' })).status).toBe(204);
    while (server.sessionCount > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(platform.open.calls).toBe(0);
  });

  it('hands avaya.launchresponse to the launcher, and refuses a processor that is not there', async () => {
    const launched = launch(onLoaded('<send targettype="\'avaya_platform\'" target="\'avaya.launchresponse\'" name="\'avaya.launchresponse\'" namelist="status"/>', '<transition event="send.successful"><send targettype="\'pigeon\'" target="\'x\'" name="\'y\'"/></transition><transition event="error.send.targettypeinvalid"><exit expr="\'no pigeon\'"/></transition>', '<var name="status" expr="\'0\'"/>'));
    expect((await launched.end).value).toBe('no pigeon');
    expect(platform.launcherWords.filter((word) => word.session === launched.session)).toEqual([expect.objectContaining({ target: 'avaya.launchresponse', data: { status: '0' } })]);
  });
});
