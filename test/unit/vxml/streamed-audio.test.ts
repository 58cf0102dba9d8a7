import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { growthOf } from '../../../src/audio/growing-file.ts';
import { wavHeader } from '../../../src/audio/wav-writer.ts';
import { UndiciFetcher, type UndiciFetcherOptions } from '../../../src/fetch/undici/undici-fetcher.ts';
import { SimulatedClock } from '../../../src/kernel/clock.ts';
import { PromptLoads } from '../../../src/media/embedded/prompt-loads.ts';
import { PromptStore } from '../../../src/media/embedded/prompt-store.ts';
import type { FileReply } from '../../../src/media/embedded/worker-protocol.ts';
import { FetchResources } from '../../../src/vxml/fetch-resources.ts';
import type { AudioOutcome, ResourceRequest } from '../../../src/vxml/resources.ts';
import { page, runText } from './run-text.ts';

const mebi = 1024 * 1024;
const tenMinutes = 600 * 16_000;
const format = { encoding: 'linear16', sampleRate: 8_000, channels: 1 } as const;

/** A server whose answer is written by the test, piece by piece. */
class SlowServer {
  readonly #server: Server;
  requests = 0;
  readonly answer: Promise<ServerResponse>;

  constructor(begin: (response: ServerResponse) => void) {
    let answered: (response: ServerResponse) => void = () => undefined;
    this.answer = new Promise((resolve) => (answered = resolve));
    this.#server = createServer((_request, response) => {
      this.requests += 1;
      response.on('error', () => undefined);
      begin(response);
      answered(response);
    });
  }

  async address(name: string): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${name}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The first 64 KiB of a WAV file of so many octets of samples. */
function wavBegins(response: ServerResponse, dataBytes: number): void {
  const header = wavHeader(format, dataBytes);
  response.writeHead(200, { 'content-type': 'audio/x-wav', 'content-length': header.length + dataBytes });
  response.write(Buffer.concat([header, Buffer.alloc(65_536 - header.length, 1)]));
}

/** The file thread's side of one play: takes the chunks it is told to. */
class Listener {
  readonly replies: FileReply[] = [];
  samples = 0;
  readonly #loads = new PromptLoads(new PromptStore(), (reply) => this.#take(reply));
  #changed: () => void = () => undefined;

  play(path: string): void {
    void this.#loads.load({ op: 'load', id: 1, path });
  }

  more(): void {
    this.#loads.more(1);
  }

  close(): void {
    this.#loads.close();
  }

  async until(enough: () => boolean): Promise<void> {
    while (!enough()) await new Promise<void>((resolve) => (this.#changed = resolve));
  }

  #take(reply: FileReply): void {
    if (reply.op === 'chunk') this.samples += reply.samples.length;
    this.replies.push(reply.op === 'chunk' ? { ...reply, samples: new Int16Array(0) } : reply);
    this.#changed();
  }
}

describe('long audio that is played while it comes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nailup-streamed-'));
  const ends: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function serving(begin: (response: ServerResponse) => void, name = 'long.wav', options: UndiciFetcherOptions = {}) {
    const server = new SlowServer(begin);
    const uri = await server.address(name);
    const fetcher = new UndiciFetcher({ allowedRanges: ['127.0.0.0/8'], ...options });
    const audioFolder = mkdtempSync(join(folder, 'audio-'));
    const resources = new FetchResources(fetcher, audioFolder);
    const session = new AbortController();
    const listener = new Listener();
    ends.push(() => server.close(), () => fetcher.close(), () => session.abort(), () => listener.close());
    const audio = (of: Partial<ResourceRequest> = {}): Promise<AudioOutcome> => resources.audio({ uri, method: 'get', enctype: '', fields: [], timeoutMs: 10_000, ...of }, session.signal);
    return { server, uri, resources, session, listener, audio, audioFolder };
  }
  const pathOf = (outcome: AudioOutcome): string => {
    if (!outcome.ok) throw new Error(outcome.message);
    return outcome.path;
  };
  const gone = async (audioFolder: string): Promise<void> => {
    while (readdirSync(audioFolder).length > 0) await new Promise((resolve) => setImmediate(resolve));
  };

  it('sounds before it is there: of ten minutes, the first seconds after 64 KiB', async () => {
    const { server, audio, listener } = await serving((response) => wavBegins(response, tenMinutes));
    const path = pathOf(await audio());
    expect(await growthOf(path)).toBe('growing');
    listener.play(path);
    await listener.until(() => listener.samples >= 3 * 8_000);
    expect((await server.answer).writableEnded).toBe(false);
  });

  it('is decoded only a few seconds ahead of its play', async () => {
    const { server, audio, listener } = await serving((response) => wavBegins(response, tenMinutes));
    const path = pathOf(await audio());
    const response = await server.answer;
    response.end(Buffer.alloc(tenMinutes - (65_536 - 44), 1));
    listener.play(path);
    while ((await growthOf(path)) === 'growing') await new Promise((resolve) => setImmediate(resolve));
    await listener.until(() => listener.replies.length === 3);
    expect(listener.samples).toBeLessThanOrEqual(3 * 8_000);
    listener.more();
    await listener.until(() => listener.replies.length === 4);
    expect(listener.replies.map(({ op }) => op)).toEqual(['chunk', 'chunk', 'chunk', 'chunk']);
  });

  it('of 100 MB is heard to its end, and never held as a whole', async () => {
    const dataBytes = 100 * mebi;
    let highest = 0;
    const before = process.memoryUsage().arrayBuffers;
    const { audio, listener } = await serving((response) => {
      wavBegins(response, dataBytes);
      let left = dataBytes - (65_536 - 44);
      const piece = Buffer.alloc(mebi, 1);
      const more = (): void => {
        highest = Math.max(highest, process.memoryUsage().arrayBuffers);
        while (left > 0) {
          const some = piece.subarray(0, Math.min(left, mebi));
          left -= some.length;
          if (!response.write(some)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    });
    const path = pathOf(await audio());
    listener.play(path);
    for (let seen = 0; listener.replies.at(-1)?.op !== 'streamed'; ) {
      await listener.until(() => listener.replies.length > seen);
      highest = Math.max(highest, process.memoryUsage().arrayBuffers);
      for (; seen < listener.replies.length; seen += 1) listener.more();
    }
    expect(listener.samples).toBe(dataBytes / 2);
    // Chunks that were taken up are counted until they are collected.
    expect(highest - before).toBeLessThan(64 * mebi);
  }, 60_000);

  it('ends its transfer, and leaves no file, when the session ends: the caller has hung up', async () => {
    const { server, audio, session, audioFolder } = await serving((response) => wavBegins(response, tenMinutes));
    const path = pathOf(await audio());
    expect(existsSync(path)).toBe(true);
    const response = await server.answer;
    const closed = once(response, 'close');
    session.abort();
    await closed;
    expect(response.writableFinished).toBe(false);
    await gone(audioFolder);
  });

  it('ends its transfer with the last play of it', async () => {
    const { server, audio, resources, session, audioFolder } = await serving((response) => wavBegins(response, tenMinutes));
    const path = pathOf(await audio());
    expect(pathOf(await audio())).toBe(path);
    expect(server.requests).toBe(1);
    const response = await server.answer;
    const closed = once(response, 'close');
    resources.release(path, session.signal);
    expect(response.destroyed).toBe(false);
    resources.release(path, session.signal);
    await closed;
    await gone(audioFolder);
  });

  it('is heard as far as it came when the source stalls, and then fails with the reason', async () => {
    const clock = new SimulatedClock();
    const { uri, audio, listener } = await serving((response) => wavBegins(response, tenMinutes), 'long.wav', { clock });
    const path = pathOf(await audio({ timeoutMs: 5_000 }));
    listener.play(path);
    await listener.until(() => listener.replies.length === 3);
    for (let i = 0; i < 3; i++) listener.more();
    await listener.until(() => listener.samples === (65_536 - 44) / 2);
    clock.advance(5_000);
    await listener.until(() => listener.replies.at(-1)?.op !== 'chunk');
    expect(listener.replies.at(-1)).toEqual({ op: 'unloadable', id: 1, reason: `${uri}: nothing came for 5000 ms` });
  });

  it('is heard as far as it came when the source breaks off', async () => {
    const { server, uri, audio, listener } = await serving((response) => wavBegins(response, tenMinutes));
    const path = pathOf(await audio());
    (await server.answer).destroy();
    listener.play(path);
    for (let seen = 0; listener.replies.at(-1)?.op !== 'unloadable'; seen += 1) {
      await listener.until(() => listener.replies.length > seen);
      listener.more();
    }
    expect(listener.samples).toBe((65_536 - 44) / 2);
    expect(listener.replies.at(-1)).toMatchObject({ reason: expect.stringContaining(uri) });
  });

  it('is refused above its own limit', async () => {
    const { audio } = await serving((response) => wavBegins(response, 100 * mebi), 'long.wav', { maxStreamedBytes: 64 * mebi });
    expect(await audio()).toMatchObject({ ok: false, kind: 'too-large', message: expect.stringContaining(`larger than ${64 * mebi} octets`) });
  });

  it('of unknown length is handed on once it has been coming for a while, and is in the cache when it is whole', async () => {
    const clock = new SimulatedClock();
    const header = wavHeader(format, 80_000);
    const { server, audio, listener } = await serving((response) => {
      response.writeHead(200, { 'content-type': 'audio/x-wav', 'cache-control': 'max-age=600' });
      response.write(Buffer.concat([header, Buffer.alloc(40_000, 1)]));
    }, 'short.wav', { clock });
    const outcome = audio();
    const response = await server.answer;
    // The fetch's own limit, and the time after which what comes is handed on.
    while (clock.openTimers < 2) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(300);
    const path = pathOf(await outcome);
    expect(await growthOf(path)).toBe('growing');
    response.end(Buffer.alloc(40_000, 1));
    listener.play(path);
    for (let seen = 0; listener.replies.at(-1)?.op === undefined || listener.replies.at(-1)?.op === 'chunk'; seen += 1) {
      await listener.until(() => listener.replies.length > seen);
      listener.more();
    }
    const again = pathOf(await audio());
    expect(again).not.toBe(path);
    expect([await growthOf(again), server.requests]).toEqual(['complete', 1]);
  });

  it('may be a file beside the page that is longer than a fetch takes', async () => {
    const path = join(folder, 'local.wav');
    writeFileSync(path, Buffer.concat([wavHeader(format, 400_000), Buffer.alloc(400_000, 1)]));
    const fetcher = new UndiciFetcher({ fileRoots: [folder], maxBytes: 200_000 });
    const resources = new FetchResources(fetcher, mkdtempSync(join(folder, 'audio-')));
    const session = new AbortController();
    ends.push(() => session.abort(), () => fetcher.close());
    const outcome = await resources.audio({ uri: pathToFileURL(path).href, method: 'get', enctype: '', fields: [], timeoutMs: 1_000 }, session.signal);
    const copy = pathOf(outcome);
    while ((await growthOf(copy)) === 'growing') await new Promise((resolve) => setImmediate(resolve));
    const loaded = await new PromptStore().load(copy);
    expect(loaded.ok && loaded.value.samples.byteLength).toBe(400_000);
  });

  it('has its alternative said when its header is broken, though it began well', async () => {
    const { uri } = await serving((response) => {
      response.writeHead(200, { 'content-type': 'audio/x-wav', 'content-length': 2 * mebi });
      const bytes = Buffer.alloc(2 * mebi);
      bytes.write('RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x99\x99', 'latin1');
      response.end(bytes);
    });
    const run = await runText({ 'page.vxml': page(`<form><block><prompt><audio src="${uri}">instead</audio></prompt></block></form>`) }, { turns: [] }, { allowedRanges: ['127.0.0.0/8'] });
    expect(run).toMatchObject({ prompts: ['instead'], end: { how: 'exit' } });
  });
});
