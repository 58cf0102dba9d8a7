export type CompressedFormat = 'mp3' | 'ogg-vorbis';

/** By the first octets: an Ogg page, an ID3 tag, or the sync word of MPEG audio layer III. */
export function compressedFormat(bytes: Uint8Array): CompressedFormat | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 4));
  if (text === 'OggS') return 'ogg-vorbis';
  if (text.startsWith('ID3')) return 'mp3';
  return bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe6) === 0xe2 ? 'mp3' : undefined;
}
