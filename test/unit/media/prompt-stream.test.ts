import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GrowingFile } from '../../../src/audio/growing-file.ts';
import { encodeWav } from '../../../src/audio/wav-writer.ts';
import { PromptStore } from '../../../src/media/embedded/prompt-store.ts';
import { PromptStream, type StreamPart } from '../../../src/media/embedded/prompt-stream.ts';

const folder = mkdtempSync(join(tmpdir(), 'nailup-stream-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Three seconds that never repeat. */
const noise = (rate: number, seconds = 3): Int16Array => Int16Array.from({ length: rate * seconds }, (_, i) => Math.round(9000 * Math.sin(i * i * 0.00002) + 4000 * Math.sin(i * 0.05)));

function auOf(samples: Int16Array, rate: number): Buffer {
  const file = Buffer.alloc(24 + samples.length * 2);
  file.write('.snd');
  [24, samples.length * 2, 3, rate, 1].forEach((value, i) => file.writeUInt32BE(value, 4 + i * 4));
  samples.forEach((sample, i) => file.writeInt16BE(sample, 24 + i * 2));
  return file;
}

function mp3Silence(): Uint8Array {
  const frames = new Uint8Array(288 * 200);
  for (let at = 0; at < frames.length; at += 288) frames.set([0xff, 0xf3, 0x88, 0xc4], at);
  return frames;
}

/** Written as a growing file in two halves, the second once the first has been asked for. */
async function streamed(name: string, bytes: Uint8Array, part: StreamPart = {}): Promise<{ samples: Int16Array; rate: number; chunks: number }> {
  const path = join(folder, name);
  const file = await GrowingFile.create(path);
  const half = 2 * Math.floor(bytes.length / 4) + 1;
  await file.write(bytes.subarray(0, half));
  const stream = await PromptStream.open(path, part, () => false);
  if (stream === undefined) throw new Error('it is not streamed');
  const parts: number[] = [];
  let rate = 0;
  let chunks = 0;
  for (let chunk = await stream.next(); chunk !== undefined; chunk = await stream.next()) {
    if (chunks === 0) {
      await file.write(bytes.subarray(half));
      await file.end();
    }
    chunks += 1;
    rate = chunk.rate;
    for (const sample of chunk.samples) parts.push(sample);
  }
  await stream.close();
  return { samples: Int16Array.from(parts), rate, chunks };
}

async function whole(name: string, bytes: Uint8Array): Promise<{ samples: Int16Array; rate: number }> {
  const path = join(folder, `whole-${name}`);
  writeFileSync(path, bytes);
  const loaded = await new PromptStore().load(path);
  if (!loaded.ok) throw new Error(loaded.error);
  return { samples: new Int16Array(loaded.value.samples), rate: loaded.value.rate };
}

describe('a file that is decoded as it grows gives the samples of the whole one', () => {
  const files: readonly (readonly [string, string, Uint8Array])[] = [
    ['WAV of 8 kHz, 16 bits', 'a.wav', encodeWav({ encoding: 'linear16', sampleRate: 8000, channels: 1 }, noise(8000))],
    ['WAV of 44.1 kHz in stereo, at another rate', 'b.wav', encodeWav({ encoding: 'linear16', sampleRate: 44_100, channels: 2 }, noise(88_200))],
    ['WAV of µ-law', 'c.wav', encodeWav({ encoding: 'ulaw', sampleRate: 8000, channels: 1 }, noise(8000))],
    ['WAV of A-law at 11,025 Hz', 'd.wav', encodeWav({ encoding: 'alaw', sampleRate: 11_025, channels: 1 }, noise(11_025))],
    ['AU of 16 bits', 'e.au', auOf(noise(16_000), 16_000)],
    ['µ-law without a header', 'f.ulaw', Uint8Array.from({ length: 30_000 }, (_, i) => (i * 7) & 255)],
    ['A-law without a header', 'g.alaw', Uint8Array.from({ length: 30_000 }, (_, i) => (i * 5) & 255)],
    ['MP3', 'h.mp3', mp3Silence()],
  ];
  it.each(files)('%s', async (_what, name, bytes) => {
    const inParts = await streamed(name, bytes);
    const atOnce = await whole(name, bytes);
    expect(inParts.chunks).toBeGreaterThan(1);
    expect(inParts.rate).toBe(atOnce.rate);
    expect(inParts.samples.length).toBe(atOnce.samples.length);
    expect(Buffer.compare(Buffer.from(inParts.samples.buffer), Buffer.from(atOnce.samples.buffer))).toBe(0);
  });

  it('of a part of it, those of the part', async () => {
    const samples = noise(8000);
    const { samples: heard } = await streamed('part.wav', encodeWav({ encoding: 'linear16', sampleRate: 8000, channels: 1 }, samples), { fromMs: 500, toMs: 2250 });
    expect(heard).toEqual(samples.subarray(4000, 18_000));
  });
});

describe('a file that does not become whole', () => {
  it('gives what came, and then the reason', async () => {
    const path = join(folder, 'broken.wav');
    const file = await GrowingFile.create(path);
    await file.write(encodeWav({ encoding: 'linear16', sampleRate: 8000, channels: 1 }, noise(8000)).subarray(0, 44 + 8000));
    await file.end('http://far.example/broken.wav: other side closed');
    const stream = await PromptStream.open(path, {}, () => false);
    expect((await stream?.next())?.samples.length).toBe(4000);
    await expect(stream?.next()).rejects.toThrow('http://far.example/broken.wav: other side closed');
    await stream?.close();
  });

  it('is refused where nothing of it can be told', async () => {
    const path = join(folder, 'nothing.wav');
    await (await GrowingFile.create(path)).end('http://far.example/nothing.wav: nothing came for 15000 ms');
    await expect(PromptStream.open(path, {}, () => false)).rejects.toThrow('nothing came for 15000 ms');
  });
});

it('a short file that is complete, and Ogg of any length, are left to be decoded whole', async () => {
  const path = join(folder, 'short.wav');
  writeFileSync(path, encodeWav({ encoding: 'linear16', sampleRate: 8000, channels: 1 }, noise(8000)));
  expect(await PromptStream.open(path, {}, () => false)).toBeUndefined();
  const ogg = join(folder, 'long.ogg');
  writeFileSync(ogg, Buffer.concat([Buffer.from('OggS'), Buffer.alloc(9 * 1024 * 1024)]));
  expect(await PromptStream.open(ogg, {}, () => false)).toBeUndefined();
});
