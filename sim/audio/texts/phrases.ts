import type { Random } from '../../../src/kernel/random.ts';
import type { SpokenTexts } from './spoken-texts.ts';

/** What texts of one language are composed of. `{n}` stands for a name, `{f}` for a firm. */
export interface Phrases {
  readonly names: readonly string[];
  readonly firms: readonly string[];
  /** A person who answers with the name. */
  readonly named: readonly string[];
  /** A reception that answers. */
  readonly reception: readonly string[];
  /** A machine's announcement: who is called (nobody in particular, too), what is the matter, what to do. */
  readonly called: readonly string[];
  readonly matter: readonly string[];
  readonly request: readonly string[];
}

/** So many texts of each style put together from phrases, each once; the same for the same random source. */
export function composedTexts(phrases: Phrases, counts: Readonly<Record<'name' | 'sentence' | 'greeting', number>>, random: Random): Pick<SpokenTexts, 'name' | 'sentence' | 'greeting'> {
  const pick = (list: readonly string[]): string => list[Math.floor(random.next() * list.length)] ?? '';
  const filled = (pattern: string): string => pattern.replace('{n}', pick(phrases.names)).replace('{f}', pick(phrases.firms));
  const several = (count: number, make: () => string): string[] => {
    const texts = new Set<string>();
    for (let tries = 0; texts.size < count && tries < count * 20; tries++) texts.add(make());
    return [...texts];
  };
  return {
    name: several(counts.name, () => filled(pick(phrases.named))),
    sentence: several(counts.sentence, () => filled(pick(phrases.reception))),
    greeting: several(counts.greeting, () => {
      const draw = random.next();
      if (draw < 0.6) return `${filled(pick(phrases.called))} ${pick(phrases.matter)} ${pick(phrases.request)}`;
      if (draw < 0.8) return `${filled(pick(phrases.called))} ${pick(phrases.request)}`;
      return `${pick(phrases.matter)} ${pick(phrases.request)}`;
    }),
  };
}
