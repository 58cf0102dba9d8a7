import { parseHostPort } from '../uri/sip-uri.ts';
import { isSpace, isToken, skipSpace } from './grammar.ts';
import { formatParameters, parseParameters, type Parameters } from './parameters.ts';

/** One `via-parm` (RFC 3261 §20.42). */
export interface Via {
  /** `SIP/2.0` in an orderly message. */
  readonly protocol: string;
  /** Upper case: UDP, TCP, TLS, WS, WSS, SCTP … */
  readonly transport: string;
  /** Lower case, without brackets. */
  readonly host: string;
  readonly port: number | undefined;
  readonly params: Parameters;
  readonly branch: string | undefined;
  /** Without brackets (RFC 5118 §4.5). */
  readonly received: string | undefined;
  /** RFC 3581: undefined without the parameter, null when it asks for the port, else the port. */
  readonly rport: number | null | undefined;
}

/** Begins every branch that RFC 3261 makes (§8.1.1.7). */
export const MAGIC_COOKIE = 'z9hG4bK';

/** Undefined when malformed. */
export function parseVia(text: string): Via | undefined {
  let at = 8;
  let protocol = 'SIP/2.0';
  // As everybody writes it; any other spelling and white space take the long way.
  if (!text.startsWith('SIP/2.0/') || isSpace(text.charCodeAt(8))) {
    const name = tokenBefore(text, skipSpace(text, 0), 0x2f);
    if (name === undefined) return undefined;
    const version = tokenBefore(text, name.next, 0x2f);
    if (version === undefined) return undefined;
    at = version.next;
    protocol = `${name.token}/${version.token}`.toUpperCase();
  }
  const from = at;
  while (at < text.length && !isSpace(text.charCodeAt(at))) at += 1;
  if (!isToken(text, from, at)) return undefined;
  const transport = text.slice(from, at).toUpperCase();
  at = skipSpace(text, at);
  const semicolon = text.indexOf(';', at);
  const end = semicolon < 0 ? text.length : semicolon;
  let sentBy = text.slice(at, end);
  if (isSpace(sentBy.charCodeAt(sentBy.length - 1))) sentBy = sentBy.trimEnd();
  // LWS is allowed around the colon of the port.
  if (sentBy.includes(' ') || sentBy.includes('\t')) sentBy = withoutSpaceAroundColon(sentBy);
  const address = parseHostPort(sentBy);
  if (address === undefined) return undefined;
  const params = parseParameters(text, end);
  if (params === undefined) return undefined;
  let received = params.get('received') ?? undefined;
  if (received?.startsWith('[') === true && received.endsWith(']')) received = received.slice(1, -1);
  let rport: number | null | undefined;
  if (params.has('rport')) {
    const value = params.get('rport');
    rport = value === null || value === undefined || value === '' ? null : Number(value);
    if (rport !== null && !(Number.isInteger(rport) && rport >= 0 && rport <= 65535)) return undefined;
  }
  return {
    protocol,
    transport,
    host: address.host.toLowerCase(),
    port: address.port,
    params,
    branch: params.get('branch') ?? undefined,
    received,
    rport,
  };
}

function tokenBefore(text: string, at: number, delimiter: number): { readonly token: string; readonly next: number } | undefined {
  let end = at;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code === delimiter || isSpace(code)) break;
    end += 1;
  }
  if (!isToken(text, at, end)) return undefined;
  const behind = skipSpace(text, end);
  return text.charCodeAt(behind) === delimiter ? { token: text.slice(at, end), next: skipSpace(text, behind + 1) } : undefined;
}

function withoutSpaceAroundColon(text: string): string {
  const close = text.indexOf(']');
  const colon = text.indexOf(':', close < 0 ? 0 : close);
  return colon < 0 ? text : `${text.slice(0, colon).trimEnd()}:${text.slice(colon + 1).trimStart()}`;
}

export function formatVia(via: {
  readonly transport: string;
  readonly host: string;
  readonly port?: number | undefined;
  readonly params?: Parameters;
}): string {
  const host = via.host.includes(':') ? `[${via.host}]` : via.host;
  const port = via.port === undefined ? '' : `:${via.port}`;
  return `SIP/2.0/${via.transport.toUpperCase()} ${host}${port}${via.params === undefined ? '' : formatParameters(via.params)}`;
}
