import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync, brotliCompressSync, deflateRawSync } from 'node:zlib';
import { AddressPolicy } from '../../../src/fetch/address-policy.ts';
import { badFetchEvent, type FetchError, type FetchRequest, type Resource } from '../../../src/fetch/fetch.ts';
import { SessionCookies } from '../../../src/fetch/session-cookies.ts';
import { UndiciFetcher, type UndiciFetcherOptions } from '../../../src/fetch/undici/undici-fetcher.ts';
import { SimulatedClock } from '../../../src/kernel/clock.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

describe('undici-fetcher', () => {
  const handlers = new Map<string, Handler>();
  const seen: { method: string; url: string; headers: IncomingMessage['headers']; body: Buffer }[] = [];
  let server: Server;
  let base: string;
  let port: number;
  const open: UndiciFetcher[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (d: Buffer) => pieces.push(d));
      request.on('end', () => {
        const body = Buffer.concat(pieces);
        seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
        const handler = handlers.get((request.url ?? '').split('?')[0] ?? '');
        if (handler === undefined) {
          response.statusCode = 404;
          response.end();
        } else handler(request, response, body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
    base = `http://127.0.0.1:${port}`;
  });
  beforeEach(() => {
    handlers.clear();
    seen.length = 0;
  });
  afterEach(async () => {
    for (const fetcher of open.splice(0)) await fetcher.close();
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const fetcher = (options: UndiciFetcherOptions = {}): UndiciFetcher => {
    const made = new UndiciFetcher({ allowedRanges: ['127.0.0.0/8'], ...options });
    open.push(made);
    return made;
  };
  const got = async (f: UndiciFetcher, request: FetchRequest): Promise<Resource> => {
    const outcome = await f.fetch(request);
    if (!outcome.ok) throw new Error(outcome.error.message);
    return outcome.value;
  };
  const failure = async (f: UndiciFetcher, request: FetchRequest): Promise<FetchError> => {
    const outcome = await f.fetch(request);
    if (outcome.ok) throw new Error('no failure');
    return outcome.error;
  };
  const text = (resource: Resource): string => Buffer.from(resource.body).toString();

  it('keeps a response while it is fresh, asks again by ETag when it is not, and honours maxage and maxstale', async () => {
    const clock = new SimulatedClock(Date.UTC(2026, 0, 1));
    const f = fetcher({ clock });
    let version = 1;
    handlers.set('/a', (request, response) => {
      response.setHeader('Date', new Date(clock.now()).toUTCString());
      response.setHeader('Cache-Control', 'max-age=60');
      response.setHeader('ETag', `"v${version}"`);
      if (request.headers['if-none-match'] === `"v${version}"`) {
        response.statusCode = 304;
        response.end();
      } else response.end(`body ${version}`);
    });
    const uri = `${base}/a`;
    expect(await got(f, { uri })).toMatchObject({ fromCache: false, status: 200 });
    clock.advance(30_000);
    expect(await got(f, { uri })).toMatchObject({ fromCache: true });
    expect(seen).toHaveLength(1);
    expect(await got(f, { uri, maxAge: 10 })).toMatchObject({ fromCache: false });
    expect(seen).toHaveLength(2);
    expect(seen[1]?.headers['if-none-match']).toBe('"v1"');
    clock.advance(90_000);
    expect(await got(f, { uri, maxStale: 60 })).toMatchObject({ fromCache: true });
    version = 2;
    expect(text(await got(f, { uri }))).toBe('body 2');
    expect(seen).toHaveLength(3);
  });

  it('compiles a document once for any number of callers, and again only when it changed', async () => {
    const f = fetcher();
    let content = 'one';
    handlers.set('/page', (_request, response) => {
      response.setHeader('Cache-Control', 'no-store');
      response.end(content);
    });
    let compilations = 0;
    const compile = (resource: Resource) => ({ number: ++compilations, text: text(resource) });
    const values = await Promise.all(Array.from({ length: 50 }, () => f.compiled('vxml', { uri: `${base}/page` }, compile)));
    expect(compilations).toBe(1);
    expect(seen).toHaveLength(1);
    expect(new Set(values.map((v) => (v.ok ? v.value.value : undefined))).size).toBe(1);
    await f.compiled('vxml', { uri: `${base}/page` }, compile);
    await f.compiled('ccxml', { uri: `${base}/page` }, compile);
    expect(compilations).toBe(2);
    content = 'two';
    const again = await f.compiled('vxml', { uri: `${base}/page` }, compile);
    expect(again.ok && again.value.value).toEqual({ number: 3, text: 'two' });
  });

  it('decodes gzip, brotli and bare deflate, and refuses what unpacks to more than allowed', async () => {
    const f = fetcher({ maxBytes: 100_000 });
    const packed: Record<string, Buffer> = { gzip: gzipSync('hello'), br: brotliCompressSync('hello'), deflate: deflateRawSync('hello') };
    for (const [encoding, data] of Object.entries(packed)) {
      handlers.set(`/${encoding}`, (_request, response) => response.setHeader('Content-Encoding', encoding).end(data));
      expect(text(await got(f, { uri: `${base}/${encoding}` }))).toBe('hello');
    }
    handlers.set('/bomb', (_request, response) => response.setHeader('Content-Encoding', 'gzip').end(gzipSync(Buffer.alloc(10_000_000))));
    expect(await failure(f, { uri: `${base}/bomb` })).toMatchObject({ kind: 'too-large' });
    handlers.set('/broken', (_request, response) => response.setHeader('Content-Encoding', 'gzip').end('no gzip'));
    expect(await failure(f, { uri: `${base}/broken` })).toMatchObject({ kind: 'content' });
    handlers.set('/large', (_request, response) => response.end(Buffer.alloc(200_000)));
    expect(await failure(f, { uri: `${base}/large` })).toMatchObject({ kind: 'too-large' });
  });

  it('names the address and the cause of a failure, in a kind that maps to an event', async () => {
    const f = fetcher();
    const missing = await failure(f, { uri: `${base}/missing` });
    expect(missing).toMatchObject({ kind: 'status', status: 404, message: `${base}/missing: the server answered 404` });
    expect(badFetchEvent(missing)).toBe('error.badfetch.http.404');
    expect(badFetchEvent(await failure(f, { uri: 'http://127.0.0.1:1/' }))).toBe('error.badfetch');
    expect(await failure(f, { uri: 'http://127.0.0.1:1/' })).toMatchObject({ kind: 'network', message: expect.stringContaining('ECONNREFUSED') });
    expect(await failure(f, { uri: 'gopher://x/' })).toMatchObject({ kind: 'scheme' });
    expect(await failure(f, { uri: 'not an address' })).toMatchObject({ kind: 'uri' });
    expect(await failure(f, { uri: 'http://nowhere.invalid/' })).toMatchObject({ kind: 'network' });
  });

  it('gives up at the time limit and when told, and shares no failure with others who wait longer', async () => {
    const clock = new SimulatedClock(1_000_000);
    const f = fetcher({ clock });
    let release = (): void => undefined;
    handlers.set('/slow', (_request, response) => { release = () => response.end('late'); });
    const uri = `${base}/slow`;
    const short = f.fetch({ uri, timeoutMs: 100 });
    const long = f.fetch({ uri, timeoutMs: 10_000 });
    while (seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(150);
    expect(await short).toMatchObject({ ok: false, error: { kind: 'timeout' } });
    release();
    expect(await long).toMatchObject({ ok: true });
    expect(seen).toHaveLength(1);
    const control = new AbortController();
    const given = f.fetch({ uri, signal: control.signal });
    control.abort();
    expect(await given).toMatchObject({ ok: false, error: { kind: 'aborted' } });
    expect(clock.openTimers).toBe(0);
  });

  it('follows redirects up to the limit, a POST going on as GET, without carrying credentials to another origin', async () => {
    const f = fetcher();
    handlers.set('/r', (_request, response) => response.writeHead(302, { Location: '/target' }).end());
    handlers.set('/keep', (_request, response) => response.writeHead(307, { Location: '/target' }).end());
    handlers.set('/target', (request, response, body) => response.end(`${request.method} ${body.toString()}`));
    handlers.set('/loop', (_request, response) => response.writeHead(302, { Location: '/loop' }).end());
    handlers.set('/file', (_request, response) => response.writeHead(302, { Location: 'file:///etc/passwd' }).end());
    handlers.set('/away', (_request, response) => response.writeHead(302, { Location: `http://localhost:${port}/auth` }).end());
    handlers.set('/auth', (request, response) => response.end(String(request.headers.authorization)));
    expect(await got(f, { uri: `${base}/r`, method: 'POST', parameters: [{ name: 'a', value: '1' }] }).then((r) => [r.uri, text(r)])).toEqual([`${base}/target`, 'GET ']);
    expect(text(await got(f, { uri: `${base}/keep`, method: 'POST', parameters: [{ name: 'a', value: '1' }] }))).toBe('POST a=1');
    expect(await failure(f, { uri: `${base}/loop` })).toMatchObject({ kind: 'redirects' });
    expect(await failure(f, { uri: `${base}/file` })).toMatchObject({ kind: 'redirects' });
    const named = fetcher({ allowedRanges: ['127.0.0.0/8', '::1'], hosts: { localhost: `127.0.0.1:${port}` } });
    expect(text(await got(named, { uri: `http://user:secret@127.0.0.1:${port}/auth` }))).toBe(`Basic ${Buffer.from('user:secret').toString('base64')}`);
    expect(text(await got(named, { uri: `http://user:secret@127.0.0.1:${port}/away` }))).toBe('undefined');
  });

  it('sends parameters as a query, form-encoded or multipart', async () => {
    const f = fetcher();
    handlers.set('/form', (request, response, body) => response.end(`${request.headers['content-type'] ?? ''}|${request.url}|${body.toString('latin1')}`));
    const parameters = [{ name: 'a b', value: 'ü&=' }, { name: 'c', value: '' }];
    expect(text(await got(f, { uri: `${base}/form?x=1`, parameters }))).toBe('|/form?x=1&a+b=%C3%BC%26%3D&c=|');
    expect(text(await got(f, { uri: `${base}/form`, method: 'POST', parameters }))).toBe('application/x-www-form-urlencoded|/form|a+b=%C3%BC%26%3D&c=');
    const multipart = await got(f, { uri: `${base}/form`, method: 'POST', encoding: 'multipart/form-data', parameters: [{ name: 'n', value: 'v' }, { name: 'msg', data: Buffer.from([0, 255]), contentType: 'audio/x-wav', filename: 'a"b.wav' }] });
    expect(Buffer.from(multipart.body).toString()).toMatch(/^multipart\/form-data; boundary=(nailup-\w+)\|\/form\|--\1\r\nContent-Disposition: form-data; name="n"\r\n\r\nv\r\n--\1\r\nContent-Disposition: form-data; name="msg"; filename="a%22b.wav"\r\nContent-Type: audio\/x-wav\r\n\r\n/);
    expect(text(await got(f, { uri: `${base}/form`, method: 'POST', body: { contentType: 'application/json', data: '{}' } }))).toBe('application/json|/form|{}');
  });

  it('goes to the secondary address when the primary one fails', async () => {
    const f = fetcher();
    handlers.set('/second', (_request, response) => response.end('second'));
    expect(text(await got(f, { uri: 'http://127.0.0.1:1/', secondaryUri: `${base}/second` }))).toBe('second');
    expect((await failure(f, { uri: 'http://127.0.0.1:1/', secondaryUri: `${base}/none` })).message).toMatch(/127\.0\.0\.1:1.*secondary.*404/);
  });

  it('reaches no private address: not by literal, by name, by redirect, nor by a name that changes its mind', async () => {
    handlers.set('/x', (_request, response) => response.end('private'));
    const strict = fetcher({ allowedRanges: [] });
    for (const uri of [`${base}/x`, `http://localhost:${port}/x`, `http://[::ffff:127.0.0.1]:${port}/x`, `http://2130706433:${port}/x`, `http://0x7f.1:${port}/x`, 'http://169.254.169.254/latest/meta-data/', 'http://[fd00:ec2::254]/', `http://0.0.0.0:${port}/`, 'http://10.0.0.1/', 'http://100.100.100.200/', 'http://168.63.129.16/']) {
      expect([uri, (await failure(strict, { uri, timeoutMs: 2000 })).kind]).toEqual([uri, 'forbidden']);
    }
    expect(seen).toHaveLength(0);
    const redirecting = fetcher({ allowedRanges: ['127.0.0.1/32'] });
    handlers.set('/meta', (_request, response) => response.writeHead(302, { Location: 'http://169.254.169.254/' }).end());
    handlers.set('/other', (_request, response) => response.writeHead(302, { Location: `http://127.0.0.2:${port}/x` }).end());
    expect(await failure(redirecting, { uri: `${base}/meta` })).toMatchObject({ kind: 'forbidden' });
    expect(await failure(redirecting, { uri: `${base}/other` })).toMatchObject({ kind: 'forbidden' });
    let lookups = 0;
    const rebinding = fetcher({ allowedRanges: ['127.0.0.2/32'], lookup: (_host, options, callback) => {
      lookups += 1;
      const address = lookups % 2 === 1 ? '127.0.0.2' : '127.0.0.1';
      if (options.all === true) callback(null, [{ address, family: 4 }]);
      else callback(null, address, 4);
    } });
    for (let i = 0; i < 4; i++) await rebinding.fetch({ uri: `http://rebind.test:${port}/x`, timeoutMs: 2000, maxAge: 0 });
    expect(seen.filter((s) => s.headers.host?.startsWith('rebind'))).toHaveLength(0);
  });

  it('reads a file again only when it changed, and sees the change', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nailup-fetch-'));
    try {
      const page = join(folder, 'page.ccxml');
      const uri = pathToFileURL(page).href;
      const clock = new SimulatedClock();
      const f = fetcher({ fileRoots: [folder], clock });
      writeFileSync(page, 'one');
      const first = await got(f, { uri });
      clock.advance(1000);
      expect((await got(f, { uri })).body).toBe(first.body);
      writeFileSync(page, 'other');
      clock.advance(1000);
      expect(Buffer.from((await got(f, { uri })).body).toString()).toBe('other');
      rmSync(page);
      clock.advance(1000);
      expect(await failure(f, { uri })).toMatchObject({ kind: 'missing' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('reads files below the configured folders only, links and tricks included', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nailup-fetch-'));
    try {
      mkdirSync(join(folder, 'root'));
      writeFileSync(join(folder, 'root', 'page.vxml'), '<vxml/>');
      writeFileSync(join(folder, 'secret.txt'), 'secret');
      symlinkSync(join(folder, 'secret.txt'), join(folder, 'root', 'link.txt'));
      const f = fetcher({ fileRoots: [join(folder, 'root')] });
      const uri = (name: string): string => pathToFileURL(join(folder, 'root')).href + '/' + name;
      expect(await got(f, { uri: uri('page.vxml?x=1#form') })).toMatchObject({ contentType: 'application/voicexml+xml', status: 200 });
      for (const name of ['../secret.txt', 'link.txt', '%2e%2e/secret.txt', '..%2fsecret.txt']) expect((await failure(f, { uri: uri(name) })).kind).toMatch(/^(forbidden|uri)$/);
      expect(await failure(f, { uri: uri('none.vxml') })).toMatchObject({ kind: 'missing' });
      expect(await failure(f, { uri: uri('.') })).toMatchObject({ kind: 'missing' });
      expect(await failure(f, { uri: 'file:///etc/passwd' })).toMatchObject({ kind: 'forbidden' });
      expect(await failure(fetcher(), { uri: uri('page.vxml') })).toMatchObject({ kind: 'forbidden' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('brings a resource into the cache ahead of time, and lets a POST drop what it changed', async () => {
    const f = fetcher();
    handlers.set('/p', (_request, response) => response.setHeader('Cache-Control', 'max-age=100').end('x'));
    f.prefetch({ uri: `${base}/p` });
    expect(await got(f, { uri: `${base}/p` })).toMatchObject({ status: 200 });
    expect(seen).toHaveLength(1);
    expect(await got(f, { uri: `${base}/p` })).toMatchObject({ fromCache: true });
    await got(f, { uri: `${base}/p`, method: 'POST' });
    expect(await got(f, { uri: `${base}/p` })).toMatchObject({ fromCache: false });
  });

  it('keeps nothing for others that was made for one session', async () => {
    const f = fetcher();
    handlers.set('/mine', (request, response) => response.setHeader('Cache-Control', 'private, max-age=100').end(request.headers.cookie ?? 'none'));
    handlers.set('/ours', (request, response) => response.setHeader('Cache-Control', 'max-age=100').end(request.headers.cookie ?? 'none'));
    handlers.set('/login', (_request, response) => response.setHeader('Set-Cookie', 'id=a; Path=/').setHeader('Cache-Control', 'max-age=100').end());
    const a = new SessionCookies(() => 0);
    const b = new SessionCookies(() => 0);
    await got(f, { uri: `${base}/login`, cookies: a });
    expect(text(await got(f, { uri: `${base}/mine`, cookies: a }))).toBe('id=a');
    expect(text(await got(f, { uri: `${base}/mine`, cookies: b }))).toBe('none');
    await got(f, { uri: `${base}/login`, cookies: b });
    expect(text(await got(f, { uri: `${base}/mine`, cookies: b }))).toBe('id=a');
    expect(await got(f, { uri: `${base}/ours`, cookies: a })).toMatchObject({ fromCache: false });
    expect(await got(f, { uri: `${base}/ours`, cookies: b })).toMatchObject({ fromCache: true });
    handlers.set('/secret', (request, response) => response.setHeader('Cache-Control', 'max-age=100').end(String(request.headers.authorization !== undefined)));
    expect(text(await got(f, { uri: `http://u:p@127.0.0.1:${port}/secret` }))).toBe('true');
    expect(text(await got(f, { uri: `${base}/secret` }))).toBe('false');
  });

  it('leads a configured host name to its address and port', async () => {
    const f = fetcher({ allowedRanges: [], hosts: { sim: `127.0.0.1:${port}` } });
    handlers.set('/x', (request, response) => response.end(request.headers.host));
    expect(text(await got(f, { uri: 'http://sim/x' }))).toBe('sim');
  });
});

describe('address-policy', () => {
  it('judges what an address leads to, not how it is written', () => {
    const policy = new AddressPolicy(['10.1.0.0/16']);
    expect(['8.8.8.8', '2606:4700::1111', '10.1.2.3', '::ffff:10.1.2.3', '64:ff9b::8.8.8.8'].map((a) => policy.allows(a))).toEqual([true, true, true, true, true]);
    expect(['10.2.0.1', '127.0.0.1', '::1', '::', '0.0.0.0', '192.168.1.1', '172.16.0.1', '169.254.1.1', 'fe80::1%eth0', 'fc00::1', '100.64.0.1', '224.0.0.1', '255.255.255.255', '::ffff:127.0.0.1', '64:ff9b::127.0.0.1', '2002:7f00:1::', '198.18.0.1', '192.0.2.1', 'example.com', ''].filter((a) => policy.allows(a))).toEqual([]);
    expect(() => new AddressPolicy(['nonsense'])).toThrow();
  });
});
