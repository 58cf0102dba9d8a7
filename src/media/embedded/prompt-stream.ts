import { open, stat, type FileHandle } from 'node:fs/promises';
import { decodeAuData } from '../../audio/au-file.ts';
import { decodeG711 } from '../../audio/g711.ts';
import { growthOf } from '../../audio/growing-file.ts';
import { LaglessResampler } from '../../audio/lagless-resampler.ts';
import { headBytes, streamedFormat, type StreamedFormat } from '../../audio/streamed-format.ts';
import { decodeWavData, mixDownToMono } from '../../audio/wav-file.ts';
import { openMp3Stream, type Mp3Stream } from './compressed-audio.ts';
import type { LoadedAudio } from './play-item.ts';

/** A longer file is not decoded whole. */
const wholeBytes = 8 * 1024 * 1024;
const maxChunkBytes = 1024 * 1024;
/** How often a file that grows is looked at, and when it is taken for abandoned: its writer has a limit of its own. */
const pollMs = 250;
const abandonedMs = 120_000;

export interface StreamPart {
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** A long file, or one that still grows, decoded about a second at a time. */
export class PromptStream {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #part: StreamPart;
  readonly #decode: (bytes: Uint8Array) => LoadedAudio;
  readonly #mp3: Mp3Stream | undefined;
  readonly #buffer: Uint8Array;
  readonly #frameBytes: number;
  readonly #end: number;
  #offset: number;
  #resampler: LaglessResampler | undefined;
  #rate = 8000;
  /** Samples at `#rate` still to leave out, and then to give. */
  #skip = 0;
  #left = Number.POSITIVE_INFINITY;
  #caughtUp = false;
  #flushed = false;
  #closed = false;

  private constructor(path: string, file: FileHandle, format: StreamedFormat, part: StreamPart, mp3: Mp3Stream | undefined) {
    this.#path = path;
    this.#file = file;
    this.#part = part;
    this.#mp3 = mp3;
    const layout = layoutOf(format);
    this.#frameBytes = layout.frameBytes;
    this.#offset = layout.from;
    this.#end = layout.to;
    this.#decode = mp3 === undefined ? layout.decode : (bytes) => mp3.decode(bytes);
    const chunk = Math.min(maxChunkBytes, layout.bytesPerSecond);
    this.#buffer = new Uint8Array(Math.max(layout.frameBytes, chunk - (chunk % layout.frameBytes)));
  }

  /** Undefined for what is better, or can only be, decoded whole. Rejects with one sentence. */
  static async open(path: string, part: StreamPart, closed: () => boolean): Promise<PromptStream | undefined> {
    const growth = await growthOf(path);
    if (growth === 'complete' && (await stat(path)).size <= wholeBytes) return undefined;
    const file = await open(path, 'r');
    try {
      const format = await formatOf(path, file, closed);
      const mp3 = format?.kind === 'mp3' ? await openMp3Stream() : undefined;
      if (format !== undefined) return new PromptStream(path, file, format, part, mp3);
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
    return undefined;
  }

  /** Some more audio; undefined at the end. Rejects with one sentence once there is no more for another reason. */
  async next(): Promise<LoadedAudio | undefined> {
    while (this.#left > 0 && !this.#flushed) {
      const bytes = await this.#read();
      if (this.#closed) return undefined;
      let samples: Int16Array;
      if (bytes === undefined) {
        this.#flushed = true;
        if (this.#resampler === undefined) return undefined;
        samples = this.#resampler.flush();
      } else {
        const decoded = this.#decode(bytes);
        if (decoded.samples.length === 0) continue;
        this.#resampler ??= this.#begin(decoded.rate);
        samples = this.#resampler.process(decoded.samples);
      }
      const skipped = Math.min(this.#skip, samples.length);
      this.#skip -= skipped;
      const given = samples.subarray(skipped, Math.min(samples.length, skipped + this.#left));
      this.#left -= given.length;
      if (given.length > 0) return { samples: given.slice(), rate: this.#rate };
    }
    return undefined;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#mp3?.free();
    await this.#file.close();
  }

  #begin(from: number): LaglessResampler {
    this.#rate = from >= 16_000 ? 16_000 : 8000;
    const { fromMs = 0, toMs } = this.#part;
    this.#skip = Math.max(0, Math.round((fromMs * this.#rate) / 1000));
    if (toMs !== undefined) this.#left = Math.max(0, Math.round((toMs * this.#rate) / 1000) - this.#skip);
    return new LaglessResampler(from, this.#rate);
  }

  async #read(): Promise<Uint8Array | undefined> {
    for (let waitedMs = 0; ; waitedMs += pollMs) {
      // Only what was whole before it is read has nothing behind its end.
      const growth = await growthOf(this.#path);
      const wanted = Math.min(this.#buffer.length, this.#end - this.#offset);
      if (this.#closed || wanted <= 0) return undefined;
      // Where the file is played as it comes, small pieces are let gather.
      if (growth === 'growing' && this.#caughtUp) await later(pollMs);
      if (this.#closed) return undefined;
      const { bytesRead } = await this.#file.read(this.#buffer, 0, wanted, this.#offset);
      const usable = bytesRead - (bytesRead % this.#frameBytes);
      this.#caughtUp = usable < wanted;
      if (usable > 0) {
        this.#offset += usable;
        return this.#buffer.subarray(0, usable);
      }
      if (growth === 'complete') return undefined;
      if (growth !== 'growing') throw new Error(growth.failed);
      if (waitedMs >= abandonedMs) throw new Error(`${this.#path}: it no longer grows`);
    }
  }
}

async function formatOf(path: string, file: FileHandle, closed: () => boolean): Promise<StreamedFormat | undefined> {
  const head = new Uint8Array(headBytes);
  for (let waitedMs = 0; !closed(); waitedMs += pollMs) {
    const growth = await growthOf(path);
    const { bytesRead } = await file.read(head, 0, headBytes, 0);
    const format = bytesRead === 0 ? undefined : streamedFormat(head.subarray(0, bytesRead), path);
    if (format !== undefined || growth === 'complete') return format;
    if (growth !== 'growing') throw new Error(growth.failed);
    if (bytesRead === headBytes || waitedMs >= abandonedMs) throw new Error(`${path}: it begins like no audio that can be played while it comes`);
    await later(pollMs);
  }
  return undefined;
}

interface Layout {
  /** Octets from the start of the file; `to` is not included. */
  readonly from: number;
  readonly to: number;
  readonly frameBytes: number;
  readonly bytesPerSecond: number;
  readonly decode: (bytes: Uint8Array) => LoadedAudio;
}

function layoutOf(format: StreamedFormat): Layout {
  switch (format.kind) {
    case 'wav': {
      const { encoding, sampleRate, channels, dataOffset, dataBytes, bytesPerFrame } = format.header;
      return {
        from: dataOffset, to: dataOffset + dataBytes, frameBytes: bytesPerFrame, bytesPerSecond: sampleRate * bytesPerFrame,
        decode: (bytes) => {
          const samples = new Int16Array((bytes.length / bytesPerFrame) * channels);
          decodeWavData(encoding, bytes, samples);
          return { samples: mixDownToMono({ channels, samples }), rate: sampleRate };
        },
      };
    }
    case 'au': {
      const { encoding, channels, dataOffset, rate } = format.header;
      const frameBytes = channels * (encoding === 'linear16' ? 2 : 1);
      return { from: dataOffset, to: Number.POSITIVE_INFINITY, frameBytes, bytesPerSecond: rate * frameBytes, decode: (bytes) => ({ samples: decodeAuData(format.header, bytes), rate }) };
    }
    case 'raw':
      return {
        from: 0, to: Number.POSITIVE_INFINITY, frameBytes: 1, bytesPerSecond: 8000,
        decode: (bytes) => {
          const samples = new Int16Array(bytes.length);
          decodeG711(format.law, bytes, samples);
          return { samples, rate: 8000 };
        },
      };
    case 'mp3':
      // About a second of 128 kbit/s; its frames are found by the decoder.
      return { from: 0, to: Number.POSITIVE_INFINITY, frameBytes: 1, bytesPerSecond: 16_384, decode: () => ({ samples: new Int16Array(0), rate: 8000 }) };
  }
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
