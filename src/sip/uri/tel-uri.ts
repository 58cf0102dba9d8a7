import { isVisible, uriParameters, type UriParameters } from './sip-uri.ts';

/** A `tel:` URI (RFC 3966). */
export interface TelUri {
  readonly kind: 'tel';
  readonly scheme: 'tel';
  /** The number without visual separators, `+` kept for a global one. */
  readonly number: string;
  readonly global: boolean;
  readonly params: UriParameters;
  readonly raw: string;
}

const SEPARATORS = '-.()';
const DIGITS = '0123456789ABCDEFabcdef*#';

/** Undefined when it is no `tel:` URI or is malformed. */
export function parseTelUri(raw: string): TelUri | undefined {
  if (raw.slice(0, 4).toLowerCase() !== 'tel:' || !isVisible(raw)) return undefined;
  const semicolon = raw.indexOf(';');
  const subscriber = raw.slice(4, semicolon < 0 ? raw.length : semicolon);
  const global = subscriber.startsWith('+');
  let number = global ? '+' : '';
  for (let i = global ? 1 : 0; i < subscriber.length; i++) {
    const character = subscriber.charAt(i);
    if (SEPARATORS.includes(character)) continue;
    if (global ? character < '0' || character > '9' : !DIGITS.includes(character)) return undefined;
    number += character;
  }
  if (number === '' || number === '+') return undefined;
  const params = semicolon < 0 ? new Map<string, string | null>() : uriParameters(raw.slice(semicolon + 1));
  return params === undefined ? undefined : { kind: 'tel', scheme: 'tel', number, global, params, raw };
}
