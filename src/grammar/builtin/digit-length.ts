import type { BuiltinParameters } from './builtin-grammar.ts';

/** `minlength`, `maxlength` and `length` of `digits` (VoiceXML 2.0 App. P). */
export function digitLength(parameters: BuiltinParameters): { readonly min: number; readonly max: number } | { readonly wrong: string } {
  const read = (name: string): number | undefined | 'wrong' => {
    const text = parameters.get(name);
    if (text === undefined) return undefined;
    return /^\d{1,4}$/.test(text) && Number(text) > 0 ? Number(text) : 'wrong';
  };
  const length = read('length');
  const min = read('minlength');
  const max = read('maxlength');
  if (length === 'wrong' || min === 'wrong' || max === 'wrong') return { wrong: 'length, minlength and maxlength of digits are whole numbers above 0' };
  if (length !== undefined) {
    if ((min !== undefined && min > length) || (max !== undefined && max < length)) return { wrong: `length ${length} of digits contradicts minlength or maxlength` };
    return { min: length, max: length };
  }
  if (min !== undefined && max !== undefined && min > max) return { wrong: `minlength ${min} of digits is above maxlength ${max}` };
  return { min: min ?? 1, max: max ?? Number.POSITIVE_INFINITY };
}
