import { SeededRandom, type Random } from '../../src/kernel/random.ts';
import type { GreetingStyle, VoiceClip } from './voice-library.ts';
import { heldOutPhrases } from './texts/held-out-phrases.ts';
import { heldOutTexts } from './texts/held-out-texts.ts';
import { composedTexts, type Phrases } from './texts/phrases.ts';
import type { SpokenTexts } from './texts/spoken-texts.ts';
import { tuningPhrases } from './texts/tuning-phrases.ts';
import { tuningTexts } from './texts/tuning-texts.ts';
import { unheardPhrases, unheardTexts } from './texts/unheard-languages.ts';

/** Which part of the corpus: what classifiers are tuned on, what is never looked at while tuning, and that in languages that were never tuned on either. */
export type CorpusPart = 'tuning' | 'held-out' | 'unheard';

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
const VARIANTS: Readonly<Record<Exclude<CorpusPart, 'unheard'>, readonly string[]>> = {
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

/** Voices cut or learnt from people's recordings, by part. The same person under two synthesizers (slt, kal) is in one part. */
const NATURAL: Readonly<Record<CorpusPart, readonly Natural[]>> = {
  tuning: [
    { synthesizer: 'flite', language: 'en-us', voices: ['slt', 'awb', 'kal16'] },
    { synthesizer: 'festival', language: 'en-us', voices: ['cmu_us_slt_arctic_hts'] },
    { synthesizer: 'festival', language: 'cs', voices: ['czech_machac', 'czech_dita'] },
    { synthesizer: 'festival', language: 'fi', voices: ['suo_fi_lj_diphone'] },
    { synthesizer: 'festival', language: 'it', voices: ['pc_diphone'] },
    { synthesizer: 'festival', language: 'ru', voices: ['msu_ru_nsh_clunits'] },
  ],
  'held-out': [
    { synthesizer: 'flite', language: 'en-us', voices: ['rms'] },
    { synthesizer: 'festival', language: 'en-us', voices: ['ked_diphone'] },
    { synthesizer: 'festival', language: 'cs', voices: ['czech_krb', 'czech_ph'] },
    { synthesizer: 'festival', language: 'fi', voices: ['hy_fi_mv_diphone'] },
    { synthesizer: 'festival', language: 'it', voices: ['lp_diphone'] },
  ],
  unheard: [],
};

/** English has two accents in espeak-ng; one text of it may get either. */
const ACCENTS: Readonly<Record<string, readonly string[]>> = { 'en-us': ['en-us', 'en-gb', 'en-gb-scotland'], 'es-419': ['es-419', 'es'], 'pt-br': ['pt-br', 'pt'] };

const VOICES_PER_TEXT = 6;
/** Composed texts are many. */
const VOICES_PER_COMPOSED_TEXT = 2;
const STYLES = ['word', 'pair', 'name', 'sentence', 'greeting'] as const;

interface Source {
  readonly texts: Readonly<Record<string, SpokenTexts>>;
  readonly phrases: Readonly<Record<string, Phrases>>;
  readonly composed: Readonly<Record<'name' | 'sentence' | 'greeting', number>>;
  readonly variants: readonly string[];
  readonly seed: number;
}

const SOURCES: Readonly<Record<CorpusPart, Source>> = {
  tuning: { texts: tuningTexts, phrases: tuningPhrases, composed: { name: 30, sentence: 40, greeting: 90 }, variants: VARIANTS.tuning, seed: 77 },
  'held-out': { texts: heldOutTexts, phrases: heldOutPhrases, composed: { name: 14, sentence: 14, greeting: 40 }, variants: VARIANTS['held-out'], seed: 7_001 },
  unheard: { texts: unheardTexts, phrases: unheardPhrases, composed: { name: 14, sentence: 14, greeting: 40 }, variants: VARIANTS['held-out'], seed: 70_001 },
};

/** All clips of a part, always the same. */
export function clipRecipes(part: CorpusPart): ClipRecipe[] {
  const { texts, phrases, composed, variants, seed } = SOURCES[part];
  const random = new SeededRandom(seed).fork('clips');
  // Its own source: what is composed does not move what is drawn for the written texts.
  const composing = new SeededRandom(seed + 1);
  return Object.entries(texts).flatMap(([language, spoken]) => {
    const made: ClipRecipe[] = [];
    const spokenBy = (style: GreetingStyle, text: string, synthesizer: ClipRecipe['synthesizer'], voice: string, as: string): ClipRecipe => {
      // People and machines alike: nothing but what they say tells them apart.
      const speed = Math.round(135 + random.next() * 60);
      const pitch = Math.round(30 + random.next() * 45);
      return { kind: style === 'greeting' ? 'greeting' : 'hello', style, language: as, text, synthesizer, voice, speed, pitch, codec: codec(part, random) };
    };
    const natural = NATURAL[part].filter((v) => v.language === language).flatMap(({ synthesizer, voices }) => voices.map((voice) => ({ synthesizer, voice })));
    const more = phrases[language] === undefined ? undefined : composedTexts(phrases[language], composed, composing.fork(language));
    for (const style of STYLES) {
      const others = style === 'word' || style === 'pair' ? [] : (more?.[style] ?? []).filter((text) => !spoken[style].includes(text));
      for (const text of [...spoken[style], ...others]) {
        const count = spoken[style].includes(text) ? VOICES_PER_TEXT : VOICES_PER_COMPOSED_TEXT;
        for (let n = 0; n < count; n++) made.push(spokenBy(style, text, 'espeak-ng', pick(variants, random), pick(ACCENTS[language] ?? [language], random)));
        natural.forEach(({ synthesizer, voice }, n) => {
          const recipe = spokenBy(style, text, synthesizer, voice, language);
          // In the same proportion to the others, whatever is said.
          if (count === VOICES_PER_TEXT || (others.indexOf(text) + n) % (VOICES_PER_TEXT / VOICES_PER_COMPOSED_TEXT) === 0) made.push(recipe);
        });
      }
    }
    // Who speaks an announcement also says a word of the same language: a hello may come before it.
    const spoke = (style: GreetingStyle): string[] => [...new Set(made.filter((r) => r.style === style).map((r) => `${r.voice} ${r.language}`))];
    const said = new Set(spoke('word'));
    for (const missing of spoke('greeting').filter((key) => !said.has(key))) {
      const [voice = '', as = language] = missing.split(' ');
      made.push(spokenBy('word', pick(spoken.word, random), 'espeak-ng', voice, as));
    }
    return made;
  });
}

function codec(part: CorpusPart, random: Random): ClipRecipe['codec'] {
  const draw = random.next();
  if (part === 'tuning') return draw < 0.3 ? 'gsm' : 'none';
  return draw < 0.2 ? 'gsm' : draw < 0.4 ? 'ima-adpcm' : 'none';
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random.next() * list.length)] as T;
}
