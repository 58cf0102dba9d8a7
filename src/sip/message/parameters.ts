import { isSpace, isToken, quote, quotedEnd, skipSpace, unquote } from './grammar.ts';

/** `;name=value` parameters in wire order; names in lower case, null for a parameter without value. */
export type Parameters = ReadonlyMap<string, string | null>;

interface Parameter {
  readonly name: string;
  readonly value: string | null;
  next: Parameter | undefined;
}

/** A handful of parameters as a chain: searched as fast as a hash table, and made more cheaply. */
class ParameterList implements ReadonlyMap<string, string | null> {
  #first: Parameter | undefined;
  #last: Parameter | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The first value of a name counts. */
  add(name: string, value: string | null): void {
    if (this.#find(name) !== undefined) return;
    const parameter: Parameter = { name, value, next: undefined };
    if (this.#last === undefined) this.#first = parameter;
    else this.#last.next = parameter;
    this.#last = parameter;
    this.#size += 1;
  }

  get(name: string): string | null | undefined {
    return this.#find(name)?.value;
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  forEach(act: (value: string | null, name: string, all: ReadonlyMap<string, string | null>) => void): void {
    for (const [name, value] of this) act(value, name, this);
  }

  *entries(): MapIterator<[string, string | null]> {
    for (let at = this.#first; at !== undefined; at = at.next) yield [at.name, at.value];
  }

  *keys(): MapIterator<string> {
    for (let at = this.#first; at !== undefined; at = at.next) yield at.name;
  }

  *values(): MapIterator<string | null> {
    for (let at = this.#first; at !== undefined; at = at.next) yield at.value;
  }

  [Symbol.iterator](): MapIterator<[string, string | null]> {
    return this.entries();
  }

  #find(name: string): Parameter | undefined {
    let at = this.#first;
    while (at !== undefined && at.name !== name) at = at.next;
    return at;
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
