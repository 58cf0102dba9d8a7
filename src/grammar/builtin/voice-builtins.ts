import { many, oneOf, optional, repeat, sequence, token, words } from './expansions.ts';
import type { BuiltinType } from './builtin-grammar.ts';
import { dateValue, timeValue } from './calendar-value.ts';
import { digitLength } from './digit-length.ts';
import { digitOf, digitWords, numberOf, numberWords, ordinalWords, rankOf } from './spoken-number.ts';

const yes = ['yes', 'yeah', 'yep', 'sure', 'correct', 'right', 'true', 'okay'];
const no = ['no', 'nope', 'nah', 'incorrect', 'wrong', 'false'];
const months = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
const currencies: Readonly<Record<string, string>> = { dollar: 'USD', dollars: 'USD', bucks: 'USD', euro: 'EUR', euros: 'EUR', pound: 'GBP', pounds: 'GBP', francs: 'CHF', yen: 'JPY' };
const parts = ['cent', 'cents', 'penny', 'pence'];

const digit = oneOf(...digitWords.map(token), ...[...'0123456789'].map(token));
const number = many(oneOf(...numberWords.map(token), ...[...'0123456789'].map(token)));
const rank = sequence(optional(words('twenty|thirty')), oneOf(...ordinalWords.map(token), ...numberWords.slice(0, 30).map(token)));
const digitsOf = (spoken: readonly string[]): string => spoken.map((w) => String(digitOf(w) ?? '')).join('');

/** Words of the built-in types in English (VoiceXML 2.0 App. P). The forms are loose; the meaning decides. */
export const voiceBuiltins: ReadonlyMap<string, BuiltinType> = new Map<string, BuiltinType>([
  ['boolean', () => ({ expansion: oneOf(...yes.map(token), ...no.map(token)), meaning: (spoken) => yes.includes((spoken[0] ?? '').toLowerCase()) })],
  ['date', () => ({
    expansion: oneOf(
      sequence(words(months.join('|')), optional(token('the')), rank, optional(number)),
      sequence(optional(token('the')), rank, optional(token('of')), words(months.join('|')), optional(number)),
    ),
    meaning: (spoken) => dateMeaning(spoken.map((w) => w.toLowerCase())),
  })],
  ['digits', (parameters) => {
    const length = digitLength(parameters);
    return 'wrong' in length ? length : { expansion: repeat(length.min, length.max, digit), meaning: (spoken) => digitsOf(spoken.map((w) => w.toLowerCase())) };
  }],
  ['currency', () => ({
    expansion: oneOf(
      sequence(number, words(Object.keys(currencies).join('|')), optional(sequence(optional(token('and')), number, optional(words(parts.join('|')))))),
      sequence(number, words(parts.join('|'))),
    ),
    meaning: (spoken) => currencyMeaning(spoken.map((w) => w.toLowerCase())),
  })],
  ['number', () => ({
    expansion: sequence(optional(words('minus|negative|plus')), number, optional(sequence(words('point|dot'), many(digit)))),
    meaning: (spoken) => numberMeaning(spoken.map((w) => w.toLowerCase())),
  })],
  ['phone', () => ({
    expansion: sequence(many(digit), optional(sequence(words('extension|x'), many(digit)))),
    meaning: (spoken) => {
      const small = spoken.map((w) => w.toLowerCase());
      const at = small.findIndex((w) => w === 'extension' || w === 'x');
      return at < 0 ? digitsOf(small) : `${digitsOf(small.slice(0, at))}x${digitsOf(small.slice(at + 1))}`;
    },
  })],
  ['time', () => ({
    expansion: oneOf(words('noon|midnight'), sequence(number, optional(words("o'clock|hundred|hundred hours")), optional(words('a m|am|a.m.|p m|pm|p.m.|in the morning|in the afternoon|in the evening|at night')))),
    meaning: (spoken) => timeMeaning(spoken.map((w) => w.toLowerCase())),
  })],
]);

/** A string of figures: the type's value is one, ECMAScript converts it where a number is wanted. */
function numberMeaning(spoken: readonly string[]): string | undefined {
  const negative = spoken[0] === 'minus' || spoken[0] === 'negative';
  const rest = negative || spoken[0] === 'plus' ? spoken.slice(1) : spoken;
  const point = rest.findIndex((w) => w === 'point' || w === 'dot');
  const whole = numberOf(point < 0 ? rest : rest.slice(0, point));
  if (whole === undefined) return undefined;
  const value = point < 0 ? String(whole) : `${whole}.${digitsOf(rest.slice(point + 1))}`;
  return negative ? `-${value}` : value;
}

function currencyMeaning(spoken: readonly string[]): string | undefined {
  const at = spoken.findIndex((w) => currencies[w] !== undefined);
  const small = (list: readonly string[]): number | undefined => {
    const n = numberOf(list.filter((w, i) => !parts.includes(w) && !(w === 'and' && i === 0)));
    return n !== undefined && n < 100 ? n : undefined;
  };
  if (at < 0) {
    const cents = small(spoken);
    return cents === undefined ? undefined : `0.${String(cents).padStart(2, '0')}`;
  }
  const whole = numberOf(spoken.slice(0, at));
  const cents = at === spoken.length - 1 ? 0 : small(spoken.slice(at + 1));
  if (whole === undefined || cents === undefined) return undefined;
  return `${currencies[spoken[at] ?? ''] ?? ''}${whole}.${String(cents).padStart(2, '0')}`;
}

function dateMeaning(spoken: readonly string[]): string | undefined {
  const at = spoken.findIndex((w) => months.includes(w));
  const month = months.indexOf(spoken[at] ?? '') + 1;
  const before = spoken.slice(0, at).filter((w) => w !== 'the' && w !== 'of');
  const after = spoken.slice(at + 1).filter((w) => w !== 'the');
  if (before.length > 0) {
    const day = rankOf(before);
    const year = after.length === 0 ? '????' : yearOf(after);
    return day === undefined || year === undefined ? undefined : dateValue(year, month, day);
  }
  // "march third two thousand five": the longest run that is a day, what is left is the year.
  for (let n = Math.min(2, after.length); n >= 1; n--) {
    const day = rankOf(after.slice(0, n));
    const year = after.length === n ? '????' : yearOf(after.slice(n));
    const value = day === undefined || year === undefined ? undefined : dateValue(year, month, day);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** "two thousand five", "nineteen ninety nine", "2005". */
function yearOf(spoken: readonly string[]): string | undefined {
  const whole = numberOf(spoken);
  if (whole !== undefined) return whole >= 1000 && whole <= 9999 ? String(whole) : undefined;
  for (let n = 1; n < spoken.length; n++) {
    const century = numberOf(spoken.slice(0, n));
    const rest = spoken.slice(n).filter((w, i) => !(i === 0 && w === 'oh'));
    const year = numberOf(rest);
    if (century !== undefined && century >= 10 && century <= 99 && year !== undefined && year <= 99) return `${century}${String(year).padStart(2, '0')}`;
  }
  return undefined;
}

function timeMeaning(spoken: readonly string[]): string | undefined {
  if (spoken[0] === 'noon') return '1200p';
  if (spoken[0] === 'midnight') return '1200a';
  const text = spoken.join(' ');
  const half = /( a m| am| a\.m\.| in the morning)$/.test(text) ? 'a' : /( p m| pm| p\.m\.| in the afternoon| in the evening| at night)$/.test(text) ? 'p' : undefined;
  const rest = text.replace(/ (a m|am|a\.m\.|p m|pm|p\.m\.|in the (morning|afternoon|evening)|at night)$/, '').split(' ');
  const military = rest.includes('hundred');
  const said = rest.filter((w) => w !== "o'clock" && w !== 'hundred' && w !== 'hours');
  for (let n = Math.min(2, said.length); n >= 1; n--) {
    const hour = numberOf(said.slice(0, n));
    const later = said.slice(n).filter((w, i, all) => !(i === 0 && (w === 'oh' || w === 'o') && all.length > 1));
    const minute = later.length === 0 ? 0 : numberOf(later);
    if (hour === undefined || minute === undefined) continue;
    const value = timeValue(hour, minute, half);
    if (value !== undefined) return military && half === undefined ? `${value.slice(0, 4)}h` : value;
  }
  return undefined;
}
