import type { SipUri } from './sip-uri.ts';
import type { TelUri } from './tel-uri.ts';
import type { Uri } from './uri.ts';

/** Parameters that must be on both sides or on neither (RFC 3261 §19.1.4). */
const DECISIVE = ['user', 'ttl', 'method', 'maddr', 'transport'];

/** Equivalence of URIs: RFC 3261 §19.1.4 for SIP, RFC 3966 §5 for telephone numbers, text for the rest. */
export function urisEqual(a: Uri, b: Uri): boolean {
  if (a.kind === 'sip' && b.kind === 'sip') return sipUrisEqual(a, b);
  if (a.kind === 'tel' && b.kind === 'tel') return telUrisEqual(a, b);
  return a.kind === 'other' && b.kind === 'other' && a.scheme === b.scheme && a.raw.slice(a.scheme.length) === b.raw.slice(b.scheme.length);
}

function sipUrisEqual(a: SipUri, b: SipUri): boolean {
  if (a.scheme !== b.scheme || a.user !== b.user || a.password !== b.password || a.host !== b.host || a.port !== b.port) return false;
  for (const name of DECISIVE) if (a.params.has(name) !== b.params.has(name)) return false;
  for (const [name, value] of a.params) {
    if (b.params.has(name) && !sameText(value, b.params.get(name))) return false;
  }
  if (a.headers.size !== b.headers.size) return false;
  for (const [name, value] of a.headers) if (b.headers.get(name) !== value) return false;
  return true;
}

function telUrisEqual(a: TelUri, b: TelUri): boolean {
  if (a.global !== b.global || a.number.toLowerCase() !== b.number.toLowerCase() || a.params.size !== b.params.size) return false;
  for (const [name, value] of a.params) if (!b.params.has(name) || !sameText(value, b.params.get(name))) return false;
  return true;
}

const sameText = (a: string | null | undefined, b: string | null | undefined): boolean => (a ?? '').toLowerCase() === (b ?? '').toLowerCase();
