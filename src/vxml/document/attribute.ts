import { parseDuration } from './duration.ts';

/** How one attribute is read. A problem is a sentence without the attribute's name. */
export interface Attribute<T> {
  readonly parse: (value: string) => { readonly value: T } | { readonly problem: string };
  readonly required: boolean;
  readonly fallback: T | undefined;
}
export type AttributeSpecs = Readonly<Record<string, Attribute<unknown>>>;
/** The attributes of an element as its definition declares them. */
export type AttributesOf<S extends AttributeSpecs> = { readonly [K in keyof S]: S[K] extends Attribute<infer T> ? T : never };

type Read<T> = Attribute<T>['parse'];

export const optional = <T>(parse: Read<T>): Attribute<T | undefined> => ({ parse, required: false, fallback: undefined });
export const required = <T>(parse: Read<T>): Attribute<T> => ({ parse, required: true, fallback: undefined });
export const withDefault = <T>(parse: Read<T>, fallback: T): Attribute<T> => ({ parse, required: false, fallback });

export const text: Read<string> = (value) => ({ value });
export const uri: Read<string> = (value) => ({ value: value.trim() });
/** ECMAScript; compiled only when it is evaluated (VoiceXML 2.0 §5.1.1: error.semantic then). */
export const expression: Read<string> = (value) => (value.trim() === '' ? { problem: 'is an empty expression' } : { value });
export const boolean: Read<boolean> = (value) =>
  value === 'true' ? { value: true } : value === 'false' ? { value: false } : { problem: `is "${value}", not true or false` };
export const integer: Read<number> = (value) =>
  /^\s*\d+\s*$/.test(value) ? { value: Number(value) } : { problem: `is "${value}", not a whole number` };
export const names: Read<readonly string[]> = (value) => ({ value: value.split(/\s+/).filter((n) => n !== '') });
/** §6.5: a number with unit `s` or `ms`; the value is in milliseconds. */
export const duration: Read<number> = (value) => {
  const ms = parseDuration(value);
  return ms === undefined ? { problem: `is "${value}", not a time such as 3s or 500ms` } : { value: ms };
};
export const word = <W extends string>(...words: readonly W[]): Read<W> => (value) =>
  (words as readonly string[]).includes(value) ? { value: value as W } : { problem: `is "${value}", not one of ${words.join(', ')}` };
/** A DTMF sequence; white space between keys is optional (§2.2, §5.3). */
export const keys: Read<string> = (value) => {
  const squeezed = value.replace(/\s+/g, '');
  return /^[0-9*#A-Da-d]+$/.test(squeezed) ? { value: squeezed.toUpperCase() } : { problem: `is "${value}", not a sequence of keys` };
};
