import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { speechOfWav } from './rendered-speech.ts';
import type { ClipSource, VoiceClip } from './voice-library.ts';

/** Debian's ktuberling-data: words of a children's game, spoken by its translators into their own microphones. */
const WORDS = '/usr/share/ktuberling/sounds';
const WORD_LANGUAGES = ['en', 'fr', 'da', 'de', 'ru', 'uk', 'ca', 'gl'];
/** Debian's asterisk-core-sounds-*-wav: announcements of a telephone exchange, spoken by professionals. */
const ANNOUNCEMENTS = '/usr/share/asterisk/sounds';
const PER_LANGUAGE = 24;
const SHORTEST_ANNOUNCEMENT_MS = 2_500;

/**
 * Recordings of living people: short words for the people, announcements for the machines. They check that what was learnt
 * from synthesised voices holds; nothing is tuned on them.
 */
export class RecordedVoices implements ClipSource {
  readonly #clips: readonly VoiceClip[];
  readonly #samples: ReadonlyMap<string, Int16Array>;

  constructor() {
    const scratch = mkdtempSync(join(tmpdir(), 'recorded-voices-'));
    const samples = new Map<string, Int16Array>();
    const clips: VoiceClip[] = [];
    const add = (kind: VoiceClip['kind'], language: string, file: string, accepts: (ms: number) => boolean): boolean => {
      const wav = join(scratch, 'one.wav');
      execFileSync('sox', [file, '-r', '8000', '-c', '1', '-b', '16', '-e', 'signed-integer', wav], { stdio: ['ignore', 'ignore', 'ignore'] });
      const speech = speechOfWav(wav);
      const durationMs = Math.floor(speech.length / 8);
      if (!accepts(durationMs)) return false;
      samples.set(file, speech.slice(0, 8 * 6_000));
      clips.push({ file, kind, language, voice: `recorded-${kind}-${language}`, text: '', durationMs });
      return true;
    };
    try {
      for (const language of WORD_LANGUAGES) {
        if (!existsSync(join(WORDS, language))) continue;
        evenly(readdirSync(join(WORDS, language)).filter((f) => /\.(ogg|wav)$/.test(f)).sort(), PER_LANGUAGE).forEach((file) => add('hello', language, join(WORDS, language, file), (ms) => ms >= 200 && ms <= 1_400));
      }
      for (const speaker of existsSync(ANNOUNCEMENTS) ? readdirSync(ANNOUNCEMENTS).sort() : []) {
        const files = readdirSync(join(ANNOUNCEMENTS, speaker)).filter((f) => /^(vm|conf|agent|dir|cannot|all|please|an)-.*\.wav$/.test(f)).sort();
        let count = 0;
        for (const file of files) if (count < PER_LANGUAGE && add('greeting', speaker.slice(0, 2), join(ANNOUNCEMENTS, speaker, file), (ms) => ms >= SHORTEST_ANNOUNCEMENT_MS)) count += 1;
      }
    } finally {
      rmSync(scratch, { recursive: true });
    }
    this.#clips = clips;
    this.#samples = samples;
  }

  ofKind(kind: VoiceClip['kind']): readonly VoiceClip[] {
    return this.#clips.filter((clip) => clip.kind === kind);
  }

  samples(clip: VoiceClip): Int16Array {
    const samples = this.#samples.get(clip.file);
    if (samples === undefined) throw new Error(`no recording ${clip.file}`);
    return samples;
  }
}

function evenly<T>(list: readonly T[], count: number): T[] {
  return list.filter((_, i) => Math.floor((i * count) / list.length) !== Math.floor(((i - 1) * count) / list.length));
}
