import { isScheme } from '../message/grammar.ts';
import { isVisible, parseSipUri, type SipUri } from './sip-uri.ts';
import { parseTelUri, type TelUri } from './tel-uri.ts';

/** A URI of a scheme that is neither SIP nor telephone: only its scheme (lower case) and text are known. */
export interface OtherUri {
  readonly kind: 'other';
  readonly scheme: string;
  readonly raw: string;
}

export type Uri = SipUri | TelUri | OtherUri;

/** Reads an absolute URI. Undefined when it is malformed for its scheme. */
export function parseUri(raw: string): Uri | undefined {
  const colon = raw.indexOf(':');
  if (colon <= 0 || !isScheme(raw, 0, colon)) return undefined;
  const scheme = raw.slice(0, colon).toLowerCase();
  if (scheme === 'sip' || scheme === 'sips') return parseSipUri(raw);
  if (scheme === 'tel') return parseTelUri(raw);
  return colon + 1 < raw.length && isVisible(raw) ? { kind: 'other', scheme, raw } : undefined;
}
