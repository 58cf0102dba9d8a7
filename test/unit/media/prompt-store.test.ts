import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { G722Encoder } from '../../../src/audio/g722.ts';
import { PromptStore } from '../../../src/media/embedded/prompt-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'nailup-prompt-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('an Ogg Vorbis file is decoded: a tone of 440 Hz for a second and a half', async () => {
  const prompt = await new PromptStore().load(fileURLToPath(new URL('./audio/tone-440.ogg', import.meta.url)));
  if (!prompt.ok) throw new Error(prompt.error);
  const samples = new Int16Array(prompt.value.samples);
  expect(prompt.value.rate).toBe(16_000);
  expect(Math.abs(samples.length - 24_000)).toBeLessThan(400);
  let crossings = 0;
  for (let i = 4001; i <= 20_000; i++) if (samples[i - 1]! < 0 && samples[i]! >= 0) crossings += 1;
  expect(Math.abs(crossings - 440)).toBeLessThan(2);
  expect(Math.abs(Math.max(...samples.subarray(4000, 20_000)) - 16_384)).toBeLessThan(500);
});

test('a headerless G.722 file is decoded by its name, at 16 kHz', async () => {
  const tone = Int16Array.from({ length: 16_000 }, (_, i) => 8000 * Math.sin((2 * Math.PI * 2000 * i) / 16_000));
  const octets = new Uint8Array(8_000);
  expect(new G722Encoder().encode(tone, octets, 0)).toBe(8_000);
  // The first octets of MP3 must not be believed here.
  octets.set([0xff, 0xf3]);
  const path = join(folder, 'tone.G722');
  writeFileSync(path, octets);
  const prompt = await new PromptStore().load(path);
  if (!prompt.ok) throw new Error(prompt.error);
  const samples = new Int16Array(prompt.value.samples);
  expect([prompt.value.rate, samples.length]).toEqual([16_000, 16_000]);
  expect(Math.abs(Math.max(...samples.subarray(4_000, 12_000)) - 8_000)).toBeLessThan(800);
});

// Made with LAME's encoder (npm's @breezystack/lamejs: `new Mp3Encoder(1, 16000, 32)`) of a second of 10,000 · sin(2π · 1000 t), 16 kHz; it takes that to 0.95.
test('an MP3 file is decoded: a tone of 1 kHz for a second, as loud as it was', async () => {
  const prompt = await new PromptStore().load(fileURLToPath(new URL('./audio/tone-1000.mp3', import.meta.url)));
  if (!prompt.ok) throw new Error(prompt.error);
  const samples = new Int16Array(prompt.value.samples);
  expect(prompt.value.rate).toBe(16_000);
  // The encoder fills its last frames up.
  expect(Math.abs(samples.length - 17_000)).toBeLessThan(1_500);
  const middle = samples.subarray(4_000, 12_000);
  let crossings = 0;
  for (let i = 1; i < middle.length; i++) if (middle[i - 1]! < 0 && middle[i]! >= 0) crossings += 1;
  expect(Math.abs(crossings - 500)).toBeLessThan(2);
  // Level in all, and of what is not the tone: 8,000 samples are whole periods.
  let [re, im, energy] = [0, 0, 0];
  middle.forEach((sample, i) => {
    re += sample * Math.cos((2 * Math.PI * i) / 16);
    im += sample * Math.sin((2 * Math.PI * i) / 16);
    energy += sample * sample;
  });
  const tone = (2 * (re * re + im * im)) / middle.length;
  expect(Math.abs(10 * Math.log10(tone / middle.length / (9_500 ** 2 / 2)))).toBeLessThan(0.1);
  expect(10 * Math.log10(tone / (energy - tone))).toBeGreaterThan(25);
});

test('an MP3 file of silence is decoded to silence', async () => {
  // MPEG 2 layer III, 64 kbit/s, 16 kHz, mono: frames of 288 octets, 576 samples; all-zero side information is silence.
  const frames = new Uint8Array(288 * 50);
  for (let at = 0; at < frames.length; at += 288) frames.set([0xff, 0xf3, 0x88, 0xc4], at);
  const path = join(folder, 'silence.mp3');
  writeFileSync(path, frames);
  const prompt = await new PromptStore().load(path);
  if (!prompt.ok) throw new Error(prompt.error);
  expect(prompt.value.rate).toBe(16_000);
  const samples = new Int16Array(prompt.value.samples);
  expect(samples.length).toBeGreaterThan(576 * 45);
  expect(samples.every((s) => s === 0)).toBe(true);
});

test('a file that only begins like MP3 or Ogg is refused with a reason', async () => {
  for (const [name, head] of [['a.mp3', [0x49, 0x44, 0x33, 4, 0, 0]], ['b.ogg', [0x4f, 0x67, 0x67, 0x53, 1, 2, 3]]] as const) {
    const path = join(folder, name);
    writeFileSync(path, Uint8Array.from([...head, ...new Uint8Array(500).fill(7)]));
    const prompt = await new PromptStore().load(path);
    expect(prompt.ok).toBe(false);
  }
});

test.each([['µ-law', 1, [0xff, 0x80]], ['16 bits', 3, [0, 0, 0x7d, 0x7c]], ['A-law', 27, [0xd5, 0xaa]]])('an AU file of %s is decoded', async (_what, encoding, data) => {
  const header = Buffer.alloc(24);
  header.write('.snd');
  [24, data.length, encoding, 8000, 1].forEach((value, i) => header.writeUInt32BE(value, 4 + i * 4));
  const path = join(folder, `${encoding}.au`);
  writeFileSync(path, Buffer.concat([header, Buffer.from(data)]));
  const prompt = await new PromptStore().load(path);
  if (!prompt.ok) throw new Error(prompt.error);
  const [first = 99, second = 0] = new Int16Array(prompt.value.samples);
  expect(Math.abs(first)).toBeLessThan(10);
  expect(Math.abs(second - 32_124)).toBeLessThan(600);
});

test('an AU file of an encoding that is not known is refused', async () => {
  const header = Buffer.alloc(32);
  header.write('.snd');
  [24, 8, 99, 8000, 1].forEach((value, i) => header.writeUInt32BE(value, 4 + i * 4));
  const path = join(folder, 'odd.au');
  writeFileSync(path, header);
  expect(await new PromptStore().load(path)).toEqual({ ok: false, error: expect.stringContaining('AU encoding 99') });
});
