import { writeFileSync } from 'node:fs';
import { encodeG711 } from '../../src/audio/g711.ts';
import { goertzelPower } from '../../src/audio/goertzel.ts';
import { dbm0OfPower } from '../../src/audio/level.ts';
import { decodeWavData, readWavHeader } from '../../src/audio/wav-file.ts';
import { encodeWav } from '../../src/audio/wav-writer.ts';

/** A full-scale sine is 3.14 dBm0 (G.711). */
const fullScaleDbm0 = 3.14;

/** Audio that a peer recorded, also when it is still writing: then the header's lengths are not right yet. 16-bit linear, mono. */
export function readSamples(bytes: Buffer): { readonly samples: Int16Array; readonly rate: number } {
  const header = readWavHeader(bytes, bytes.length);
  const rate = header.ok ? header.value.sampleRate : bytes.length >= 28 ? bytes.readUInt32LE(24) : 8_000;
  const start = header.ok ? header.value.dataOffset : 44;
  const data = bytes.subarray(Math.min(start, bytes.length));
  const interleaved = new Int16Array(data.length >> 1);
  decodeWavData('linear16', data.subarray(0, interleaved.length * 2), interleaved);
  const channels = bytes.length >= 24 ? bytes.readUInt16LE(22) : 1;
  // The left channel says it all: the peers' stereo is twice the same.
  return { samples: channels === 1 ? interleaved : interleaved.filter((_, i) => i % channels === 0), rate };
}

export function tone(hz: number, ms: number, rate = 8_000, dbm0 = -13): Int16Array {
  const amplitude = 32_767 * 10 ** ((dbm0 - fullScaleDbm0) / 20);
  return Int16Array.from({ length: Math.round((ms * rate) / 1_000) }, (_, i) => Math.round(amplitude * Math.sin((2 * Math.PI * hz * i) / rate)));
}

export function writeTone(file: string, hz: number, ms: number, rate = 8_000): void {
  writeWav(file, tone(hz, ms, rate), rate);
}

export function writeWav(file: string, samples: Int16Array, rate = 8_000): void {
  writeFileSync(file, encodeWav({ encoding: 'linear16', sampleRate: rate, channels: 1 }, samples));
}

/** Raw µ-law, as sipp streams it. */
export function writeUlaw(file: string, samples: Int16Array): void {
  const out = new Uint8Array(samples.length);
  encodeG711('ulaw', samples, out, 0);
  writeFileSync(file, out);
}

export function joined(...parts: readonly Int16Array[]): Int16Array {
  const out = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const silence = (ms: number, rate = 8_000): Int16Array => new Int16Array(Math.round((ms * rate) / 1_000));

/** Level of one frequency, dBm0, by Goertzel over the whole stretch. */
export function levelAt(samples: Int16Array, hz: number, rate: number, start = 0, length = samples.length - start): number {
  if (length <= 0) return -120;
  return dbm0OfPower(goertzelPower(samples, hz, rate, start, length));
}

/** The longest time for which the tone stands at `dbm0` or more, in 20 ms steps. Milliseconds. */
export function toneMs(heard: { readonly samples: Int16Array; readonly rate: number }, hz: number, dbm0 = -30, fromMs = 0): number {
  const window = heard.rate / 50;
  let run = 0;
  let best = 0;
  for (let at = Math.round((fromMs * heard.rate) / 1_000); at + window <= heard.samples.length; at += window) {
    run = levelAt(heard.samples, hz, heard.rate, at, window) >= dbm0 ? run + 20 : 0;
    best = Math.max(best, run);
  }
  return best;
}

/** For how long in all the tone stands at `dbm0` or more, in 20 ms steps. Milliseconds. */
export function toneSumMs(heard: { readonly samples: Int16Array; readonly rate: number }, hz: number, dbm0 = -30): number {
  const window = heard.rate / 50;
  let sum = 0;
  for (let at = 0; at + window <= heard.samples.length; at += window) sum += levelAt(heard.samples, hz, heard.rate, at, window) >= dbm0 ? 20 : 0;
  return sum;
}

/** Where the tone was heard for more than 600 ms: pieces of it less than 200 ms apart belong together. */
export function stretches(heard: { readonly samples: Int16Array; readonly rate: number }, hz: number, dbm0 = -30): { fromMs: number; toMs: number }[] {
  const found: { fromMs: number; toMs: number }[] = [];
  for (let ms = 0; (ms + 20) * heard.rate <= heard.samples.length * 1_000; ms += 20) {
    if (levelAt(heard.samples, hz, heard.rate, (ms * heard.rate) / 1_000, heard.rate / 50) < dbm0) continue;
    const last = found.at(-1);
    if (last !== undefined && ms - last.toMs < 200) last.toMs = ms + 20;
    else found.push({ fromMs: ms, toMs: ms + 20 });
  }
  return found.filter(({ fromMs, toMs }) => toMs - fromMs > 600);
}

/** 60 ms of the tone, 60 ms of nothing, and so on: a join that keeps steady call-progress tones away (CCXML `toneclamp`) lets this pass. */
export function pulses(hz: number, ms: number, rate = 8_000): Int16Array {
  const out = tone(hz, ms, rate);
  const half = (rate * 60) / 1_000;
  for (let i = 0; i < out.length; i++) if (Math.floor(i / half) % 2 === 1) out[i] = 0;
  return out;
}

/** The highest level of that frequency in any stretch of `windowMs`. dBm0. */
export function peakAt(heard: { readonly samples: Int16Array; readonly rate: number }, hz: number, windowMs = 40, fromMs = 0, toMs = Infinity): number {
  const window = Math.round((heard.rate * windowMs) / 1_000);
  const last = Math.min(heard.samples.length, toMs === Infinity ? Infinity : (toMs * heard.rate) / 1_000);
  let top = -120;
  for (let at = Math.round((fromMs * heard.rate) / 1_000); at + window <= last; at += window >> 1) top = Math.max(top, levelAt(heard.samples, hz, heard.rate, at, window));
  return top;
}

const rows = [697, 770, 852, 941];
const columns = [1_209, 1_336, 1_477, 1_633];
const pad = ['123A', '456B', '789C', '*0#D'];
export const digitFrequencies: readonly number[] = [...rows, ...columns];

/** DTMF tones of these keys, `ms` each with as much silence behind it; both frequencies at `dbm0`. */
export function digits(keys: string, ms: number, rate = 8_000, dbm0 = -10): Int16Array {
  return joined(...[...keys].map((key) => {
    const row = pad.findIndex((line) => line.includes(key));
    const low = tone(rows[row] ?? 0, ms, rate, dbm0);
    const high = tone(columns[pad[row]?.indexOf(key) ?? 0] ?? 0, ms, rate, dbm0);
    return joined(low.map((value, i) => value + (high[i] ?? 0)), silence(ms, rate));
  }));
}

/** Where `sent` fits best in `heard` (both 8 kHz), and the signal-to-noise ratio there in dB, the gain made equal. */
export function bestFit(heard: Int16Array, sent: Int16Array): { readonly offsetMs: number; readonly snr: number } {
  const score = (offset: number, step: number): number => {
    let dot = 0;
    let energy = 1;
    for (let i = 0; i < sent.length; i += step) {
      const value = heard[offset + i] ?? 0;
      dot += value * (sent[i] ?? 0);
      energy += value * value;
    }
    return dot / Math.sqrt(energy);
  };
  let best = 0;
  let top = -Infinity;
  for (let offset = 0; offset + sent.length <= heard.length; offset++) {
    const value = score(offset, 37);
    if (value > top) [top, best] = [value, offset];
  }
  let [dot, own] = [0, 1];
  for (let i = 0; i < sent.length; i++) {
    dot += (heard[best + i] ?? 0) * (sent[i] ?? 0);
    own += (sent[i] ?? 0) ** 2;
  }
  const gain = dot / own;
  let noise = 1;
  for (let i = 0; i < sent.length; i++) noise += ((heard[best + i] ?? 0) - gain * (sent[i] ?? 0)) ** 2;
  return { offsetMs: best / 8, snr: 10 * Math.log10((gain * gain * own) / noise) };
}
