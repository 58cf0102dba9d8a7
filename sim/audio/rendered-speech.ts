import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { meanSquare } from '../../src/audio/level.ts';
import { resample } from '../../src/audio/resampler.ts';
import { mixDownToMono, readWav } from '../../src/audio/wav-file.ts';

/** Runs a synthesizer that writes the WAV file `file`, and takes its speech: 8 kHz, silence trimmed from both ends, peak 16,000. */
export function renderedSpeech(file: string, command: string, args: readonly string[]): Int16Array {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  return speechOfWav(file);
}

/** The same of a WAV file that is there. */
export function speechOfWav(file: string): Int16Array {
  const wav = readWav(readFileSync(file));
  if (!wav.ok) throw new Error(`${file}: ${wav.error.reason} at ${wav.error.offset}`);
  return levelled(trimmed(resample(mixDownToMono(wav.value), wav.value.sampleRate, 8000), 8000));
}

function trimmed(samples: Int16Array, rate: number): Int16Array {
  const step = Math.round(rate / 100);
  let peak = 0;
  for (let i = 0; i + step <= samples.length; i += step) peak = Math.max(peak, meanSquare(samples, i, step));
  const loud = (i: number): boolean => meanSquare(samples, i, step) > peak * 1e-4;
  let from = 0;
  while (from + step < samples.length && !loud(from)) from += step;
  let to = samples.length - (samples.length % step);
  while (to - step > from && !loud(to - step)) to -= step;
  return samples.slice(from, to);
}

/** Everything to the same peak, so that the channel alone sets the level. */
function levelled(samples: Int16Array): Int16Array {
  let peak = 1;
  for (const s of samples) peak = Math.max(peak, Math.abs(s));
  return samples.map((s) => Math.round((s * 16000) / peak));
}
