import { isIPv6 } from 'node:net';
import { decimal, isHostName } from '../message/grammar.ts';
import { percentDecode, percentEncode } from './percent.ts';

/** `;name=value` of a URI, names in lower case, percent-decoded once; null without value. */
export type UriParameters = ReadonlyMap<string, string | null>;

export interface SipUriParts {
  readonly scheme?: 'sip' | 'sips';
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly host: string;
  readonly port?: number | undefined;
  readonly params?: UriParameters;
  readonly headers?: ReadonlyMap<string, string>;
}

const NO_PARAMS: UriParameters = new Map();
const NO_HEADERS: ReadonlyMap<string, string> = new Map();
/** `user-unreserved`, `password` and `param-unreserved`, RFC 3261 §25.1. */
const USER_ALSO = '&=+$,;?/';
const PASSWORD_ALSO = '&=+$,';
const PARAM_ALSO = '[]/:&+$';
const HEADER_ALSO = '[]/?:+$';

/** A SIP or SIPS URI (RFC 3261 §19.1), immutable. Hosts are in lower case and IPv6 references without brackets. */
export class SipUri {
  readonly kind = 'sip';
  readonly scheme: 'sip' | 'sips';
  /** Percent-decoded; undefined when the URI has no user part. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Empty only in a URI that was read with a port and no host: it leads nowhere. */
  readonly host: string;
  readonly port: number | undefined;
  readonly params: UriParameters;
  readonly headers: ReadonlyMap<string, string>;
  /** As it stood on the wire, or as `toString` writes it. */
  readonly raw: string;

  constructor(parts: SipUriParts, raw?: string) {
    this.scheme = parts.scheme ?? 'sip';
    this.user = parts.user;
    this.password = parts.password;
    this.host = parts.host.toLowerCase();
    this.port = parts.port;
    this.params = parts.params ?? NO_PARAMS;
    this.headers = parts.headers ?? NO_HEADERS;
    this.raw = raw ?? this.#format();
  }

  /** True when the host is an IPv6 address. */
  get isIpv6(): boolean {
    return this.host.includes(':');
  }

  /** `host` with the brackets of an IPv6 reference, and `:port` when there is one. */
  get hostPort(): string {
    const host = this.isIpv6 ? `[${this.host}]` : this.host;
    return this.port === undefined ? host : `${host}:${this.port}`;
  }

  /** `transport` parameter in lower case. */
  get transport(): string | undefined {
    return this.params.get('transport')?.toLowerCase();
  }

  /** Loose routing (RFC 3261 §19.1.1 `lr`). */
  get lr(): boolean {
    return this.params.has('lr');
  }

  /** The same URI with some parts changed; `raw` is written anew. */
  with(changes: Partial<SipUriParts>): SipUri {
    return new SipUri({
      scheme: this.scheme,
      user: this.user,
      password: this.password,
      host: this.host,
      port: this.port,
      params: this.params,
      headers: this.headers,
      ...changes,
    });
  }

  toString(): string {
    return this.raw;
  }

  #format(): string {
    let out = `${this.scheme}:`;
    if (this.user !== undefined) {
      out += percentEncode(this.user, USER_ALSO);
      if (this.password !== undefined) out += `:${percentEncode(this.password, PASSWORD_ALSO)}`;
      out += '@';
    }
    out += this.hostPort;
    for (const [name, value] of this.params) {
      out += `;${percentEncode(name, PARAM_ALSO)}`;
      if (value !== null) out += `=${percentEncode(value, PARAM_ALSO)}`;
    }
    let separator = '?';
    for (const [name, value] of this.headers) {
      out += `${separator}${percentEncode(name, HEADER_ALSO)}=${percentEncode(value, HEADER_ALSO)}`;
      separator = '&';
    }
    return out;
  }
}

/**
 * URIs read lately, by their text: the same ones stand in every message of a call, and in every call of a trunk. Two generations
 * bound it; longer ones are read anew, so that nobody fills our memory with them.
 */
const remembered = 256;
const longestRemembered = 100;
let young = new Map<string, SipUri>();
let old = new Map<string, SipUri>();

/** Reads a `sip:` or `sips:` URI; undefined when it is malformed. */
export function parseSipUri(raw: string): SipUri | undefined {
  const known = young.get(raw) ?? old.get(raw);
  if (known !== undefined) return known;
  const uri = readSipUri(raw);
  if (uri !== undefined && raw.length <= longestRemembered) {
    if (young.size === remembered) [young, old] = [new Map(), young];
    young.set(raw, uri);
  }
  return uri;
}

function readSipUri(raw: string): SipUri | undefined {
  const colon = raw.indexOf(':');
  const scheme = raw.slice(0, colon).toLowerCase();
  if (scheme !== 'sip' && scheme !== 'sips') return undefined;
  if (!isVisible(raw)) return undefined;
  let at = colon + 1;
  let user: string | undefined;
  let password: string | undefined;
  // `@` stands unescaped in no other part than behind the user, so the first one ends it; the user may hold ; ? and /.
  const end = raw.indexOf('@', at);
  if (end >= 0) {
    const split = raw.indexOf(':', at);
    const hasPassword = split >= 0 && split < end;
    user = percentDecode(raw.slice(at, hasPassword ? split : end));
    if (user === undefined || user === '') return undefined;
    if (hasPassword) {
      password = percentDecode(raw.slice(split + 1, end));
      if (password === undefined) return undefined;
    }
    at = end + 1;
  }
  const question = raw.indexOf('?', at);
  const headersAt = question < 0 ? raw.length : question;
  const semicolon = raw.indexOf(';', at);
  const paramsAt = semicolon < 0 || semicolon > headersAt ? headersAt : semicolon;
  const sentTo = raw.slice(at, paramsAt);
  // SIPp as a server knows no remote address and writes `sip::5060` inside dialogs; `validateRequest` says where that passes.
  const address = sentTo.startsWith(':') && user === undefined ? parseHostPort(`-${sentTo}`) : parseHostPort(sentTo);
  if (address === undefined) return undefined;
  const params = paramsAt === headersAt ? NO_PARAMS : uriParameters(raw.slice(paramsAt + 1, headersAt));
  if (params === undefined) return undefined;
  const headers = question < 0 ? NO_HEADERS : uriHeaders(raw.slice(question + 1));
  if (headers === undefined) return undefined;
  return new SipUri({ scheme, user, password, host: sentTo.startsWith(':') ? '' : address.host, port: address.port, params, headers }, raw);
}

/** `host [":" port]`; the host of an IPv6 reference without brackets. Undefined when malformed. */
export function parseHostPort(text: string): { readonly host: string; readonly port: number | undefined } | undefined {
  let host: string;
  let rest: string;
  if (text.charCodeAt(0) === 0x5b) {
    const close = text.indexOf(']');
    if (close < 0 || close > 46) return undefined;
    host = text.slice(1, close);
    // RFC 3261's grammar once let `[2001:db8:::192.0.2.1]` through (RFC 5118 §4.10, RFC 5954 §3.1): read, never written.
    if (host.includes(':::')) host = host.replace(':::', '::');
    rest = text.slice(close + 1);
    if (!isIPv6(host) || host.includes('%')) return undefined;
  } else {
    const colon = text.indexOf(':');
    host = colon < 0 ? text : text.slice(0, colon);
    rest = colon < 0 ? '' : text.slice(colon);
    if (!isHostName(host) || host.length > 255) return undefined;
  }
  if (rest === '') return { host, port: undefined };
  const port = rest.charCodeAt(0) === 0x3a && rest.length <= 6 ? decimal(rest.slice(1), 65535) : undefined;
  return port === undefined ? undefined : { host, port };
}

/** No white space, control character, quote or angle bracket: none of them may stand in a URI. */
export function isVisible(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code === 0x7f || code === 0x22 || code === 0x3c || code === 0x3e) return false;
  }
  return true;
}

/** The parameters behind the first semicolon, which is left out. Undefined when malformed. */
export function uriParameters(text: string): UriParameters | undefined {
  const params = new Map<string, string | null>();
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    const name = percentDecode(equals < 0 ? part : part.slice(0, equals));
    const value = equals < 0 ? null : percentDecode(part.slice(equals + 1));
    if (name === undefined || name === '' || value === undefined) return undefined;
    const key = name.toLowerCase();
    if (!params.has(key)) params.set(key, value);
  }
  return params;
}

function uriHeaders(text: string): ReadonlyMap<string, string> | undefined {
  const headers = new Map<string, string>();
  for (const part of text.split('&')) {
    const equals = part.indexOf('=');
    if (equals <= 0) return undefined;
    const name = percentDecode(part.slice(0, equals));
    const value = percentDecode(part.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    headers.set(name.toLowerCase(), value);
  }
  return headers;
}
