import { isAscii, isUtf8 } from 'node:buffer';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { decimal, isToken } from './grammar.ts';
import { exactName, headerKey, knownName } from './header-names.ts';
import { HeaderStore, type HeaderField } from './header-store.ts';
import { DEFAULT_LIMITS, type MessageLimits } from './limits.ts';
import type { MalformedMessage, MalformedReason } from './malformed-message.ts';
import { SipRequest, SipResponse, type SipMessage } from './sip-message.ts';

/**
 * Reads one datagram (RFC 3261 §7, §18.3). Octets behind Content-Length are ignored; fewer than it says are malformed.
 * Only structure is judged here: start line, header lines, framing. `validateRequest` and `validateResponse` do the rest.
 * Linear in the size of the datagram. Never throws.
 */
export function parseDatagram(octets: Buffer, limits: MessageLimits = DEFAULT_LIMITS): Result<SipMessage, MalformedMessage> {
  const start = skipLineEnds(octets, 0);
  if (start === octets.length) return malformed('keep-alive', 'only line ends', undefined);
  const end = findHeadEnd(octets, start);
  const head = parseHead(octets.subarray(start, end?.text ?? octets.length), limits);
  if (!head.ok) return head;
  const message = head.value;
  if (end === undefined) return refuse(message, 'incomplete', 'no empty line ends the headers', 400);
  const declared = contentLength(message);
  if (declared === 'bad') return refuse(message, 'content-length', 'Content-Length is no number or stands twice', 400);
  const rest = octets.length - end.body;
  if (declared !== undefined && declared > rest) {
    return refuse(message, 'content-length', `Content-Length ${declared} but ${rest} octets follow`, 400);
  }
  const length = declared ?? rest;
  if (length > limits.bodyBytes) return refuse(message, 'body-too-large', `a body of ${length} octets`, 413);
  if (length > 0) message.body = octets.subarray(end.body, end.body + length);
  return ok(message);
}

/** The declared Content-Length; undefined when absent, `'bad'` when unreadable or given twice. */
export function contentLength(message: SipMessage): number | undefined | 'bad' {
  let found: string | undefined;
  for (const field of message.headers.fields) {
    if (field.key !== 'Content-Length') continue;
    if (found !== undefined) return 'bad';
    found = field.value;
  }
  return found === undefined ? undefined : (decimal(found, 0xffff_ffff) ?? 'bad');
}

/** Where the head ends: `text` behind its last line end, `body` behind the empty line. Bare LF is taken as a line end. */
export function findHeadEnd(octets: Buffer, from: number): { readonly text: number; readonly body: number } | undefined {
  for (let at = octets.indexOf(0x0a, from); at >= 0; at = octets.indexOf(0x0a, at + 1)) {
    const next = octets[at + 1];
    if (next === 0x0a) return { text: at + 1, body: at + 2 };
    if (next === 0x0d && octets[at + 2] === 0x0a) return { text: at + 1, body: at + 3 };
  }
  return undefined;
}

export function skipLineEnds(octets: Buffer, from: number): number {
  let at = from;
  while (at < octets.length && (octets[at] === 0x0d || octets[at] === 0x0a)) at += 1;
  return at;
}

/** Reads start line and headers; `octets` ends behind the last header line. The body stays empty. */
export function parseHead(octets: Buffer, limits: MessageLimits): Result<SipMessage, MalformedMessage> {
  const tooLarge = octets.length > limits.headBytes;
  const view = tooLarge ? octets.subarray(0, Math.min(limits.headBytes, 8192)) : octets;
  const ascii = isAscii(view);
  const encoding = ascii || isUtf8(view) ? 'utf8' : 'latin1';
  const text = view.toString(ascii ? 'latin1' : encoding);
  let lineEnd = text.indexOf('\n');
  if (lineEnd < 0) lineEnd = text.length;
  const startLine = text.slice(0, text.charCodeAt(lineEnd - 1) === 0x0d ? lineEnd - 1 : lineEnd);
  const fields: HeaderField[] = [];
  const headerFault = parseFields(text, lineEnd + 1, limits.headerCount, fields);
  const head = parseStartLine(startLine, new HeaderStore(fields), encoding);
  if (!head.ok) return head;
  if (tooLarge) return refuse(head.value, 'head-too-large', `headers of ${octets.length} octets`, 513);
  if (headerFault === 'too-many-headers') return refuse(head.value, headerFault, `more than ${limits.headerCount} headers`, 513);
  if (headerFault !== undefined) return refuse(head.value, 'header-line', headerFault, 400);
  return head;
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

/** Reads header lines into `fields`, going on behind a bad line so that a response can be built; returns the first fault. */
function parseFields(text: string, from: number, maximum: number, fields: HeaderField[]): string | undefined {
  let fault: string | undefined;
  let at = from;
  while (at < text.length) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    const start = at;
    at = end + 1;
    let next = text.charCodeAt(at);
    if (next !== 0x20 && next !== 0x09) {
      // The usual line: known name, colon, value. Whatever is odd about one takes the long way.
      const colon = text.indexOf(':', start);
      const name = colon > start && colon < end && fields.length < maximum ? exactName(text.slice(start, colon)) : undefined;
      if (name !== undefined) {
        let to = text.charCodeAt(end - 1) === 0x0d ? end - 1 : end;
        let from = colon + 1;
        while (from < to && isBlank(text.charCodeAt(from))) from += 1;
        while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
        const value = text.slice(from, to);
        if (!value.includes('\r')) {
          fields.push({ name, key: name, value });
          continue;
        }
      }
    }
    let line = text.slice(start, text.charCodeAt(end - 1) === 0x0d ? end - 1 : end);
    if (next === 0x20 || next === 0x09) {
      const parts = [line.trimEnd()];
      do {
        end = text.indexOf('\n', at);
        if (end < 0) end = text.length;
        parts.push(text.slice(at, end).trim());
        at = end + 1;
        next = text.charCodeAt(at);
      } while (next === 0x20 || next === 0x09);
      line = parts.join(' ');
    }
    if (line === '') continue;
    if (fields.length >= maximum) return 'too-many-headers';
    const colon = line.indexOf(':');
    const written = line.slice(0, colon < 0 ? 0 : colon);
    const known = knownName(written) ?? knownName(written.trimEnd());
    const name = known ?? written.trimEnd();
    if (colon <= 0 || (known === undefined && !isToken(name))) {
      fault ??= `no header line: ${line.slice(0, 40)}`;
      continue;
    }
    let value = line.slice(colon + 1).trim();
    if (value.includes('\r')) {
      fault ??= `a carriage return inside ${name}`;
      value = value.replaceAll('\r', ' ');
    }
    fields.push({ name, key: known ?? headerKey(name), value });
  }
  return fault;
}

function parseStartLine(line: string, headers: HeaderStore, encoding: 'utf8' | 'latin1'): Result<SipMessage, MalformedMessage> {
  if (line.slice(0, 4).toUpperCase() === 'SIP/') return parseStatusLine(line, headers, encoding);
  const first = line.indexOf(' ');
  const last = line.trimEnd().lastIndexOf(' ');
  const protocol = line.slice(last + 1);
  if (first <= 0 || last <= first || !isToken(line, 0, first) || protocol.slice(0, 4).toUpperCase() !== 'SIP/') {
    return malformed('not-sip', `no SIP start line: ${line.slice(0, 40)}`, undefined);
  }
  const requestUri = line.slice(first + 1, last);
  const request = new SipRequest(line.slice(0, first), requestUri, { headers, version: protocol.slice(4).trimEnd(), encoding });
  if (protocol.slice(4) !== '2.0') {
    const version = /^\d{1,9}\.\d{1,9}$/.test(request.version);
    if (version && request.version !== '2.0') return refuse(request, 'version', `version ${request.version}`, 505);
    return refuse(request, 'start-line', `malformed version ${protocol.slice(0, 20)}`, 400);
  }
  // One space between the elements and none in the URI (§7.1); also catches more than one space (RFC 4475 §3.1.2.8, .9).
  if (requestUri.includes(' ') || requestUri.includes('\t') || requestUri.includes('\r')) {
    return refuse(request, 'start-line', 'white space in the request line', 400);
  }
  return ok(request);
}

function parseStatusLine(line: string, headers: HeaderStore, encoding: 'utf8' | 'latin1'): Result<SipMessage, MalformedMessage> {
  const space = line.indexOf(' ');
  const version = line.slice(4, space < 0 ? line.length : space);
  if (version !== '2.0') return malformed('version', `response of version ${version.slice(0, 20)}`, undefined);
  const code = line.slice(space + 1, space + 4);
  const status = space < 0 ? undefined : decimal(code, 699);
  const behind = line.slice(space + 4);
  if (status === undefined || code.length !== 3 || status < 100 || (behind !== '' && !behind.startsWith(' '))) {
    return malformed('status-code', `malformed status line: ${line.slice(0, 40)}`, undefined);
  }
  return ok(new SipResponse(status, behind.slice(1), { headers, encoding }));
}

function malformed(reason: MalformedReason, detail: string, status: undefined): { ok: false; error: MalformedMessage } {
  return fail({ reason, detail, status, request: undefined }) as { ok: false; error: MalformedMessage };
}

/** A refusal of a request with `status`; a response and an ACK are only dropped. */
export function refuse(message: SipMessage, reason: MalformedReason, detail: string, status: number): { ok: false; error: MalformedMessage } {
  const request = message.kind === 'request' && message.method !== 'ACK' ? message : undefined;
  return { ok: false, error: { reason, detail, status: request === undefined ? undefined : status, request } };
}
