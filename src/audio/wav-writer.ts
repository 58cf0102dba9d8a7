import { open, type FileHandle } from 'node:fs/promises';
import { linearToAlaw, linearToUlaw } from './g711.ts';
import type { WavFormat } from './wav-file.ts';

/** The encodings that are written. */
export type WavWriteFormat = WavFormat & { readonly encoding: 'linear16' | 'ulaw' | 'alaw' };

const bytesPerSample = (encoding: WavWriteFormat['encoding']): number => (encoding === 'linear16' ? 2 : 1);

/** A RIFF/WAVE header for `dataBytes` octets of samples: 44 octets when linear, 58 (with `fact`) for µ-law and A-law. */
export function wavHeader(format: WavWriteFormat, dataBytes: number): Uint8Array {
  const linear = format.encoding === 'linear16';
  const width = bytesPerSample(format.encoding);
  const length = linear ? 44 : 58;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string): void => {
    for (let i = 0; i < value.length; i++) bytes[at + i] = value.charCodeAt(i);
  };
  text(0, 'RIFF');
  view.setUint32(4, length - 8 + dataBytes + (dataBytes & 1), true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, linear ? 16 : 18, true);
  view.setUint16(20, linear ? 1 : format.encoding === 'ulaw' ? 7 : 6, true);
  view.setUint16(22, format.channels, true);
  view.setUint32(24, format.sampleRate, true);
  view.setUint32(28, format.sampleRate * format.channels * width, true);
  view.setUint16(32, format.channels * width, true);
  view.setUint16(34, width * 8, true);
  let at = 36;
  if (!linear) {
    text(38, 'fact');
    view.setUint32(42, 4, true);
    view.setUint32(46, Math.floor(dataBytes / format.channels), true);
    at = 50;
  }
  text(at, 'data');
  view.setUint32(at + 4, dataBytes, true);
  return bytes;
}

/** Encodes samples as stored data into `out`; returns the octets written. */
export function encodeWavData(encoding: WavWriteFormat['encoding'], samples: Int16Array, out: Uint8Array): number {
  if (encoding === 'linear16') {
    for (let i = 0; i < samples.length; i++) {
      const s = samples[i] as number;
      out[i * 2] = s & 0xff;
      out[i * 2 + 1] = (s >> 8) & 0xff;
    }
    return samples.length * 2;
  }
  const table = encoding === 'ulaw' ? linearToUlaw : linearToAlaw;
  for (let i = 0; i < samples.length; i++) out[i] = table[(samples[i] as number) & 0xffff] as number;
  return samples.length;
}

/** A whole WAV file in memory. */
export function encodeWav(format: WavWriteFormat, samples: Int16Array): Uint8Array {
  const dataBytes = samples.length * bytesPerSample(format.encoding);
  const header = wavHeader(format, dataBytes);
  const file = new Uint8Array(header.length + dataBytes + (dataBytes & 1));
  file.set(header);
  encodeWavData(format.encoding, samples, file.subarray(header.length));
  return file;
}

/**
 * Writes a WAV file as the samples come. The header is brought up to date at `close` (and at each `sync`), so that a
 * file cut off by a crash still opens. Writes are in order; the first failure rejects that write and all later ones.
 */
export class WavFileWriter {
  readonly #file: FileHandle;
  readonly #format: WavWriteFormat;
  readonly #headerBytes: number;
  #dataBytes = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(file: FileHandle, format: WavWriteFormat, headerBytes: number) {
    this.#file = file;
    this.#format = format;
    this.#headerBytes = headerBytes;
  }

  static async open(path: string, format: WavWriteFormat): Promise<WavFileWriter> {
    return WavFileWriter.on(await open(path, 'w'), format);
  }

  /** On an empty file, which it closes. */
  static async on(file: FileHandle, format: WavWriteFormat): Promise<WavFileWriter> {
    const header = wavHeader(format, 0);
    await file.write(header, 0, header.length, 0);
    return new WavFileWriter(file, format, header.length);
  }

  get durationMs(): number {
    return (this.#dataBytes / bytesPerSample(this.#format.encoding) / this.#format.channels / this.#format.sampleRate) * 1000;
  }

  get fileBytes(): number {
    return this.#headerBytes + this.#dataBytes;
  }

  /** Interleaved samples. They are encoded at once, so the array may be used again. */
  write(samples: Int16Array): Promise<void> {
    const data = new Uint8Array(samples.length * bytesPerSample(this.#format.encoding));
    encodeWavData(this.#format.encoding, samples, data);
    const at = this.#headerBytes + this.#dataBytes;
    this.#dataBytes += data.length;
    return this.#queue(() => this.#append(data, at));
  }

  /** Makes the header say what has been written so far. */
  sync(): Promise<void> {
    const header = wavHeader(this.#format, this.#dataBytes);
    return this.#queue(async () => void (await this.#file.write(header, 0, header.length, 0)));
  }

  /** Closes the file even when a write failed; rejects then with that failure. */
  async close(): Promise<void> {
    try {
      if ((this.#dataBytes & 1) === 1) {
        const at = this.#headerBytes + this.#dataBytes;
        await this.#queue(async () => void (await this.#file.write(new Uint8Array(1), 0, 1, at)));
      }
      await this.sync();
    } finally {
      await this.#file.close();
    }
  }

  /** The last octets that fit onto a full disk are written without an error. */
  async #append(data: Uint8Array, at: number): Promise<void> {
    const { bytesWritten } = await this.#file.write(data, 0, data.length, at);
    if (bytesWritten < data.length) throw new Error('the disk is full');
  }

  #queue(task: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(task);
    this.#tail = done;
    // The rejection is the caller's through the returned promise; the tail alone must not count as unhandled.
    this.#tail.catch(() => undefined);
    return done;
  }
}
