import { parseUri, type Uri } from '../uri/uri.ts';
import { isToken, quote, quotedEnd, skipSpace, unquote } from './grammar.ts';
import { formatParameters, parseParameters, type Parameters } from './parameters.ts';

/** `name-addr` or `addr-spec` with its header parameters (RFC 3261 §20.10): From, To, Contact, Route and their kin. */
export interface NameAddr {
  /** Without quotes, quoted pairs resolved; undefined when there is none. */
  readonly displayName: string | undefined;
  readonly uri: Uri;
  readonly params: Parameters;
  /** The `tag` parameter. */
  readonly tag: string | undefined;
}

/** Undefined when malformed. Parameters behind an `addr-spec` without angle brackets belong to the header (§20). */
export function parseNameAddr(text: string): NameAddr | undefined {
  let at = skipSpace(text, 0);
  let displayName: string | undefined;
  if (text.charCodeAt(at) === 0x22) {
    const end = quotedEnd(text, at);
    if (end < 0) return undefined;
    displayName = unquote(text.slice(at, end));
    at = skipSpace(text, end);
    if (text.charCodeAt(at) !== 0x3c) return undefined;
  }
  const open = displayName === undefined ? text.indexOf('<', at) : at;
  if (open < 0) return addrSpec(text, at);
  if (displayName === undefined && open > at) {
    const words = text.slice(at, open).trimEnd();
    // `display-name = *(token LWS)`; commas and dots that people leave unquoted are let pass where no list is split on them.
    if (words.includes('"') || words.includes('>') || words.includes(';')) return undefined;
    displayName = words === '' ? undefined : words;
  }
  const close = text.indexOf('>', open);
  if (close < 0) return undefined;
  const uri = parseUri(text.slice(open + 1, close));
  if (uri === undefined) return undefined;
  const params = parseParameters(text, close + 1);
  if (params === undefined) return undefined;
  return { displayName, uri, params, tag: params.get('tag') ?? undefined };
}

function addrSpec(text: string, at: number): NameAddr | undefined {
  const semicolon = text.indexOf(';', at);
  const end = semicolon < 0 ? text.length : semicolon;
  const raw = text.slice(at, end).trimEnd();
  // A comma, question mark or semicolon in the URI requires angle brackets (§20).
  if (raw.includes('?') || raw.includes(',')) return undefined;
  const uri = parseUri(raw);
  if (uri === undefined) return undefined;
  const params = parseParameters(text, end);
  if (params === undefined) return undefined;
  return { displayName: undefined, uri, params, tag: params.get('tag') ?? undefined };
}

/** Always with angle brackets. */
export function formatNameAddr(value: {
  readonly displayName?: string | undefined;
  readonly uri: Uri | string;
  readonly params?: Parameters;
}): string {
  const { displayName } = value;
  const name = displayName === undefined ? '' : isToken(displayName) ? `${displayName} ` : `${quote(displayName)} `;
  const uri = typeof value.uri === 'string' ? value.uri : value.uri.raw;
  return `${name}<${uri}>${value.params === undefined ? '' : formatParameters(value.params)}`;
}
