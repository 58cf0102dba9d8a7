import { isCallId } from './grammar.ts';
import { singleHeaderBit } from './header-names.ts';
import { hasMalformedDate } from './sip-date.ts';
import type { MalformedMessage } from './malformed-message.ts';
import { refuse } from './parse-message.ts';
import { STAR, type SipMessage, type SipRequest, type SipResponse } from './sip-message.ts';

/**
 * What a server must refuse in a request before any method is looked at, and with which status (RFC 3261 §8.2, §16.3,
 * RFC 4475); undefined when the request is in order. Which methods, extensions, URIs and bodies *this* server takes
 * (405, 416, 420, 415 …) is the user agent's to say, except that a Request-URI must be an absolute URI.
 */
export function validateRequest(request: SipRequest): MalformedMessage | undefined {
  const fault = (reason: MalformedMessage['reason'], detail: string, status = 400): MalformedMessage => refuse(request, reason, detail, status).error;
  const repeated = repeatedHeader(request);
  if (repeated !== undefined) return fault('duplicate-header', `${repeated} stands twice`);
  for (const name of required) if (!request.has(name)) return fault('missing-header', `no ${name}`);
  const bad = malformedHeader(request);
  if (bad !== undefined) return fault('bad-header', `malformed ${bad}`);
  if (request.cseq?.method !== request.method) return fault('method-mismatch', `${request.method} with CSeq of ${request.cseq?.method ?? ''}`);
  const { uri } = request;
  if (uri === undefined) return fault('bad-uri', 'malformed Request-URI');
  // Inside a dialog the dialog says who is meant, and an address without host does no harm.
  if (uri.kind === 'sip' && uri.host === '' && request.toTag === undefined) return fault('bad-uri', 'Request-URI without host');
  const maxForwards = request.get('Max-Forwards');
  if (maxForwards !== undefined && request.maxForwards === undefined) return fault('bad-header', 'malformed Max-Forwards');
  return undefined;
}

/** Why a response is dropped; undefined when it is in order (RFC 3261 §8.1.3.3, §18.1.2). */
export function validateResponse(response: SipResponse): MalformedMessage | undefined {
  const drop = (reason: MalformedMessage['reason'], detail: string): MalformedMessage => refuse(response, reason, detail, 400).error;
  for (const name of required) if (!response.has(name)) return drop('missing-header', `no ${name}`);
  const repeated = repeatedHeader(response);
  if (repeated !== undefined) return drop('duplicate-header', `${repeated} stands twice`);
  const bad = malformedHeader(response);
  if (bad !== undefined) return drop('bad-header', `malformed ${bad}`);
  return undefined;
}

const required = ['Via', 'From', 'To', 'Call-ID', 'CSeq'] as const;

function repeatedHeader(message: SipMessage): string | undefined {
  let seen = 0;
  for (const { key } of message.headers.fields) {
    const bit = singleHeaderBit(key);
    if ((seen & bit) !== 0) return key;
    seen |= bit;
  }
  return undefined;
}

/** The name of the first header that is malformed, of those that signalling depends on. */
function malformedHeader(message: SipMessage): string | undefined {
  if (message.from === undefined) return 'From';
  if (message.to === undefined) return 'To';
  if (message.cseq === undefined) return 'CSeq';
  if (!isCallId(message.callId)) return 'Call-ID';
  const { vias, contacts } = message;
  if (vias === undefined || vias.length === 0) return 'Via';
  if (vias[0]?.protocol !== 'SIP/2.0') return 'Via';
  if (contacts === undefined || (contacts.length > 1 && contacts.includes(STAR))) return 'Contact';
  for (const { key, value } of message.headers.fields) {
    switch (key) {
      case 'Route':
      case 'Record-Route':
        if (message.addresses(key) === undefined) return key;
        break;
      case 'Expires':
      case 'Min-Expires':
      case 'Retry-After':
        if (!isDeltaSeconds(value)) return key;
        break;
      case 'Warning':
        if (message.all('Warning').some((warning) => !/^\d{3}(?:\s|$)/.test(warning))) return key;
        break;
      case 'Date':
        if (hasMalformedDate(value)) return key;
        break;
      default:
    }
  }
  return undefined;
}

/** Digits up to 2^32-1, followed by nothing, a comment or parameters (Retry-After). */
function isDeltaSeconds(value: string): boolean {
  let end = 0;
  while (end < value.length && value.charCodeAt(end) >= 0x30 && value.charCodeAt(end) <= 0x39) end += 1;
  if (end === 0 || end > 10 || Number(value.slice(0, end)) > 0xffff_ffff) return false;
  const next = value.charAt(end);
  return next === '' || next === ' ' || next === '\t' || next === ';' || next === '(';
}
