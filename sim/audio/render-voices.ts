/**
 * `npx tsx sim/audio/render-voices.ts`: renders the callees' voices anew with espeak-ng and flite, which must be installed,
 * into `sim/audio/voices/` as 8 kHz µ-law WAV with an index. What is there is shipped, so this is needed only after a
 * change of the texts.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeWav } from '../../src/audio/wav-writer.ts';
import { greetingTexts } from './greeting-texts.ts';
import { renderedSpeech } from './rendered-speech.ts';
import type { VoiceClip } from './voice-library.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'voices');
const scratch = mkdtempSync(join(tmpdir(), 'voices-'));
const variants = ['m3', 'f2', 'm1', 'f4', 'm7', 'f5', 'm4', 'f3', 'm2', 'f1'];
const flite = ['slt', 'rms', 'awb', 'kal16'];

function render(command: string, args: readonly string[]): Int16Array {
  const file = join(scratch, 'out.wav');
  return renderedSpeech(file, command, args.map((a) => (a === '{out}' ? file : a)));
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const index: VoiceClip[] = [];
let bytes = 0;
let turn = 0;
for (const [language, texts] of Object.entries(greetingTexts)) {
  for (const kind of ['hello', 'talk', 'greeting'] as const) {
    texts[kind].forEach((text, n) => {
      const repeats = kind === 'talk' ? 1 : 2;
      for (let r = 0; r < repeats; r++) {
        turn += 1;
        const english = language.startsWith('en');
        const natural = english && turn % 2 === 0;
        const voice = natural ? `flite-${flite[(turn >> 1) % flite.length] as string}` : `espeak-${variants[turn % variants.length] as string}`;
        const speed = 145 + ((turn * 37) % 50);
        const pitch = 35 + ((turn * 23) % 40);
        const samples = natural
          ? render('flite', ['-voice', voice.slice(6), '--setf', `duration_stretch=${(165 / speed).toFixed(2)}`, '-t', text, '-o', '{out}'])
          : render('espeak-ng', ['-v', `${language}+${voice.slice(7)}`, '-s', String(speed), '-p', String(pitch), '-w', '{out}', text]);
        const file = `${kind}-${language}-${n + 1}${repeats > 1 ? 'ab'[r] : ''}.wav`;
        const wav = encodeWav({ encoding: 'ulaw', sampleRate: 8000, channels: 1 }, samples);
        writeFileSync(join(folder, file), wav);
        bytes += wav.length;
        index.push({ file, kind, language, voice, text, durationMs: Math.round(samples.length / 8) });
      }
    });
  }
}
writeFileSync(join(folder, 'index.json'), '[\n' + index.map((clip) => '  ' + JSON.stringify(clip)).join(',\n') + '\n]\n');
rmSync(scratch, { recursive: true });
console.log(`${index.length} clips, ${(bytes / 1e6).toFixed(2)} MB`);
for (const kind of ['hello', 'talk', 'greeting']) {
  const lengths = index.filter((c) => c.kind === kind).map((c) => c.durationMs).sort((a, b) => a - b);
  console.log(kind, lengths.length, 'ms:', lengths.join(' '));
}
