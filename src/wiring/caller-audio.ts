import { readFile, unlink, writeFile } from 'node:fs/promises';
import { Resampler } from '../audio/resampler.ts';
import { mixDownToMono, readWav } from '../audio/wav-file.ts';
import { encodeWav, encodeWavData } from '../audio/wav-writer.ts';

/** Headerless formats of VoiceXML 2.0 App. E. Everything else that can be recorded is a WAV file. */
const headerless: Readonly<Record<string, { readonly encoding: 'ulaw' | 'alaw'; readonly ending: string }>> = {
  'audio/basic': { encoding: 'ulaw', ending: '.ulaw' },
  'audio/x-alaw-basic': { encoding: 'alaw', ending: '.alaw' },
};
const formatOf = (type: string): (typeof headerless)[string] | undefined => headerless[type.replace(/;.*$/s, '').trim().toLowerCase()];

/** The files that a recording at `path` (without ending) may be in. */
export const callerAudioPaths = (path: string): string[] => ['.wav', ...Object.values(headerless).map(({ ending }) => ending)].map((ending) => path + ending);

export interface AudioFile {
  readonly path: string;
  readonly bytes: number;
}

/** Writes 8 kHz samples as a file of a MIME type, at `path` with the ending that belongs to it. */
export async function writeCallerAudio(path: string, type: string, samples: Int16Array): Promise<AudioFile> {
  const format = formatOf(type);
  if (format === undefined) {
    const file = encodeWav({ encoding: 'ulaw', sampleRate: 8_000, channels: 1 }, samples);
    await writeFile(`${path}.wav`, file, { mode: 0o600 });
    return { path: `${path}.wav`, bytes: file.length };
  }
  const data = new Uint8Array(samples.length);
  encodeWavData(format.encoding, samples, data);
  await writeFile(path + format.ending, data, { mode: 0o600 });
  return { path: path + format.ending, bytes: data.length };
}

/** A recording that media wrote as WAV, as a file of a MIME type; the WAV goes. Undefined: it is of that type already. */
export function convertRecording(wavPath: string, type: string): Promise<AudioFile> | undefined {
  return formatOf(type) === undefined ? undefined : converted(wavPath, type);
}

async function converted(wavPath: string, type: string): Promise<AudioFile> {
  const wav = readWav(await readFile(wavPath));
  if (!wav.ok) throw new Error(`${wavPath}: ${wav.error.reason}`);
  const file = await writeCallerAudio(wavPath.replace(/\.wav$/, ''), type, at8kHz(mixDownToMono(wav.value), wav.value.sampleRate));
  await unlink(wavPath);
  return file;
}

function at8kHz(samples: Int16Array, rate: number): Int16Array {
  if (rate === 8_000) return samples;
  const resampler = new Resampler(rate, 8_000);
  const out = new Int16Array(resampler.outputLimit(samples.length));
  return out.subarray(0, resampler.process(samples, out));
}
