import { SeededRandom, type Random } from '../../src/kernel/random.ts';
import type { GreetingStyle, VoiceClip } from './voice-library.ts';
import { heldOutPhrases } from './texts/held-out-phrases.ts';
import { heldOutTexts } from './texts/held-out-texts.ts';
import { composedTexts } from './texts/phrases.ts';
import type { SpokenTexts } from './texts/spoken-texts.ts';
import { tuningPhrases } from './texts/tuning-phrases.ts';
import { tuningTexts } from './texts/tuning-texts.ts';

/** Which part of the corpus: what classifiers are tuned on, and what is never looked at while tuning. */
export type CorpusPart = 'tuning' | 'held-out';

/** How one clip is made. */
export interface ClipRecipe {
  readonly kind: VoiceClip['kind'];
  readonly style: GreetingStyle;
  readonly language: string;
  readonly text: string;
  readonly synthesizer: 'espeak-ng' | 'flite' | 'festival';
  readonly voice: string;
  /** Words a minute, as espeak-ng counts them. */
  readonly speed: number;
  /** 0–99, espeak-ng's. */
  readonly pitch: number;
  /** What the voice went through before the telephone line: a mobile phone, or the memory of an answering machine. */
  readonly codec: 'none' | 'gsm' | 'ima-adpcm';
}

/** Voices of espeak-ng (variants), disjoint. */
const VARIANTS: Readonly<Record<CorpusPart, readonly string[]>> = {
  tuning: [
    'm1', 'm2', 'm3', 'm5', 'm6', 'f1', 'f2', 'klatt', 'klatt2', 'klatt3', 'klatt5', 'klatt6', 'adam', 'Alex', 'Andrea', 'Andy', 'anika', 'Annie', 'antonio', 'belinda', 'benjamin', 'boris', 'caleb',
    'Denis', 'Diogo', 'ed', 'edward', 'Gene', 'grandma', 'grandpa', 'gustave', 'Hugo', 'Iven', 'Jacky', 'john', 'Lee', 'marcelo', 'Marco', 'mario', 'max', 'Michael', 'michel', 'miguel', 'Mike',
    'Nguyen', 'norbert', 'pablo', 'paul', 'pedro', 'quincy', 'rob', 'robert', 'sandro', 'shelby', 'Storm', 'travis', 'zac',
  ],
  'held-out': ['m4', 'm7', 'm8', 'f3', 'f4', 'f5', 'klatt4', 'Linda', 'Henrique', 'Alicia', 'David', 'steph', 'victor'],
};

interface Natural {
  readonly synthesizer: 'flite' | 'festival';
  readonly language: string;
  readonly voices: readonly string[];
}

/** Voices cut or learnt from people's recordings, by part. */
const NATURAL: Readonly<Record<CorpusPart, readonly Natural[]>> = {
  tuning: [
    { synthesizer: 'festival', language: 'cs', voices: ['czech_machac', 'czech_dita', 'czech_krb', 'czech_ph'] },
    { synthesizer: 'festival', language: 'fi', voices: ['suo_fi_lj_diphone', 'hy_fi_mv_diphone'] },
    { synthesizer: 'festival', language: 'ru', voices: ['msu_ru_nsh_clunits'] },
  ],
  'held-out': [
    { synthesizer: 'flite', language: 'en-us', voices: ['slt', 'rms', 'awb', 'kal16'] },
    { synthesizer: 'festival', language: 'en-us', voices: ['cmu_us_slt_arctic_hts', 'ked_diphone'] },
  ],
};

/** English has two accents in espeak-ng; one text of it may get either. */
const ACCENTS: Readonly<Record<string, readonly string[]>> = { 'en-us': ['en-us', 'en-gb', 'en-gb-scotland'], 'es-419': ['es-419', 'es'], 'pt-br': ['pt-br', 'pt'] };

const VOICES_PER_TEXT = 6;
/** Composed texts are many. */
const VOICES_PER_COMPOSED_TEXT = 2;
const STYLES = ['word', 'pair', 'name', 'sentence', 'greeting'] as const;

/** All clips of a part, always the same. */
export function clipRecipes(part: CorpusPart): ClipRecipe[] {
  const random = new SeededRandom(part === 'tuning' ? 77 : 7_001).fork('clips');
  const texts: Readonly<Record<string, SpokenTexts>> = part === 'tuning' ? tuningTexts : heldOutTexts;
  // Its own source: what is composed does not move what is drawn for the written texts.
  const composing = new SeededRandom(part === 'tuning' ? 78 : 7_002);
  const composed = Object.fromEntries(Object.entries(part === 'tuning' ? tuningPhrases : heldOutPhrases).map(([language, phrases]) => [language, composedTexts(phrases, composing.fork(language))]));
  const natural = NATURAL[part];
  return Object.entries(texts).flatMap(([language, spoken]) =>
    STYLES.flatMap((style) => {
      const more = style === 'word' || style === 'pair' ? [] : (composed[language]?.[style] ?? []);
      return [...spoken[style].map((text) => ({ text, voices: VOICES_PER_TEXT })), ...more.map((text) => ({ text, voices: VOICES_PER_COMPOSED_TEXT }))].flatMap(({ text, voices: count }) => {
        const made: ClipRecipe[] = [];
        const one = (synthesizer: ClipRecipe['synthesizer'], voice: string, as = language): void => {
          // People and machines alike: nothing but what they say tells them apart.
          const speed = Math.round(135 + random.next() * 60);
          const pitch = Math.round(30 + random.next() * 45);
          made.push({ kind: style === 'greeting' ? 'greeting' : 'hello', style, language: as, text, synthesizer, voice, speed, pitch, codec: codec(part, random) });
        };
        for (let n = 0; n < count; n++) one('espeak-ng', pick(VARIANTS[part], random), pick(ACCENTS[language] ?? [language], random));
        for (const { synthesizer, voices } of natural.filter((v) => v.language === language)) for (const voice of voices) one(synthesizer, voice);
        return made;
      });
    }),
  );
}

function codec(part: CorpusPart, random: Random): ClipRecipe['codec'] {
  const draw = random.next();
  if (part === 'tuning') return draw < 0.3 ? 'gsm' : 'none';
  return draw < 0.2 ? 'gsm' : draw < 0.4 ? 'ima-adpcm' : 'none';
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random.next() * list.length)] as T;
}
