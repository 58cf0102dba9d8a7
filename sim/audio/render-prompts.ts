/**
 * `npx tsx sim/audio/render-prompts.ts`: renders the prompts of the shipped pages (`vxml/audio/*.wav`) and the recorded
 * vocabulary (`vxml/audio/en/*.wav`) anew with flite, which must be installed, as 8 kHz µ-law WAV with an index each.
 * What is there is shipped. To use a speaker's own recordings, replace the files and keep the index.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { meanSquare, powerOfDbm0, saturate } from '../../src/audio/level.ts';
import { resample } from '../../src/audio/resampler.ts';
import { mixDownToMono, readWav } from '../../src/audio/wav-file.ts';
import { encodeWav } from '../../src/audio/wav-writer.ts';
import { packageRoot } from '../../src/kernel/package-root.ts';
import { englishVocabulary, shippedPrompts } from './prompt-texts.ts';

const scratch = mkdtempSync(join(tmpdir(), 'prompts-'));

function speak(text: string, speed: string): Int16Array {
  const file = join(scratch, 'out.wav');
  execFileSync('flite', ['-voice', 'slt', '--setf', `duration_stretch=${speed}`, '-t', text, '-o', file]);
  const wav = readWav(readFileSync(file));
  if (!wav.ok) throw new Error(wav.error.reason);
  const samples = resample(mixDownToMono(wav.value), wav.value.sampleRate, 8000);
  const step = 80;
  let peak = 0;
  for (let i = 0; i + step <= samples.length; i += step) peak = Math.max(peak, meanSquare(samples, i, step));
  const loud = (i: number): boolean => meanSquare(samples, i, step) > peak * 3e-4;
  let from = 0;
  while (from + step < samples.length && !loud(from)) from += step;
  let to = samples.length - (samples.length % step);
  while (to - step > from && !loud(to - step)) to -= step;
  const cut = samples.slice(Math.max(0, from - 80), Math.min(samples.length, to + 160));
  let sum = 0;
  let count = 0;
  for (let i = 0; i + step <= cut.length; i += step) {
    const power = meanSquare(cut, i, step);
    if (power < peak / 100) continue;
    sum += power;
    count += 1;
  }
  const gain = Math.sqrt(powerOfDbm0(-16) / Math.max(1, sum / Math.max(1, count)));
  return cut.map((s, i) => saturate(s * gain * Math.min(1, (i + 1) / 40, (cut.length - i) / 80)));
}

function render(folder: string, language: string, texts: Readonly<Record<string, string>>, speed: string): void {
  mkdirSync(folder, { recursive: true });
  let bytes = 0;
  const phrases: Record<string, string> = {};
  for (const [name, text] of Object.entries(texts)) {
    const wav = encodeWav({ encoding: 'ulaw', sampleRate: 8000, channels: 1 }, speak(text, speed));
    writeFileSync(join(folder, `${name}.wav`), wav);
    phrases[vocabularyKey(name, text)] = `${name}.wav`;
    bytes += wav.length;
  }
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ language, voice: 'flite slt', phrases }, null, 1) + '\n');
  console.log(`${folder}: ${Object.keys(texts).length} files, ${(bytes / 1e6).toFixed(2)} MB`);
}

/** Letters and a.m./p.m. are written for the synthesiser's sake: they are looked up by their file name. */
function vocabularyKey(name: string, text: string): string {
  return name.startsWith('letter-') || name === 'am' || name === 'pm' ? name : text;
}

const audio = join(packageRoot(), 'vxml', 'audio');
render(audio, 'en', shippedPrompts, '1.05');
render(join(audio, 'en'), 'en', englishVocabulary, '1.0');
rmSync(scratch, { recursive: true });
