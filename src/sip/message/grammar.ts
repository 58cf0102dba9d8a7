/**
 * Character classes of RFC 3261 §25.1 as lookup tables, and the scanners built on them. Every scanner is linear in its
 * input and uses no backtracking, because what it reads comes from strangers.
 */

const table = (characters: string): Uint8Array => {
  const set = new Uint8Array(256);
  for (const character of characters) set[character.charCodeAt(0)] = 1;
  return set;
};
const ALPHANUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const TOKEN = table(ALPHANUM + "-.!%*_+`'~");
const SCHEME = table(ALPHANUM + '+-.');
const HOST_NAME = table(ALPHANUM + '-._');
const WORD = table(ALPHANUM + "-.!%*_+`'~()<>:\\\"/[]?{}@");

const allIn = (set: Uint8Array, text: string, from: number, to: number): boolean => {
  for (let i = from; i < to; i++) if (set[text.charCodeAt(i)] !== 1) return false;
  return to > from;
};

/** `token`: one or more of its characters and nothing else. */
export const isToken = (text: string, from = 0, to = text.length): boolean => allIn(TOKEN, text, from, to);
/** The characters of `word`, and `@`, which joins two words in a `callid`. */
export const isCallId = (text: string): boolean => allIn(WORD, text, 0, text.length);
export const isHostName = (text: string): boolean => allIn(HOST_NAME, text, 0, text.length);
/** `scheme`: begins with a letter. */
export const isScheme = (text: string, from = 0, to = text.length): boolean => {
  const first = text.charCodeAt(from) | 0x20;
  return first >= 0x61 && first <= 0x7a && allIn(SCHEME, text, from, to);
};

/** A decimal number of digits only, at most `max`; undefined when it is anything else. Leading zeros are allowed. */
export function decimal(text: string, max: number): number | undefined {
  if (text.length === 0) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
    if (value > max) return undefined;
  }
  return value;
}

export const isSpace = (code: number): boolean => code === 0x20 || code === 0x09;

/** The first index at or after `at` that holds neither space nor tab. */
export function skipSpace(text: string, at: number): number {
  let i = at;
  while (i < text.length && isSpace(text.charCodeAt(i))) i += 1;
  return i;
}

/** The index just behind the quoted string that opens at `at`; -1 when it never closes. */
export function quotedEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5c) i += 1;
    else if (code === 0x22) return i + 1;
  }
  return -1;
}

/** The content of a quoted string without its quotes, quoted pairs resolved (RFC 3261 §25.1 `quoted-pair`). */
export function unquote(quoted: string): string {
  const inner = quoted.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  let out = '';
  for (let i = 0; i < inner.length; i++) {
    if (inner.charCodeAt(i) === 0x5c && i + 1 < inner.length) i += 1;
    out += inner[i] ?? '';
  }
  return out;
}

/** Text as a quoted string. */
export const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** Comma-separated values, trimmed, with quoted strings and `<…>` kept whole; empty values are left out. */
export function splitList(text: string): string[] {
  if (!text.includes(',')) {
    const only = text.trim();
    return only === '' ? [] : [only];
  }
  const values: string[] = [];
  let start = 0;
  let angle = false;
  const push = (end: number): void => {
    const value = text.slice(start, end).trim();
    if (value !== '') values.push(value);
  };
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22 && !angle) {
      const end = quotedEnd(text, i);
      if (end < 0) break;
      i = end - 1;
    } else if (code === 0x3c) angle = true;
    else if (code === 0x3e) angle = false;
    else if (code === 0x2c && !angle) {
      push(i);
      start = i + 1;
    }
  }
  push(text.length);
  return values;
}
