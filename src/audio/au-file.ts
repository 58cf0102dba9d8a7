import { decodeG711 } from './g711.ts';
import { fail, ok, type Result } from '../kernel/result.ts';

const encodings: Readonly<Record<number, 'ulaw' | 'alaw' | 'linear16'>> = { 1: 'ulaw', 3: 'linear16', 27: 'alaw' };

export const isAu = (bytes: Uint8Array): boolean => bytes.length >= 24 && String.fromCharCode(...bytes.subarray(0, 4)) === '.snd';

/** A Sun AU file: µ-law, A-law or 16 bits, big-endian; several channels are mixed to one. The error is one sentence. */
export function readAu(bytes: Uint8Array): Result<{ readonly samples: Int16Array; readonly rate: number }, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const encoding = encodings[view.getUint32(12)];
  const rate = view.getUint32(16);
  const channels = view.getUint32(20);
  if (encoding === undefined) return fail(`AU encoding ${view.getUint32(12)} is not supported; convert to µ-law, A-law or linear`);
  if (rate < 1 || rate > 384_000 || channels < 1 || channels > 8) return fail(`an AU header with ${rate} Hz and ${channels} channels`);
  const data = bytes.subarray(Math.min(bytes.length, Math.max(24, view.getUint32(4))));
  const all = new Int16Array(encoding === 'linear16' ? data.length >> 1 : data.length);
  if (encoding === 'linear16') {
    const body = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let i = 0; i < all.length; i++) all[i] = body.getInt16(i * 2);
  } else decodeG711(encoding, data, all);
  if (channels === 1) return ok({ samples: all, rate });
  const samples = new Int16Array(Math.floor(all.length / channels));
  for (let i = 0; i < samples.length; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += all[i * channels + c] as number;
    samples[i] = Math.round(sum / channels);
  }
  return ok({ samples, rate });
}
