import { isSpace, isToken, quote, quotedEnd, skipSpace, unquote } from './grammar.ts';

/** `;name=value` parameters in wire order; names in lower case, null for a parameter without value. */
export type Parameters = ReadonlyMap<string, string | null>;

/** A handful of parameters in two arrays: searched faster, and made more cheaply, than a hash table. */
class ParameterList implements ReadonlyMap<string, string | null> {
  readonly #names: string[] = [];
  readonly #values: (string | null)[] = [];

  get size(): number {
    return this.#names.length;
  }

  /** The first value of a name counts. */
  add(name: string, value: string | null): void {
    if (this.#names.includes(name)) return;
    this.#names.push(name);
    this.#values.push(value);
  }

  get(name: string): string | null | undefined {
    const at = this.#names.indexOf(name);
    return at < 0 ? undefined : this.#values[at];
  }

  has(name: string): boolean {
    return this.#names.includes(name);
  }

  forEach(act: (value: string | null, name: string, all: ReadonlyMap<string, string | null>) => void): void {
    this.#names.forEach((name, at) => act(this.#values[at] ?? null, name, this));
  }

  *entries(): MapIterator<[string, string | null]> {
    for (const [at, name] of this.#names.entries()) yield [name, this.#values[at] ?? null];
  }

  keys(): MapIterator<string> {
    return this.#names.values() as MapIterator<string>;
  }

  values(): MapIterator<string | null> {
    return this.#values.values() as MapIterator<string | null>;
  }

  [Symbol.iterator](): MapIterator<[string, string | null]> {
    return this.entries();
  }
}

const NONE: Parameters = new ParameterList();

/**
 * Reads `*( SEMI generic-param )` from `at` to the end of `text` (RFC 3261 §25.1). Quoted values lose their quotes.
 * Undefined when it is malformed. A single trailing semicolon is let pass, because devices send it; `;;` is not.
 */
export function parseParameters(text: string, at: number): Parameters | undefined {
  let i = skipSpace(text, at);
  if (i >= text.length) return NONE;
  const parameters = new ParameterList();
  while (i < text.length) {
    if (text.charCodeAt(i) !== 0x3b) return undefined;
    i = skipSpace(text, i + 1);
    if (i >= text.length) break;
    const start = i;
    while (i < text.length) {
      const code = text.charCodeAt(i);
      if (code === 0x3d || code === 0x3b || isSpace(code)) break;
      i += 1;
    }
    if (!isToken(text, start, i)) return undefined;
    const name = text.slice(start, i).toLowerCase();
    i = skipSpace(text, i);
    let value: string | null = null;
    if (text.charCodeAt(i) === 0x3d) {
      i = skipSpace(text, i + 1);
      if (text.charCodeAt(i) === 0x22) {
        const end = quotedEnd(text, i);
        if (end < 0) return undefined;
        value = unquote(text.slice(i, end));
        i = end;
      } else {
        const from = i;
        while (i < text.length) {
          const code = text.charCodeAt(i);
          if (code === 0x3b || isSpace(code)) break;
          if (code === 0x2c || code === 0x22 || code === 0x3c || code === 0x3e) return undefined;
          i += 1;
        }
        value = text.slice(from, i);
      }
      i = skipSpace(text, i);
    }
    parameters.add(name, value);
  }
  return parameters;
}

/** `;name=value…`, quoting a value that is neither a token nor a host. */
export function formatParameters(parameters: Parameters): string {
  let out = '';
  for (const [name, value] of parameters) {
    out += value === null ? `;${name}` : `;${name}=${isPlain(value) ? value : quote(value)}`;
  }
  return out;
}

function isPlain(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f || code === 0x22 || code === 0x2c || code === 0x3b || code === 0x3c || code === 0x3e || code === 0x3d || code === 0x5c || code === 0x3f) {
      return false;
    }
  }
  return value !== '';
}
