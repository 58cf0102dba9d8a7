import { isSpace, isToken, quotedEnd, skipSpace, unquote } from '../message/grammar.ts';

/** A challenge or credentials: a scheme and its parameters (RFC 3261 §25.1 `challenge`, `credentials`). */
export interface AuthHeader {
  /** Lower case. */
  readonly scheme: string;
  /** Names in lower case, values without quotes. */
  readonly params: ReadonlyMap<string, string>;
}

/**
 * Reads one line of WWW-Authenticate, Authorization, Proxy-Authenticate, Proxy-Authorization or their -Info kin. Some
 * peers write several challenges in one line: a scheme behind a comma begins the next. Undefined when malformed.
 */
export function parseAuthHeader(text: string): AuthHeader[] | undefined {
  const headers: AuthHeader[] = [];
  let params = new Map<string, string>();
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const end = wordEnd(text, at);
    if (!isToken(text, at, end)) return undefined;
    const word = text.slice(at, end);
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === 0x3d && headers.length > 0) {
      at = skipSpace(text, at + 1);
      let value: string;
      if (text.charCodeAt(at) === 0x22) {
        const close = quotedEnd(text, at);
        if (close < 0) return undefined;
        value = unquote(text.slice(at, close));
        at = close;
      } else {
        const close = valueEnd(text, at);
        value = text.slice(at, close);
        at = close;
      }
      const name = word.toLowerCase();
      if (params.has(name)) return undefined;
      params.set(name, value);
    } else {
      if (at === end && at < text.length) return undefined;
      params = new Map();
      headers.push({ scheme: word.toLowerCase(), params });
      continue;
    }
    at = skipSpace(text, at);
    if (at < text.length && text.charCodeAt(at) !== 0x2c) return undefined;
    while (at < text.length && (text.charCodeAt(at) === 0x2c || isSpace(text.charCodeAt(at)))) at += 1;
  }
  return headers.length === 0 ? undefined : headers;
}

function wordEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x3d || code === 0x2c || isSpace(code)) break;
    at += 1;
  }
  return at;
}

function valueEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x2c || isSpace(code)) break;
    at += 1;
  }
  return at;
}
