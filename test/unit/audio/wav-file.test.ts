import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mixDownToMono, readWav, readWavHeader, type WavEncoding } from '../../../src/audio/wav-file.ts';
import { encodeWav, WavFileWriter } from '../../../src/audio/wav-writer.ts';

const sine = Int16Array.from({ length: 800 }, (_, i) => Math.round(8000 * Math.sin(i / 5)));

/** A RIFF file by hand: what other programs write and our writer does not. */
function wav(tag: number, bits: number, data: Uint8Array, extra: { channels?: number; rate?: number; before?: Uint8Array; extensible?: boolean; size?: number } = {}): Uint8Array {
  const fmtSize = extra.extensible === true ? 40 : 16;
  const before = extra.before ?? new Uint8Array(0);
  const file = new Uint8Array(12 + before.length + 8 + fmtSize + 8 + data.length);
  const view = new DataView(file.buffer);
  file.set(Buffer.from('RIFF'), 0);
  view.setUint32(4, file.length - 8, true);
  file.set(Buffer.from('WAVE'), 8);
  file.set(before, 12);
  let at = 12 + before.length;
  file.set(Buffer.from('fmt '), at);
  view.setUint32(at + 4, fmtSize, true);
  const channels = extra.channels ?? 1;
  view.setUint16(at + 8, extra.extensible === true ? 0xfffe : tag, true);
  view.setUint16(at + 10, channels, true);
  view.setUint32(at + 12, extra.rate ?? 8000, true);
  view.setUint16(at + 22, bits, true);
  if (extra.extensible === true) view.setUint16(at + 8 + 24, tag, true);
  at += 8 + fmtSize;
  file.set(Buffer.from('data'), at);
  view.setUint32(at + 4, extra.size ?? data.length, true);
  file.set(data, at + 8);
  return file;
}

describe('reading WAV', () => {
  it.each<[WavEncoding, number, number, number[], number[]]>([
    ['linear8', 1, 8, [128, 0, 255], [0, -32768, 32512]],
    ['linear16', 1, 16, [0, 0, 0xff, 0x7f, 0, 0x80], [0, 32767, -32768]],
    ['linear24', 1, 24, [9, 0, 0, 0, 0xff, 0x7f], [0, 32767]],
    ['linear32', 1, 32, [9, 9, 0, 0x40], [0x4000]],
    ['ulaw', 7, 8, [0xff, 0x80], [0, 32124]],
    ['alaw', 6, 8, [0xd5, 0xaa], [8, 32256]],
  ])('%s', (encoding, tag, bits, data, expected) => {
    const read = readWav(wav(tag, bits, Uint8Array.from(data)));
    expect(read.ok && read.value.encoding).toBe(encoding);
    expect(read.ok && [...read.value.samples]).toEqual(expected);
  });

  it('reads 32-bit float, saturating what is too loud', () => {
    const data = new Uint8Array(new Float32Array([0, 1, -2, Number.NaN]).buffer);
    const read = readWav(wav(3, 32, data));
    expect(read.ok && [...read.value.samples]).toEqual([0, 32767, -32768, 0]);
  });

  it('skips chunks that it does not know, odd ones with their padding', () => {
    const list = Uint8Array.from([...Buffer.from('LIST'), 3, 0, 0, 0, 1, 2, 3, 0]);
    const read = readWav(wav(1, 16, Uint8Array.from([1, 0]), { before: list }));
    expect(read.ok && [...read.value.samples]).toEqual([1]);
  });

  it('reads the extensible form', () => {
    const read = readWav(wav(1, 16, Uint8Array.from([1, 0]), { extensible: true }));
    expect(read.ok && read.value.encoding).toBe('linear16');
  });

  it('takes a data chunk of unknown size to the end of the file, and one that is too long to what is there', () => {
    for (const size of [0, 0xffffffff, 1000]) {
      const read = readWav(wav(1, 16, Uint8Array.from([1, 0, 2, 0, 9]), { size }));
      expect(read.ok && [...read.value.samples]).toEqual([1, 2]);
    }
  });

  it('mixes two channels down', () => {
    const read = readWav(wav(1, 16, Uint8Array.from([10, 0, 20, 0, 0, 0, 4, 0]), { channels: 2, rate: 48000 }));
    expect(read.ok && [...mixDownToMono(read.value)]).toEqual([15, 2]);
  });

  it.each<[string, Uint8Array, number, RegExp]>([
    ['an empty file', new Uint8Array(0), 0, /ends before/],
    ['another kind of file', Buffer.from('ID3 this is an MP3 file'), 0, /not a RIFF/],
    ['RIFF that is no WAVE', Buffer.from('RIFF\0\0\0\0AVI LIST'), 8, /WAVE/],
    ['MP3 inside WAV', wav(85, 0, new Uint8Array(4)), 20, /format 85/],
    ['no channels', wav(1, 16, new Uint8Array(4), { channels: 0 }), 22, /0 channels/],
    ['a rate of zero', wav(1, 16, new Uint8Array(4), { rate: 0 }), 24, /0 Hz/],
    ['no data chunk', wav(1, 16, new Uint8Array(0)).subarray(0, 36), 36, /no data/],
    ['a fmt chunk cut short', wav(1, 16, new Uint8Array(0)).subarray(0, 30), 12, /cut short/],
  ])('says what is wrong with %s and where', (_name, bytes, offset, reason) => {
    const read = readWav(bytes);
    expect(!read.ok && read.error.offset).toBe(offset);
    expect(!read.ok && read.error.reason).toMatch(reason);
  });

  it('never throws on a file with bytes changed at random', () => {
    const good = encodeWav({ encoding: 'ulaw', sampleRate: 8000, channels: 1 }, sine);
    let seed = 7;
    for (let round = 0; round < 3000; round++) {
      const bad = good.slice(0, round % 3 === 0 ? round % good.length : good.length);
      for (let k = 0; k < 4; k++) {
        seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
        if (bad.length > 0) bad[seed % Math.min(64, bad.length)] = seed >>> 24;
      }
      expect(() => readWav(bad)).not.toThrow();
    }
  });
});

describe('writing WAV', () => {
  it.each(['linear16', 'ulaw', 'alaw'] as const)('%s comes back as it was written', (encoding) => {
    const bytes = encodeWav({ encoding, sampleRate: 16000, channels: 2 }, sine);
    const read = readWav(bytes);
    expect(read.ok && [read.value.sampleRate, read.value.channels, read.value.encoding, read.value.samples.length]).toEqual([16000, 2, encoding, 800]);
    const worst = Math.max(...sine.map((s, i) => Math.abs(s - (read.ok ? read.value.samples[i]! : 0))));
    expect(worst).toBeLessThan(encoding === 'linear16' ? 1 : 300);
  });

  it('streams to a file whose header is right after sync and after close', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wav-'));
    try {
      const path = join(folder, 'a.wav');
      const writer = await WavFileWriter.open(path, { encoding: 'ulaw', sampleRate: 8000, channels: 1 });
      await writer.write(sine.subarray(0, 161));
      await writer.sync();
      const header = readWavHeader(readFileSync(path));
      expect(header.ok && header.value.dataBytes).toBe(161);
      await writer.write(sine.subarray(0, 160));
      expect(writer.durationMs).toBeCloseTo(321 / 8);
      await writer.close();
      const whole = readFileSync(path);
      expect(whole.readUInt32LE(4)).toBe(whole.length - 8);
      const read = readWav(whole);
      expect(read.ok && read.value.samples.length).toBe(321);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('tells of a folder that is not there', async () => {
    await expect(WavFileWriter.open('/nonexistent/a.wav', { encoding: 'ulaw', sampleRate: 8000, channels: 1 })).rejects.toThrow(/ENOENT/);
  });
});
