import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { ScriptedCallees } from '../../sim/callees/scripted-callees.ts';
import type { ScriptedTelephone } from '../../sim/callees/scripted-telephone.ts';
import { wavHeader } from '../../src/audio/wav-writer.ts';
import { SystemClock } from '../../src/kernel/clock.ts';
import type { ConnectionId } from '../../src/kernel/ids.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import { createEmbeddedMedia } from '../../src/media/embedded/index.ts';
import { CallStack } from '../conformance/over-sip/call-stack.ts';
import { SharedMedia } from '../conformance/over-sip/shared-media.ts';

const bytesPerSecond = 16_000;
const mebi = 1024 * 1024;

/** Seconds of a 440 Hz tone as they stand in a WAV file. */
const tone = ((): Buffer => {
  const second = Buffer.alloc(bytesPerSecond);
  for (let i = 0; i < 8_000; i++) second.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * 440 * i) / 8_000)), i * 2);
  return second;
})();

/** One page with two prompts, and long audio whose answer each test writes. */
class LongAudio {
  readonly #server: Server;
  /** Octets of samples that the answer promises. */
  dataBytes = 600 * bytesPerSecond;
  send: (response: ServerResponse) => void = () => undefined;
  response: ServerResponse | undefined;
  closed = false;

  constructor() {
    this.#server = createServer((request, response) => {
      if (request.url === '/page.vxml') {
        const keys = '<grammar mode="dtmf" version="1.0" root="r"><rule id="r" scope="public"><one-of><item>1</item></one-of></rule></grammar>';
        response.writeHead(200, { 'content-type': 'application/voicexml+xml' });
        response.end(`<vxml version="2.1" xmlns="http://www.w3.org/2001/vxml" xml:lang="en-US"><form><property name="fetchtimeout" value="2s"/><property name="timeout" value="60s"/><field name="f"><prompt><audio src="long.wav"/></prompt><prompt><mark name="after"/><break time="100ms"/></prompt>${keys}<filled><exit namelist="f"/></filled></field></form></vxml>`);
        return;
      }
      this.response = response;
      response.on('close', () => (this.closed = true));
      response.on('error', () => undefined);
      response.writeHead(200, { 'content-type': 'audio/x-wav', 'content-length': 44 + this.dataBytes });
      response.write(wavHeader({ encoding: 'linear16', sampleRate: 8_000, channels: 1 }, this.dataBytes));
      this.send(response);
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/page.vxml`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Counts what the telephone hears, 20 ms at a time. */
class Ear {
  sounding = 0;
  /** Silent frames after the first that sounded. */
  silent = 0;
  heard(samples: Int16Array): void {
    const loud = samples.some((s) => Math.abs(s) > 1_000);
    if (loud) this.sounding += 1;
    else if (this.sounding > 0) this.silent += 1;
  }
}

describe('long audio from a web server, on a real call', () => {
  const callees = new ScriptedCallees(new SystemClock(), silentLogger);
  const media = new SharedMedia(createEmbeddedMedia({ address: '127.0.0.1' }, { log: silentLogger }));
  let stack: CallStack;
  let server: LongAudio;
  let uri: string;
  let ear: Ear;
  let telephone: ScriptedTelephone;
  let exit: Readonly<Record<string, unknown>> | undefined;
  let marks: string[];

  beforeAll(async () => {
    await callees.start();
    await media.start();
  });
  afterAll(async () => {
    await media.stop();
    await callees.stop();
    expect(callees.openTelephones).toBe(0);
  });
  beforeEach(async () => {
    server = new LongAudio();
    uri = await server.start();
    ear = new Ear();
    exit = undefined;
    marks = [];
    let connection: ConnectionId | undefined;
    stack = await CallStack.open({
      media: media.view(), resolver: callees.resolver, fetch: { allowedRanges: ['127.0.0.0/8'] },
      observe: { command: () => undefined, delivered: (_dialog, event) => event.name === 'play.mark' && marks.push(event.mark), trace: () => undefined, ended: (_dialog, end) => (exit = end.values) },
    }, (event) => {
      if (event.name !== 'connection.connected' || connection === undefined) return;
      const dialog = stack.ids.next('dialog');
      stack.platform.startDialog({ dialog, session: stack.ids.next('session'), src: uri, type: 'application/voicexml+xml', parameters: {}, hints: {}, connection });
      for (const [from, to] of [[connection, dialog], [dialog, connection]] as const) stack.platform.connectPath({ from, to, dtmfClamp: false, toneClamp: false });
    });
    stack.incoming = (incoming) => {
      connection = incoming.take();
      stack.platform.accept({ connection, hints: {} });
    };
  });
  afterEach(async () => {
    telephone.hangUp();
    await until(() => stack.open === 0);
    await stack.close();
    await server.stop();
  });

  const call = (): void => {
    telephone = callees.call({ from: 'sip:caller@sim', to: 'sip:app@test', target: `sip:app@${stack.address}` }, { heard: (samples) => ear.heard(samples) });
  };
  async function until(what: () => boolean, withinMs = 20_000): Promise<void> {
    for (const start = performance.now(); !what(); await pause(10)) if (performance.now() - start > withinMs) throw new Error(`not within ${withinMs} ms: ${what.toString()}`);
  }

  it('sounds while a slow server has sent only its beginning, and waits in silence for the rest', async () => {
    server.send = (response) => response.write(tone);
    call();
    await until(() => ear.sounding >= 45);
    expect(server.response?.writableEnded).toBe(false);
    await until(() => ear.silent >= 10);
    server.response?.write(tone);
    await until(() => ear.sounding >= 95);
    telephone.press('1');
    await until(() => exit !== undefined);
    expect(exit).toEqual({ f: '1' });
  }, 60_000);

  it('of a server that breaks off is heard as far as it came, and the next prompt follows', async () => {
    server.send = (response) => response.write(Buffer.concat([tone, tone]), () => setTimeout(() => response.destroy(), 700));
    call();
    await until(() => marks.includes('after'));
    expect(ear.sounding).toBeGreaterThanOrEqual(95);
    telephone.press('1');
    await until(() => exit !== undefined);
    expect(exit).toEqual({ f: '1' });
  }, 60_000);

  it('of a server that stalls ends after fetchtimeout, and the next prompt follows', async () => {
    server.send = (response) => response.write(Buffer.concat([tone, tone]));
    call();
    await until(() => marks.includes('after'));
    expect(ear.sounding).toBeGreaterThanOrEqual(95);
    expect(server.response?.writableEnded).toBe(false);
    await until(() => server.closed);
  }, 60_000);

  it('of 100 MB sounds without a gap while it comes as fast as it can, is not held in memory, and leaves no file', async () => {
    server.dataBytes = 100 * mebi;
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    server.send = (response) => {
      let left = server.dataBytes;
      const more = (): void => {
        while (left > 0) {
          most = Math.max(most, process.memoryUsage().arrayBuffers);
          const piece = left >= tone.length ? tone : tone.subarray(0, left);
          left -= piece.length;
          if (!response.write(piece)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    };
    call();
    await until(() => ear.sounding >= 150);
    expect(ear.silent).toBeLessThanOrEqual(5);
    // What is under way and not collected yet, but not the whole.
    expect(most - before).toBeLessThan(80 * mebi);
    telephone.press('1');
    await until(() => exit !== undefined);
    expect(exit).toEqual({ f: '1' });
    await until(() => stack.files().length === 0);
  }, 60_000);

  it('is no longer fetched once a key has barged in', async () => {
    server.dataBytes = 100 * mebi;
    let sent = 0;
    server.send = (response) => {
      // Faster than it is heard, and far from its end for as long as the test takes.
      const timer = setInterval(() => {
        sent += tone.length;
        response.write(tone);
      }, 100);
      response.on('close', () => clearInterval(timer));
    };
    call();
    await until(() => ear.sounding >= 50);
    expect(server.closed).toBe(false);
    telephone.press('1');
    await until(() => exit !== undefined);
    await until(() => server.closed);
    expect(sent).toBeLessThan(10 * mebi);
    await until(() => stack.files().length === 0);
  }, 60_000);
});
