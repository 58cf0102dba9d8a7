import { compactName } from './header-names.ts';
import type { SipMessage } from './sip-message.ts';

export interface SerializeOptions {
  /** One-letter header names where there are any. */
  readonly compact?: boolean;
}

/** The message as octets. Content-Length is always written, last and true, whatever the headers hold. */
export function serialize(message: SipMessage, options: SerializeOptions = {}): Buffer {
  const compact = options.compact === true;
  let head = message.kind === 'request' ? `${message.method} ${message.requestUri} SIP/2.0\r\n` : `SIP/2.0 ${message.status} ${message.reason}\r\n`;
  for (const { name, key, value } of message.headers.fields) {
    if (key === 'Content-Length') continue;
    head += `${compact ? compactName(name) : name}: ${value}\r\n`;
  }
  head += `${compact ? 'l' : 'Content-Length'}: ${message.body.length}\r\n\r\n`;
  const text = Buffer.from(head, message.encoding);
  return message.body.length === 0 ? text : Buffer.concat([text, message.body], text.length + message.body.length);
}
