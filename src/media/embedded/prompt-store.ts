import { readFile, stat } from 'node:fs/promises';
import { isAu, readAu } from '../../audio/au-file.ts';
import { compressedFormat } from '../../audio/compressed-format.ts';
import { decodeG711 } from '../../audio/g711.ts';
import { G722Decoder } from '../../audio/g722.ts';
import { LaglessResampler } from '../../audio/lagless-resampler.ts';
import { isRawG722, rawLaw } from '../../audio/streamed-format.ts';
import { mixDownToMono, readWav } from '../../audio/wav-file.ts';
import { decodeCompressed } from './compressed-audio.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';

/** A prompt's samples, shared between threads. */
export interface Prompt {
  readonly samples: SharedArrayBuffer;
  readonly rate: number;
}

interface Kept extends Prompt {
  readonly modifiedMs: number;
  readonly size: number;
}

const maxFileBytes = 128 * 1024 * 1024;
const maxKeptBytes = 256 * 1024 * 1024;

/** Decodes audio files once and keeps them while they do not change, the least recently used going first. */
export class PromptStore {
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  /** Samples at 8 kHz, or at 16 kHz when the file has at least that. The error is one sentence. */
  async load(path: string): Promise<Result<Prompt, string>> {
    try {
      const { mtimeMs, size } = await stat(path);
      const known = this.#kept.get(path);
      if (known !== undefined && known.modifiedMs === mtimeMs && known.size === size) {
        this.#kept.delete(path);
        this.#kept.set(path, known);
        return ok(known);
      }
      if (size > maxFileBytes) return fail(`${path}: ${size} octets are more than the ${maxFileBytes} that a prompt may have`);
      const decoded = await decode(await readFile(path), path);
      if (!decoded.ok) return decoded;
      this.#keep(path, { ...decoded.value, modifiedMs: mtimeMs, size });
      return decoded;
    } catch (error) {
      return fail(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #keep(path: string, prompt: Kept): void {
    const old = this.#kept.get(path);
    if (old !== undefined) this.#bytes -= old.samples.byteLength;
    this.#kept.delete(path);
    this.#kept.set(path, prompt);
    this.#bytes += prompt.samples.byteLength;
    for (const [oldest, { samples }] of this.#kept) {
      if (this.#bytes <= maxKeptBytes || oldest === path) break;
      this.#kept.delete(oldest);
      this.#bytes -= samples.byteLength;
    }
  }
}

async function decode(bytes: Uint8Array, path: string): Promise<Result<Prompt, string>> {
  if (isAu(bytes)) {
    const au = readAu(bytes);
    if (!au.ok) return fail(`${path}: ${au.error}`);
    return ok(share(au.value.samples, au.value.rate, au.value.rate >= 16_000 ? 16_000 : 8000));
  }
  const wave = String.fromCharCode(...bytes.subarray(0, 4)) === 'RIFF';
  if (isRawG722(path) && !wave) {
    const samples = new Int16Array(bytes.length * 2);
    new G722Decoder().decode(bytes, samples, 0, bytes.length);
    return ok(share(samples, 16_000, 16_000));
  }
  const raw = rawLaw(path);
  if (raw !== undefined && !wave) {
    const samples = new Int16Array(bytes.length);
    decodeG711(raw, bytes, samples);
    return ok(share(samples, 8000, 8000));
  }
  const compressed = compressedFormat(bytes);
  if (compressed !== undefined) {
    const audio = await decodeCompressed(compressed, bytes);
    if (!audio.ok) return fail(`${path}: ${audio.error}`);
    return ok(share(audio.value.samples, audio.value.rate, audio.value.rate >= 16_000 ? 16_000 : 8000));
  }
  const wav = readWav(bytes);
  if (!wav.ok) return fail(`${path}: ${wav.error.reason}`);
  return ok(share(mixDownToMono(wav.value), wav.value.sampleRate, wav.value.sampleRate >= 16_000 ? 16_000 : 8000));
}

function share(samples: Int16Array, from: number, to: number): Prompt {
  const resampler = new LaglessResampler(from, to);
  const body = resampler.process(samples);
  const tail = resampler.flush();
  const shared = new SharedArrayBuffer((body.length + tail.length) * 2);
  const all = new Int16Array(shared);
  all.set(body);
  all.set(tail, body.length);
  return { samples: shared, rate: to };
}
