import { oneOf, repeat, words } from './expansions.ts';
import type { BuiltinType } from './builtin-grammar.ts';
import { digitLength } from './digit-length.ts';

interface SpokenWords {
  readonly yes: readonly string[];
  readonly no: readonly string[];
  /** Of 0 to 9, the usual word first. */
  readonly digits: readonly (readonly string[])[];
}

/** Yes, no and the digits by language: what a page in that language needs of the built-in types. English has all types (`voice-builtins.ts`). */
const byLanguage: Readonly<Record<string, SpokenWords>> = {
  de: {
    yes: ['ja', 'jawohl', 'genau', 'richtig', 'stimmt', 'korrekt', 'klar', 'ja bitte'], no: ['nein', 'nee', 'falsch', 'stimmt nicht', 'nein danke'],
    digits: [['null'], ['eins', 'ein'], ['zwei', 'zwo'], ['drei'], ['vier'], ['fünf'], ['sechs'], ['sieben'], ['acht'], ['neun']],
  },
  fr: {
    yes: ['oui', 'ouais', "d'accord", 'exact', 'correct', 'bien sûr', "c'est ça", 'vrai'], no: ['non', 'pas du tout', 'faux', 'incorrect', 'non merci'],
    digits: [['zéro'], ['un', 'une'], ['deux'], ['trois'], ['quatre'], ['cinq'], ['six'], ['sept'], ['huit'], ['neuf']],
  },
  es: {
    yes: ['sí', 'si', 'claro', 'correcto', 'exacto', 'de acuerdo', 'verdadero'], no: ['no', 'incorrecto', 'falso', 'no gracias'],
    digits: [['cero'], ['uno', 'una', 'un'], ['dos'], ['tres'], ['cuatro'], ['cinco'], ['seis'], ['siete'], ['ocho'], ['nueve']],
  },
  it: {
    yes: ['sì', 'si', 'certo', 'esatto', 'giusto', 'corretto', "d'accordo", 'vero'], no: ['no', 'sbagliato', 'falso', 'no grazie'],
    digits: [['zero'], ['uno', 'una'], ['due'], ['tre'], ['quattro'], ['cinque'], ['sei'], ['sette'], ['otto'], ['nove']],
  },
  pt: {
    yes: ['sim', 'claro', 'correto', 'certo', 'exato', 'isso', 'verdadeiro'], no: ['não', 'errado', 'incorreto', 'falso', 'não obrigado', 'não obrigada'],
    digits: [['zero'], ['um', 'uma'], ['dois', 'duas'], ['três'], ['quatro'], ['cinco'], ['seis', 'meia'], ['sete'], ['oito'], ['nove']],
  },
};

/** The built-in types that can be spoken in a language other than English; undefined: none. `language` is a tag such as `de-AT`. */
export function spokenBuiltins(language: string): ReadonlyMap<string, BuiltinType> | undefined {
  const said = byLanguage[language.slice(0, 2).toLowerCase()];
  if (said === undefined) return undefined;
  const figures = new Map(said.digits.flatMap((list, value) => [...list.map((w) => [w, String(value)] as const), [String(value), String(value)] as const]));
  return new Map<string, BuiltinType>([
    ['boolean', () => ({ expansion: words([...said.yes, ...said.no].join('|')), meaning: (spoken) => said.yes.includes(spoken.join(' ').toLowerCase()) })],
    ['digits', (parameters) => {
      const length = digitLength(parameters);
      if ('wrong' in length) return length;
      return { expansion: repeat(length.min, length.max, oneOf(words([...figures.keys()].join('|')))), meaning: (spoken) => spoken.map((w) => figures.get(w.toLowerCase()) ?? '').join('') };
    }],
  ]);
}
