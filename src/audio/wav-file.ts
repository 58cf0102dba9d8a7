import { alawToLinear, ulawToLinear } from './g711.ts';
import { fail, ok, type Result } from '../kernel/result.ts';

/** How the samples of a WAV file are stored. Numbers are linear bits a sample; 8-bit linear is unsigned (RIFF). */
export type WavEncoding = 'linear8' | 'linear16' | 'linear24' | 'linear32' | 'float32' | 'ulaw' | 'alaw';

export interface WavFormat {
  readonly encoding: WavEncoding;
  /** Samples a second, 1–384,000. */
  readonly sampleRate: number;
  readonly channels: number;
}

export interface WavHeader extends WavFormat {
  /** Where the sample data begins, octets from the start of the file. */
  readonly dataOffset: number;
  /** Octets of sample data; whole frames, and no more than the file holds. */
  readonly dataBytes: number;
  readonly bytesPerFrame: number;
}

export interface WavAudio extends WavFormat {
  /** Interleaved when `channels` is more than one. */
  readonly samples: Int16Array;
}

/** What is wrong, and at which octet. */
export interface WavError {
  readonly offset: number;
  readonly reason: string;
}

const BYTES: Readonly<Record<WavEncoding, number>> = { linear8: 1, linear16: 2, linear24: 3, linear32: 4, float32: 4, ulaw: 1, alaw: 1 };
const PCM = 1;
const FLOAT = 3;
const ALAW = 6;
const ULAW = 7;
const EXTENSIBLE = 0xfffe;

function encodingOf(tag: number, bits: number): WavEncoding | undefined {
  if (tag === PCM) return bits === 8 ? 'linear8' : bits === 16 ? 'linear16' : bits === 24 ? 'linear24' : bits === 32 ? 'linear32' : undefined;
  if (tag === FLOAT) return bits === 32 ? 'float32' : undefined;
  if (tag === ALAW && bits === 8) return 'alaw';
  if (tag === ULAW && bits === 8) return 'ulaw';
  return undefined;
}

/**
 * Reads the header from the first octets of a file (all chunks before `data` must lie within `bytes`).
 * @param fileBytes size of the whole file, when `bytes` is only its beginning.
 */
export function readWavHeader(bytes: Uint8Array, fileBytes = bytes.length): Result<WavHeader, WavError> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12) return fail({ offset: bytes.length, reason: 'the file ends before the RIFF header does' });
  if (name(0) !== 'RIFF') return fail({ offset: 0, reason: 'not a RIFF file' });
  if (name(8) !== 'WAVE') return fail({ offset: 8, reason: 'a RIFF file, but not of kind WAVE' });
  let format: (WavFormat & { bytesPerFrame: number }) | undefined;
  for (let at = 12; ; ) {
    if (at + 8 > bytes.length) return fail({ offset: at, reason: format === undefined ? 'no fmt chunk' : 'no data chunk' });
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (name(at) === 'fmt ') {
      if (size < 16 || body + size > bytes.length) return fail({ offset: at, reason: 'the fmt chunk is cut short' });
      let tag = view.getUint16(body, true);
      const channels = view.getUint16(body + 2, true);
      const sampleRate = view.getUint32(body + 4, true);
      const bits = view.getUint16(body + 14, true);
      if (tag === EXTENSIBLE && size >= 26) tag = view.getUint16(body + 24, true);
      const encoding = encodingOf(tag, bits);
      if (encoding === undefined) return fail({ offset: body, reason: `format ${tag} with ${bits} bits a sample is not supported; convert to linear, µ-law or A-law` });
      if (channels < 1 || channels > 8) return fail({ offset: body + 2, reason: `${channels} channels; 1 to 8 are supported` });
      if (sampleRate < 1 || sampleRate > 384_000) return fail({ offset: body + 4, reason: `a sample rate of ${sampleRate} Hz` });
      format = { encoding, channels, sampleRate, bytesPerFrame: BYTES[encoding] * channels };
    } else if (name(at) === 'data') {
      if (format === undefined) return fail({ offset: at, reason: 'the data chunk comes before the fmt chunk' });
      const there = Math.max(0, fileBytes - body);
      // A streamed file may carry 0 or 0xffffffff as size: then the data runs to the end of the file.
      const said = size === 0 || size === 0xffffffff ? there : Math.min(size, there);
      return ok({ ...format, dataOffset: body, dataBytes: said - (said % format.bytesPerFrame) });
    }
    at = body + size + (size & 1);
  }
}

/** Decodes stored sample data to 16 bits. `out` holds at least `data.length / bytes-a-sample`; returns the samples written. */
export function decodeWavData(encoding: WavEncoding, data: Uint8Array, out: Int16Array): number {
  const n = Math.min(Math.floor(data.length / BYTES[encoding]), out.length);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  switch (encoding) {
    case 'linear8':
      for (let i = 0; i < n; i++) out[i] = ((data[i] as number) - 128) << 8;
      break;
    case 'linear16':
      for (let i = 0; i < n; i++) out[i] = view.getInt16(i * 2, true);
      break;
    case 'linear24':
      for (let i = 0; i < n; i++) out[i] = view.getInt16(i * 3 + 1, true);
      break;
    case 'linear32':
      for (let i = 0; i < n; i++) out[i] = view.getInt16(i * 4 + 2, true);
      break;
    case 'float32':
      for (let i = 0; i < n; i++) {
        const value = view.getFloat32(i * 4, true) * 32767;
        out[i] = value >= 32767 ? 32767 : value <= -32768 ? -32768 : Number.isNaN(value) ? 0 : Math.round(value);
      }
      break;
    case 'ulaw':
      for (let i = 0; i < n; i++) out[i] = ulawToLinear[data[i] as number] as number;
      break;
    case 'alaw':
      for (let i = 0; i < n; i++) out[i] = alawToLinear[data[i] as number] as number;
      break;
  }
  return n;
}

/** Reads a whole WAV file: linear 8, 16, 24 or 32 bits, 32-bit float, µ-law, A-law; any rate and up to 8 channels. */
export function readWav(bytes: Uint8Array): Result<WavAudio, WavError> {
  const header = readWavHeader(bytes);
  if (!header.ok) return header;
  const { encoding, sampleRate, channels, dataOffset, dataBytes } = header.value;
  const samples = new Int16Array(dataBytes / BYTES[encoding]);
  decodeWavData(encoding, bytes.subarray(dataOffset, dataOffset + dataBytes), samples);
  return ok({ encoding, sampleRate, channels, samples });
}

/** The mean of all channels. Returns the same array when there is only one. */
export function mixDownToMono(audio: Pick<WavAudio, 'channels' | 'samples'>): Int16Array {
  const { channels, samples } = audio;
  if (channels === 1) return samples;
  const mono = new Int16Array(Math.floor(samples.length / channels));
  for (let i = 0; i < mono.length; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += samples[i * channels + c] as number;
    mono[i] = Math.round(sum / channels);
  }
  return mono;
}
