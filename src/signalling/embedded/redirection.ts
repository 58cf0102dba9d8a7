import type { SipResponse } from '../../sip/message/sip-message.ts';
import { parseTelUri } from '../../sip/uri/tel-uri.ts';
import { parseSipUri, type SipUri } from '../../sip/uri/sip-uri.ts';
import type { Uri } from '../../sip/uri/uri.ts';
import { urisEqual } from '../../sip/uri/uris-equal.ts';
import type { Trunk } from './trunk.ts';

/** Whether, and how far, a 3xx to a call of ours is followed. */
export interface RedirectPolicy {
  /** Redirections of one call; 0: none is followed. */
  readonly max: number;
  /** Also to another number than the one that was dialled. Off, because a gate authorised that one alone: do-not-call, guard times, frequency. */
  readonly otherNumbers: boolean;
}

export const defaultRedirects: RedirectPolicy = { max: 3, otherNumbers: false };

export interface RedirectContext {
  readonly policy: RedirectPolicy;
  /** The URI that answered 3xx. */
  readonly target: string;
  /** The trunk that it was sent over; undefined: straight. */
  readonly trunk: Trunk | undefined;
  /** Every URI that was tried for the call. */
  readonly tried: readonly string[];
  /** Why a URI may not be dialled; undefined when it may. */
  obstacle(uri: string): string | undefined;
}

/** A misled or hostile far end must not keep us busy. */
const maxTargets = 5;

/** Targets that a 3xx names, as they stand in Contact. */
export function redirectedTo(response: SipResponse | undefined): string[] {
  return (response?.contacts ?? []).flatMap((contact) => (contact === '*' ? [] : [contact.uri.raw]));
}

/**
 * Those of them that we call in its stead, best first (RFC 3261 §8.1.3.4): at the trunk's own addresses, or the host that was
 * called, with the number that was called; never where a call of this chain has been, and never from `sips` down to `sip`.
 */
export function redirectTargets(response: SipResponse, context: RedirectContext): string[] {
  const { policy, trunk } = context;
  const called = parseSipUri(context.target);
  if (policy.max === 0 || called === undefined) return [];
  const contacts = (response.contacts ?? []).flatMap((contact) => (contact === '*' ? [] : [contact]));
  const seen: Uri[] = context.tried.flatMap((uri) => parseSipUri(uri) ?? []);
  const found: string[] = [];
  for (const { uri } of contacts.toSorted((a, b) => preference(b.params.get('q')) - preference(a.params.get('q')))) {
    const next = asSip(uri, trunk);
    if (next === undefined || seen.some((one) => urisEqual(one, next))) continue;
    if (!isThere(next, called, trunk) || (called.scheme === 'sips' && next.scheme !== 'sips')) continue;
    if (!policy.otherNumbers && numberOf(next) !== numberOf(called)) continue;
    if (context.obstacle(next.raw) !== undefined) continue;
    seen.push(next);
    found.push(next.raw);
    if (found.length === maxTargets) break;
  }
  return found;
}

/** As a Request-URI: without the headers and the method that a Contact may carry (RFC 3261 §19.1.5). */
function asSip(uri: Uri, trunk: Trunk | undefined): SipUri | undefined {
  if (uri.kind === 'tel') return trunk === undefined ? undefined : parseSipUri(trunk.numberUri(uri.number));
  if (uri.kind !== 'sip' || uri.host === '') return undefined;
  if (uri.headers.size === 0 && !uri.params.has('method')) return uri;
  return uri.with({ headers: new Map(), params: new Map([...uri.params].filter(([name]) => name !== 'method')) });
}

const isThere = (next: SipUri, called: SipUri, trunk: Trunk | undefined): boolean =>
  trunk === undefined ? next.host === called.host : next.host === trunk.uri.host || trunk.addresses.has(next.host);

/** The number of a user part: without its parameters (`;npdi`, `;rn=…`, RFC 4694) and visual separators. */
function numberOf(uri: SipUri): string {
  const user = (uri.user ?? '').split(';', 1)[0] ?? '';
  return parseTelUri(`tel:${user}`)?.number ?? user;
}

const preference = (q: string | null | undefined): number => {
  const value = Number(q ?? '1');
  return value >= 0 && value <= 1 ? value : 1;
};
