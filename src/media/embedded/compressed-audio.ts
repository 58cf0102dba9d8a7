import type { CompressedFormat } from '../../audio/compressed-format.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';

/** More than this of decoded audio is no prompt: half an hour at 48 kHz. */
const maxSamples = 48_000 * 1800;

interface Decoded {
  readonly channelData: readonly Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
  readonly errors: readonly { readonly message: string }[];
}

/** Decodes a whole file to one channel. On the file thread: this is long work. */
export async function decodeCompressed(format: CompressedFormat, bytes: Uint8Array): Promise<Result<{ readonly samples: Int16Array; readonly rate: number }, string>> {
  const decoded = format === 'mp3' ? await decodeMp3(bytes) : await decodeVorbis(bytes);
  const { channelData, samplesDecoded, sampleRate, errors } = decoded;
  if (samplesDecoded === 0 || channelData.length === 0) return fail(errors[0]?.message ?? `there is no ${format} audio in it`);
  if (samplesDecoded > maxSamples) return fail('it is longer than a prompt may be');
  return ok({ samples: monoOf(decoded), rate: sampleRate });
}

/** Decodes MP3 as its octets come. `free` gives back the decoder's memory. */
export interface Mp3Stream {
  decode(bytes: Uint8Array): { readonly samples: Int16Array; readonly rate: number };
  free(): void;
}

export async function openMp3Stream(): Promise<Mp3Stream> {
  const { MPEGDecoder } = await import('mpg123-decoder');
  const decoder = new MPEGDecoder();
  await decoder.ready;
  return {
    decode: (bytes) => {
      const decoded: Decoded = decoder.decode(bytes);
      return { samples: monoOf(decoded), rate: decoded.sampleRate };
    },
    free: () => decoder.free(),
  };
}

function monoOf({ channelData, samplesDecoded }: Decoded): Int16Array {
  const samples = new Int16Array(samplesDecoded);
  for (let i = 0; i < samplesDecoded; i++) {
    let sum = 0;
    for (const channel of channelData) sum += channel[i] ?? 0;
    samples[i] = Math.max(-32768, Math.min(32767, Math.round((sum * 32768) / channelData.length)));
  }
  return samples;
}

async function decodeMp3(bytes: Uint8Array): Promise<Decoded> {
  const { MPEGDecoder } = await import('mpg123-decoder');
  const decoder = new MPEGDecoder();
  await decoder.ready;
  try {
    return decoder.decode(bytes);
  } finally {
    decoder.free();
  }
}

async function decodeVorbis(bytes: Uint8Array): Promise<Decoded> {
  const { OggVorbisDecoder } = await import('@wasm-audio-decoders/ogg-vorbis');
  const decoder = new OggVorbisDecoder();
  await decoder.ready;
  try {
    return await decoder.decodeFile(bytes);
  } finally {
    decoder.free();
  }
}
