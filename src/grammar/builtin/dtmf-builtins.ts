import { many, oneOf, optional, repeat, sequence, token } from './expansions.ts';
import type { BuiltinType } from './builtin-grammar.ts';
import { dateValue, timeValue } from './calendar-value.ts';
import { digitLength } from './digit-length.ts';

const digit = oneOf(...[...'0123456789'].map(token));
const from = (keys: string) => oneOf(...[...keys].map(token));

/** Keys of the built-in types (VoiceXML 2.0 App. P). `*` is the decimal point, or begins an extension. */
export const dtmfBuiltins: ReadonlyMap<string, BuiltinType> = new Map<string, BuiltinType>([
  ['boolean', (parameters) => {
    const yes = parameters.get('y') ?? '1';
    const no = parameters.get('n') ?? '2';
    if (!/^[0-9*#A-D]+$/i.test(yes) || !/^[0-9*#A-D]+$/i.test(no)) return { wrong: 'y and n of boolean are keys' };
    if (yes === no) return { wrong: `y and n of boolean are both ${yes}` };
    return { expansion: oneOf(token(yes), token(no)), meaning: (keys) => keys.join('').toUpperCase() === yes.toUpperCase() };
  }],
  ['date', () => ({
    expansion: sequence(
      repeat(4, 4, digit),
      oneOf(sequence(token('0'), from('123456789')), sequence(token('1'), from('012'))),
      oneOf(sequence(token('0'), from('123456789')), sequence(from('12'), digit), sequence(token('3'), from('01'))),
    ),
    meaning: (keys) => dateValue(keys.slice(0, 4).join(''), Number(keys.slice(4, 6).join('')), Number(keys.slice(6, 8).join(''))),
  })],
  ['digits', (parameters) => {
    const length = digitLength(parameters);
    return 'wrong' in length ? length : { expansion: repeat(length.min, length.max, digit), meaning: (keys) => keys.join('') };
  }],
  ['currency', () => ({
    expansion: oneOf(sequence(many(digit), optional(sequence(token('*'), repeat(0, 2, digit)))), sequence(token('*'), repeat(1, 2, digit))),
    meaning: (keys) => {
      const [whole = '', part = ''] = keys.join('').split('*');
      return `${whole === '' ? '0' : whole}.${part.padEnd(2, '0')}`;
    },
  })],
  ['number', () => ({
    expansion: oneOf(sequence(many(digit), optional(sequence(token('*'), repeat(0, Number.POSITIVE_INFINITY, digit)))), sequence(token('*'), many(digit))),
    meaning: (keys) => keys.join('').replace('*', '.'),
  })],
  ['phone', () => ({
    expansion: sequence(many(digit), optional(sequence(token('*'), many(digit)))),
    meaning: (keys) => keys.join('').replace('*', 'x'),
  })],
  ['time', () => ({
    expansion: sequence(oneOf(sequence(from('01'), digit), sequence(token('2'), from('0123'))), from('012345'), digit),
    meaning: (keys) => timeValue(Number(keys.slice(0, 2).join('')), Number(keys.slice(2, 4).join('')), undefined),
  })],
]);
