import type { SipMessage } from '../message/sip-message.ts';

/** The SDP text of a message, also out of a multipart body (RFC 5621); undefined when it has none. */
export function sessionDescription(message: SipMessage): string | undefined {
  if (message.body.length === 0) return undefined;
  const type = message.contentType;
  // A body without a type can be nothing else in practice: some carriers leave it out of early 183s.
  if (type === 'application/sdp' || type === undefined) return message.body.toString('utf8');
  if (type.startsWith('multipart/')) return partOf(message);
  return undefined;
}

/** False when the body is of a kind that we must refuse with 415 (RFC 3261 §8.2.3). */
export function bodyIsUnderstood(message: SipMessage): boolean {
  if (message.body.length === 0) return true;
  const type = message.contentType;
  if (type === undefined || type === 'application/sdp' || type.startsWith('multipart/')) return contentIsPlain(message);
  return /handling\s*=\s*optional/i.test(message.get('Content-Disposition') ?? '');
}

/** False when the request wants no answer in SDP (RFC 3261 §20.1): an Accept without it, or an empty one. */
export function acceptsSessionDescription(request: SipMessage): boolean {
  if (!request.has('Accept')) return true;
  return request.all('Accept').some((range) => {
    const [type = '', ...params] = range.toLowerCase().replace(/\s/g, '').split(';');
    return (type === 'application/sdp' || type === 'application/*' || type === '*/*') && !params.some((param) => /^q=0(\.0*)?$/.test(param));
  });
}

const contentIsPlain = (message: SipMessage): boolean => {
  const encoding = message.get('Content-Encoding');
  return encoding === undefined || encoding.toLowerCase() === 'identity';
};

function partOf(message: SipMessage): string | undefined {
  const match = /boundary\s*=\s*(?:"([^"]+)"|([^;\s]+))/i.exec(message.get('Content-Type') ?? '');
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) return undefined;
  for (const part of message.body.toString('latin1').split(`--${boundary}`)) {
    const split = /\r?\n\r?\n/.exec(part);
    if (split === null) continue;
    if (!/^content-type\s*:\s*application\/sdp/im.test(part.slice(0, split.index))) continue;
    return Buffer.from(part.slice(split.index + split[0].length).replace(/\r?\n$/, ''), 'latin1').toString('utf8');
  }
  return undefined;
}
