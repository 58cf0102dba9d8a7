import { fail, ok, type Result } from '../kernel/result.ts';
import type { Attribute, Bandwidth, Connection, MediaDescription, Origin, SessionDescription } from './session-description.ts';

/** Why a text is no session description. `line` counts from 1; 0 means the whole. */
export interface SdpError {
  readonly line: number;
  readonly reason: string;
}

/** What one description may hold at most; more is an error, not a slow parse. */
export const sdpLimits = { characters: 65_536, lines: 2_000, media: 64, formats: 256 } as const;

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/**
 * Reads a session description (RFC 8866), leniently: line ends may be CRLF, LF or CR, lines may come in any order within
 * their section, `o=`, `s=` and `t=` may be missing, unknown lines are skipped. Never throws.
 */
export function parseSdp(input: string | Uint8Array): Result<SessionDescription, SdpError> {
  const text = typeof input === 'string' ? input : Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString('utf8');
  if (text.length > sdpLimits.characters) return fail({ line: 0, reason: `longer than ${sdpLimits.characters} characters` });
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.length > sdpLimits.lines) return fail({ line: 0, reason: `more than ${sdpLimits.lines} lines` });

  const session: Mutable<SessionDescription> = { version: -1, emails: [], phones: [], bandwidths: [], timing: [], attributes: [], media: [] };
  let section: Mutable<MediaDescription> | undefined;
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === '') continue;
    const bad = (reason: string): Result<SessionDescription, SdpError> => fail({ line: index + 1, reason });
    if (line[1] !== '=') return bad(`expected <letter>=<value>, got "${line.slice(0, 20)}"`);
    const type = line[0];
    const value = line.slice(2).trim();
    if (session.version < 0 && type !== 'v') return bad('the first line is not v=');
    switch (type) {
      case 'v':
        if (!/^\d{1,5}$/.test(value)) return bad('v= is not a number');
        if (session.version < 0) session.version = Number(value);
        break;
      case 'm': {
        const media = parseMedia(value);
        if (typeof media === 'string') return bad(media);
        if (session.media.length >= sdpLimits.media) return bad(`more than ${sdpLimits.media} m= lines`);
        session.media.push(media);
        section = media;
        break;
      }
      case 'c': {
        const connection = parseConnection(value);
        if (connection === undefined) return bad('c= needs <nettype> <addrtype> <address>');
        const holder = section ?? session;
        if (holder.connection === undefined) holder.connection = connection;
        break;
      }
      case 'o': {
        const origin = parseOrigin(value);
        if (origin === undefined) return bad('o= needs six fields');
        session.origin = origin;
        break;
      }
      case 'b': {
        const bandwidth = parseBandwidth(value);
        if (bandwidth !== undefined) (section ?? session).bandwidths.push(bandwidth);
        break;
      }
      case 'a':
        (section ?? session).attributes.push(parseAttribute(value));
        break;
      case 'i':
        if (section === undefined) session.information = value;
        else section.title = value;
        break;
      case 's':
        session.name = value;
        break;
      case 'u':
        session.uri = value;
        break;
      case 'e':
        session.emails.push(value);
        break;
      case 'p':
        session.phones.push(value);
        break;
      case 't':
      case 'r':
      case 'z':
      case 'k':
        if (section === undefined) session.timing.push({ type, value });
        break;
      default:
        break; // RFC 8866 §5: a receiver ignores what it does not know (lenient: also unknown letters).
    }
  }
  if (session.version < 0) return fail({ line: 0, reason: 'empty' });
  return ok(session);
}

function parseOrigin(value: string): Origin | undefined {
  const [username, sessionId, sessionVersion, nettype, addrtype, address] = value.split(/\s+/);
  if (username === undefined || sessionId === undefined || sessionVersion === undefined) return undefined;
  if (nettype === undefined || addrtype === undefined || address === undefined) return undefined;
  return { username, sessionId, sessionVersion, nettype, addrtype, address };
}

function parseConnection(value: string): Connection | undefined {
  const [nettype, addrtype, full] = value.split(/\s+/);
  if (nettype === undefined || addrtype === undefined || full === undefined) return undefined;
  const [address = '', first, second] = full.split('/');
  if (address === '') return undefined;
  const base = { nettype, addrtype, address };
  // IPv4: address/ttl/count. IPv6: address/count (RFC 8866 §5.7).
  if (addrtype.toUpperCase() === 'IP6') return first === undefined ? base : { ...base, count: toInteger(first) ?? 1 };
  const ttl = first === undefined ? undefined : toInteger(first);
  const count = second === undefined ? undefined : toInteger(second);
  return { ...base, ...(ttl === undefined ? {} : { ttl }), ...(count === undefined ? {} : { count }) };
}

function parseBandwidth(value: string): Bandwidth | undefined {
  const colon = value.indexOf(':');
  const amount = toInteger(value.slice(colon + 1).trim());
  return colon < 1 || amount === undefined ? undefined : { type: value.slice(0, colon), value: amount };
}

function parseAttribute(value: string): Attribute {
  const colon = value.indexOf(':');
  return colon < 0 ? { name: value } : { name: value.slice(0, colon), value: value.slice(colon + 1).trim() };
}

/** The section, or why it is none. */
function parseMedia(value: string): Mutable<MediaDescription> | string {
  const [media = '', portText = '', protocol = '', ...formats] = value.split(/\s+/);
  const match = /^(\d{1,5})(?:\/(\d{1,5}))?$/.exec(portText);
  if (media === '' || protocol === '' || match === null) return 'm= needs <media> <port> <protocol> <formats>';
  const port = Number(match[1]);
  if (port > 65_535) return `m= port ${port} is above 65535`;
  if (formats.length > sdpLimits.formats) return `more than ${sdpLimits.formats} formats in m=`;
  const section: Mutable<MediaDescription> = { media: media.toLowerCase(), port, protocol, formats, bandwidths: [], attributes: [] };
  if (match[2] !== undefined) section.portCount = Number(match[2]);
  return section;
}

function toInteger(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
