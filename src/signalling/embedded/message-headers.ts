import type { SipMessage } from '../../sip/message/sip-message.ts';
import type { SipHeaders, SipReason } from '../signalling.ts';

/** Routing, framing, and credentials, which never leave the adapter. */
const kept = new Set(['Via', 'Max-Forwards', 'Content-Length', 'Route', 'Record-Route', 'Authorization', 'Proxy-Authorization', 'WWW-Authenticate', 'Proxy-Authenticate']);

/** The headers of a message as plain data, several lines of one name as an array. */
export function messageHeaders(message: SipMessage | undefined): SipHeaders {
  const headers: Record<string, string | string[]> = {};
  if (message === undefined) return headers;
  for (const { name, key, value } of message.headers.fields) {
    if (kept.has(key)) continue;
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else if (typeof before === 'string') headers[name] = [before, value];
    else before.push(value);
  }
  return headers;
}

/** The first Reason value (RFC 3326); a Q.850 one is preferred. */
export function messageReason(message: SipMessage | undefined): SipReason | undefined {
  let first: SipReason | undefined;
  for (const value of message?.all('Reason') ?? []) {
    const protocol = value.split(';', 1)[0]?.trim() ?? '';
    const cause = /;\s*cause\s*=\s*(\d+)/i.exec(value)?.[1];
    if (cause === undefined) continue;
    const text = /;\s*text\s*=\s*"([^"]*)"/i.exec(value)?.[1];
    const reason: SipReason = { protocol, cause: Number(cause), ...(text === undefined ? {} : { text }) };
    if (protocol.toUpperCase() === 'Q.850') return reason;
    first ??= reason;
  }
  return first;
}

export const reasonHeader = (reason: SipReason): string =>
  `${reason.protocol};cause=${reason.cause}${reason.text === undefined ? '' : `;text="${reason.text.replaceAll('"', "'")}"`}`;
