import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SystemClock } from '../../../../src/kernel/clock.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { createVxmlServer, type DialogEnd, type VxmlCommand, type VxmlServer } from '../../../../src/vxml/index.ts';
import { keyGrammar, page } from '../run-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'nailup-vxml-server-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const uri = (name: string, content: string): string => {
  writeFileSync(join(folder, name), page(content));
  return pathToFileURL(join(folder, name)).href;
};

/** A server whose telephone plays at once, and every dialog's news. */
async function serve(workers: number): Promise<{ server: VxmlServer; next: (dialog: string, what: string) => Promise<any> }> {
  const news: { dialog: string; what: string; data: unknown }[] = [];
  const waiting: { dialog: string; what: string; resolve: (data: unknown) => void }[] = [];
  const tell = (dialog: string, what: string, data: unknown): void => {
    const at = waiting.findIndex((w) => w.dialog === dialog && w.what === what);
    if (at >= 0) waiting.splice(at, 1)[0]?.resolve(data);
    else news.push({ dialog, what, data });
  };
  const clock = new SystemClock();
  const server = await createVxmlServer(
    { workers, audioFolder: join(folder, 'audio'), fetch: { fileRoots: [folder] }, limits: { evaluationMs: 200 }, watchdogMs: 2000 },
    {
      clock, logger: silentLogger,
      listener: {
        prepared: (d) => tell(d, 'prepared', undefined), started: (d) => tell(d, 'started', undefined), failed: (d, event, reason) => tell(d, 'failed', { event, reason }),
        ended: (d, end: DialogEnd) => tell(d, 'ended', end),
        command(d, command: VxmlCommand) {
          if (command.name === 'play') setImmediate(() => server.deliver(d, { name: 'play.done', play: command.play, how: 'finished' }));
          tell(d, command.name, command);
        },
      },
    },
  );
  const next = (dialog: string, what: string): Promise<any> => {
    const at = news.findIndex((n) => n.dialog === dialog && n.what === what);
    if (at >= 0) return Promise.resolve(news.splice(at, 1)[0]?.data);
    return new Promise((resolve) => waiting.push({ dialog, what, resolve }));
  };
  return { server, next };
}

describe.each([['in this thread', 0], ['on a worker thread', 1]])('a server of dialogs %s', (_name, workers) => {
  let server: VxmlServer;
  let next: Awaited<ReturnType<typeof serve>>['next'];
  beforeAll(async () => ({ server, next } = await serve(workers)));
  afterAll(async () => {
    expect(server.openDialogs).toBe(0);
    await server.stop();
  });

  const menu = (): string => uri('menu.vxml', `<form><field name="f"><prompt>press</prompt>${keyGrammar('12|3')}<filled><exit namelist="f"/></filled></field></form>`);

  it('prepares, starts, hears keys and gives the values back', async () => {
    server.prepare({ dialog: 'a', uri: menu() });
    await next('a', 'prepared');
    server.start({ dialog: 'a', values: { x: 1 } });
    await next('a', 'started');
    const played = await next('a', 'play');
    expect(played.items).toEqual([{ kind: 'text', text: 'press', language: 'en-US' }]);
    await next('a', 'listen');
    server.deliver('a', { name: 'dtmf', digit: '1' });
    server.deliver('a', { name: 'dtmf', digit: '2' });
    expect(await next('a', 'ended')).toEqual({ how: 'exit', values: { f: '12' } });
  });

  it('fails to prepare a page that is not there', async () => {
    server.prepare({ dialog: 'b', uri: pathToFileURL(join(folder, 'none.vxml')).href });
    expect((await next('b', 'failed')).event).toMatch(/^error\.badfetch/);
  });

  it('gives parameters and the call to the page', async () => {
    const src = uri('values.vxml', '<form><block><exit expr="session.connection.ccxml.values.name + session.connection.remote.uri + session.avaya.telephone.ani"/></block></form>');
    server.start({ dialog: 'c', values: { name: 'x' }, connection: { local: 'sip:1@a', remote: 'sip:2@b', originator: 'local', protocol: { name: 'sip', version: '2.0' } } }, { dialog: 'c', uri: src });
    expect(await next('c', 'ended')).toMatchObject({ value: 'xsip:2@b2' });
  });

  it('ends a waiting dialog that is terminated', async () => {
    server.start({ dialog: 'd' }, { dialog: 'd', uri: menu() });
    await next('d', 'listen');
    server.terminate('d');
    expect(await next('d', 'ended')).toMatchObject({ how: 'terminated' });
  });

  it('ends an endless loop and goes on serving', async () => {
    server.start({ dialog: 'e' }, { dialog: 'e', uri: uri('loop.vxml', '<form><block><script>for (;;) {}</script></block></form>') });
    expect(await next('e', 'ended')).toMatchObject({ how: 'limit' });
    server.start({ dialog: 'f' }, { dialog: 'f', uri: menu() });
    await next('f', 'listen');
    server.deliver('f', { name: 'hangup' });
    expect(await next('f', 'ended')).toMatchObject({ how: 'disconnect' });
  });

  it('throws an event from outside at the next wait', async () => {
    const src = uri('outside.vxml', `<form><field name="f">${keyGrammar('1')}<catch event="agent.ready"><exit expr="_event + ' ' + _message"/></catch></field></form>`);
    server.start({ dialog: 'g' }, { dialog: 'g', uri: src });
    await next('g', 'listen');
    server.deliver('g', { name: 'event', event: 'agent.ready', message: 'Ann' });
    expect(await next('g', 'ended')).toMatchObject({ value: 'agent.ready Ann' });
  });
});

describe('a worker that hangs beyond every limit', () => {
  it('is replaced; its dialogs end, and new ones run', async () => {
    const { server, next } = await serve(1);
    // No engine interrupts this built-in, and nothing but the end of the thread stops it.
    const src = uri('stuck.vxml', '<form><block><script>Array.prototype.indexOf.call({ length: 9007199254740991 }, 1);</script></block></form>');
    server.start({ dialog: 'h' }, { dialog: 'h', uri: src });
    const end = await next('h', 'ended');
    expect(end).toMatchObject({ how: 'limit' });
    server.start({ dialog: 'i' }, { dialog: 'i', uri: uri('fine.vxml', '<form><block><exit expr="1"/></block></form>') });
    expect(await next('i', 'ended')).toMatchObject({ value: 1 });
    await server.stop();
  }, 20_000);
});
