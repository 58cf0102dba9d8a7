import { extname } from 'node:path';
import { isAu, readAuHeader, type AuHeader } from './au-file.ts';
import { compressedFormat } from './compressed-format.ts';
import type { G711Law } from './g711.ts';
import { readWavHeader, type WavHeader } from './wav-file.ts';

/** What audio that is played while it comes is made of. Numbers are octets from the start of the file. */
export type StreamedFormat =
  | { readonly kind: 'wav'; readonly header: WavHeader }
  | { readonly kind: 'au'; readonly header: AuHeader }
  | { readonly kind: 'raw'; readonly law: G711Law }
  | { readonly kind: 'mp3' };

/** So much of a file is enough to know its format. */
export const headBytes = 64 * 1024;

/** Files of G.711 without a header show by their names alone. */
export function rawLaw(path: string): G711Law | undefined {
  const extension = extname(path).toLowerCase();
  if (['.ul', '.ulaw', '.pcmu', '.mulaw', '.au'].includes(extension)) return 'ulaw';
  return ['.al', '.alaw', '.pcma'].includes(extension) ? 'alaw' : undefined;
}

/** So do those of G.722 (64 kbit/s): they are decoded as a whole. */
export function isRawG722(path: string): boolean {
  return ['.g722', '.722'].includes(extname(path).toLowerCase());
}

/**
 * The format by the first octets, up to `headBytes`, and the name. Undefined where they are not enough, are broken, or where the
 * format is decoded as a whole only (Ogg, G.722).
 */
export function streamedFormat(head: Uint8Array, path: string): StreamedFormat | undefined {
  if (isAu(head)) {
    const header = readAuHeader(head);
    return header.ok ? { kind: 'au', header: header.value } : undefined;
  }
  const wave = String.fromCharCode(...head.subarray(0, 4)) === 'RIFF';
  const law = rawLaw(path);
  if (law !== undefined && !wave) return { kind: 'raw', law };
  if (isRawG722(path) && !wave) return undefined;
  const compressed = compressedFormat(head);
  if (compressed !== undefined) return compressed === 'mp3' ? { kind: 'mp3' } : undefined;
  const header = readWavHeader(head, Number.MAX_SAFE_INTEGER);
  return header.ok ? { kind: 'wav', header: header.value } : undefined;
}
