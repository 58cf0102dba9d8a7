import { clipRecipes, type CorpusPart } from '../../../../sim/audio/corpus-recipes.ts';
import { heldOutPhrases } from '../../../../sim/audio/texts/held-out-phrases.ts';
import { heldOutTexts } from '../../../../sim/audio/texts/held-out-texts.ts';
import { tuningPhrases } from '../../../../sim/audio/texts/tuning-phrases.ts';
import { tuningTexts } from '../../../../sim/audio/texts/tuning-texts.ts';
import { unheardTexts } from '../../../../sim/audio/texts/unheard-languages.ts';

const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}{} ]/gu, '').trim();
const shared = (some: readonly string[], others: readonly string[]): string[] => some.filter((text) => others.map(plain).includes(plain(text)));
/** A name alone: everybody answers so. */
const ALONE = /^\{n\}(です|입니다)?[.。]$/;

describe('the corpus', () => {
  const parts: Readonly<Record<CorpusPart, ReturnType<typeof clipRecipes>>> = { tuning: clipRecipes('tuning'), 'held-out': clipRecipes('held-out'), unheard: clipRecipes('unheard') };
  const voices = (part: CorpusPart): Set<string> => new Set(parts[part].map((recipe) => recipe.voice));
  const languages = (texts: object): string[] => Object.keys(texts).sort();

  it('has the same languages in both parts, and others in the third', () => {
    expect(languages(heldOutTexts)).toEqual(languages(tuningTexts));
    expect(languages(heldOutPhrases)).toEqual(languages(tuningPhrases));
    expect(languages(unheardTexts).filter((language) => language in tuningTexts)).toEqual([]);
  });

  it('tunes with no voice that is held out', () => {
    const tuned = voices('tuning');
    expect([...voices('held-out'), ...voices('unheard')].filter((voice) => tuned.has(voice))).toEqual([]);
    // The same people under two synthesizers.
    expect([...voices('held-out')].filter((voice) => /slt|kal/.test(voice))).toEqual([]);
  });

  it.each(languages(tuningTexts))('shares no name, no firm and no wording between its parts: %s', (language) => {
    const [tuned, held, tunedPhrases, heldPhrases] = [tuningTexts[language]!, heldOutTexts[language]!, tuningPhrases[language]!, heldOutPhrases[language]!];
    for (const style of ['name', 'sentence', 'greeting'] as const) expect(shared(held[style], tuned[style])).toEqual([]);
    for (const list of ['names', 'firms', 'named', 'reception', 'called', 'matter', 'request'] as const) {
      expect(shared(heldPhrases[list], tunedPhrases[list]).filter((text) => !ALONE.test(text))).toEqual([]);
    }
    const composed = (part: CorpusPart): string[] => parts[part].filter((r) => r.language.startsWith(language.replace(/-.*/, '')) && r.style !== 'word' && r.style !== 'pair').map((r) => r.text);
    expect(shared(composed('held-out'), composed('tuning'))).toEqual([]);
  });

  it('holds out a quarter or more', () => {
    expect(parts['held-out'].length).toBeGreaterThan((parts.tuning.length + parts['held-out'].length) / 4);
  });

  it('treats people and machines alike in all but what they say', () => {
    for (const [name, part] of Object.entries(parts)) {
      for (const key of ['synthesizer', 'codec'] as const) {
        for (const value of new Set(part.map((recipe) => recipe[key]))) {
          const shareOf = (kind: string): number => part.filter((r) => r.kind === kind && r[key] === value).length / part.filter((r) => r.kind === kind).length;
          // Few clips differ more by chance.
          expect(Math.abs(shareOf('hello') - shareOf('greeting'))).toBeLessThan(name === 'unheard' ? 0.1 : 0.07);
        }
      }
      const speed = (kind: string): number => part.filter((r) => r.kind === kind).reduce((sum, r, _, all) => sum + r.speed / all.length, 0);
      expect(Math.abs(speed('hello') - speed('greeting'))).toBeLessThan(3);
    }
  });

  it('lets who speaks an announcement say hello in the same language', () => {
    const said = new Set(parts.tuning.filter((r) => r.style === 'word').map((r) => `${r.voice} ${r.language}`));
    expect(parts.tuning.filter((r) => r.style === 'greeting' && !said.has(`${r.voice} ${r.language}`))).toEqual([]);
  });
});
