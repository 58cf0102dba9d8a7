import { decodeG711 } from './g711.ts';
import { mixDownToMono } from './wav-file.ts';
import { fail, ok, type Result } from '../kernel/result.ts';

const encodings: Readonly<Record<number, 'ulaw' | 'alaw' | 'linear16'>> = { 1: 'ulaw', 3: 'linear16', 27: 'alaw' };

export const isAu = (bytes: Uint8Array): boolean => bytes.length >= 24 && String.fromCharCode(...bytes.subarray(0, 4)) === '.snd';

export interface AuHeader {
  readonly encoding: 'ulaw' | 'alaw' | 'linear16';
  /** Samples a second, 1–384,000. */
  readonly rate: number;
  readonly channels: number;
  /** Where the samples begin, octets from the start of the file. */
  readonly dataOffset: number;
}

/** From the first 24 octets. The error is one sentence. */
export function readAuHeader(bytes: Uint8Array): Result<AuHeader, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const encoding = encodings[view.getUint32(12)];
  const rate = view.getUint32(16);
  const channels = view.getUint32(20);
  if (encoding === undefined) return fail(`AU encoding ${view.getUint32(12)} is not supported; convert to µ-law, A-law or linear`);
  if (rate < 1 || rate > 384_000 || channels < 1 || channels > 8) return fail(`an AU header with ${rate} Hz and ${channels} channels`);
  return ok({ encoding, rate, channels, dataOffset: Math.max(24, view.getUint32(4)) });
}

/** Decodes the data of an AU file, big-endian; several channels are mixed to one. Whole frames only. */
export function decodeAuData({ encoding, channels }: AuHeader, data: Uint8Array): Int16Array {
  const all = new Int16Array(encoding === 'linear16' ? data.length >> 1 : data.length);
  if (encoding === 'linear16') {
    const body = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let i = 0; i < all.length; i++) all[i] = body.getInt16(i * 2);
  } else decodeG711(encoding, data, all);
  return mixDownToMono({ channels, samples: all });
}

/** A Sun AU file: µ-law, A-law or 16 bits. The error is one sentence. */
export function readAu(bytes: Uint8Array): Result<{ readonly samples: Int16Array; readonly rate: number }, string> {
  const header = readAuHeader(bytes);
  if (!header.ok) return header;
  const { rate, dataOffset } = header.value;
  return ok({ samples: decodeAuData(header.value, bytes.subarray(Math.min(bytes.length, dataOffset))), rate });
}
