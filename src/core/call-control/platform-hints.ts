import type { PlatformHints } from '../../ccxml/platform.ts';
import type { ClassifyHints } from '../../media/media.ts';
import type { PlaceCall } from '../../signalling/signalling.ts';

/** The hints of `<createcall>` (and, for classification, `<accept>`) that pages written for Experience Portal use, read leniently: `"true"` counts as true. */

/** The page wants the tones before the answer too (early media): `call_classification_connectWhen` is `OnProgress`. */
export const classifiesEarly = (hints: PlatformHints): boolean =>
  isTrue(hints['enable_call_classification']) && String(hints['call_classification_connectWhen']).toLowerCase() === 'onprogress';

export function classifyHints(hints: PlatformHints, phase: ClassifyHints['phase'] = 'connected'): ClassifyHints | undefined {
  if (!isTrue(hints['enable_call_classification'])) return undefined;
  const timeoutMs = milliseconds(hints['call_classification_timeout']);
  const recordedMsgTimeoutMs = milliseconds(hints['call_classification_recorded_msg_timeout']);
  const verdictMs = milliseconds(hints['call_classification_verdict_time']);
  const messageEndSilenceMs = milliseconds(hints['call_classification_message_end_silence']);
  const missedPersonCost = cost(hints['call_classification_missed_person_cost']);
  const country = hints['call_classification_country'];
  return {
    phase,
    ...(verdictMs === undefined ? {} : { verdictMs }),
    ...(messageEndSilenceMs === undefined ? {} : { messageEndSilenceMs }),
    ...(missedPersonCost === undefined ? {} : { missedPersonCost }),
    ...(isTrue(hints['call_classification_background']) ? { background: true } : {}),
    ...(typeof country === 'string' && country !== '' ? { country } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(recordedMsgTimeoutMs === undefined ? {} : { recordedMsgTimeoutMs }),
  };
}

const displayNames = ['sip.from.displayname', 'sip.to.displayname'];

/**
 * What the dialog, its routing, its trust and its body live by: a page that set these could break the call, send it elsewhere, or claim to
 * be somebody (RFC 3261 §8.1.1, RFC 3325, RFC 3891, RFC 4028).
 */
const ownHeaders = new Set([
  'via', 'v', 'from', 'f', 'to', 't', 'call-id', 'i', 'cseq', 'contact', 'm', 'max-forwards', 'route', 'record-route', 'path', 'content-type', 'c', 'content-length', 'l', 'content-encoding', 'e',
  'require', 'proxy-require', 'supported', 'k', 'allow', 'authorization', 'proxy-authorization', 'p-asserted-identity', 'p-preferred-identity', 'privacy', 'replaces', 'referred-by', 'b', 'refer-to', 'r',
  'session-expires', 'x', 'min-se', 'rseq', 'rack', 'event', 'o', 'target-dialog', 'join', 'user-to-user', 'identity', 'history-info', 'diversion',
]);

const token = /^[A-Za-z0-9.!%*_+`'~-]+$/;

/** The name as it is usually written: `call-info` is `Call-Info`. */
const written = (name: string): string => (/[A-Z]/.test(name) ? name : name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase()));

export interface PlaceHints extends Pick<PlaceCall, 'trunk' | 'fromDisplayName' | 'toDisplayName' | 'headers'> {
  /** Hints that name a header which is not a page's to set, or no header at all. */
  readonly refused: readonly string[];
}

/** Trunk, display names and extra header lines (`sip.NAME`, `sip.unknownhdr.NAME`). Header values are one line: CR and LF would smuggle headers in. */
export function placeHints(hints: PlatformHints): PlaceHints {
  const headers: Record<string, string> = {};
  const refused: string[] = [];
  for (const [key, value] of Object.entries(hints)) {
    if (!key.startsWith('sip.') || displayNames.includes(key) || value === undefined || value === null) continue;
    const name = key.replace(/^sip\.(unknownhdr\.)?/, '');
    if (!token.test(name) || ownHeaders.has(name.toLowerCase()) || typeof value === 'object') refused.push(key);
    else headers[written(name)] = oneLine(String(value));
  }
  const [from, to] = displayNames.map((name) => hints[name]);
  const trunk = hints['nailup.trunk'];
  return {
    ...(typeof trunk === 'string' && trunk !== '' ? { trunk } : {}),
    ...(typeof from === 'string' ? { fromDisplayName: oneLine(from) } : {}),
    ...(typeof to === 'string' ? { toDisplayName: oneLine(to) } : {}),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    refused,
  };
}

const isTrue = (value: unknown): boolean => value === true || value === 'true';
const oneLine = (value: string): string => value.replace(/[\r\n]+/g, ' ');

function milliseconds(value: unknown): number | undefined {
  const n = typeof value === 'number' ? value : typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : Number.NaN;
  return Number.isFinite(n) && n >= 0 ? n : undefined;
}

function cost(value: unknown): number | undefined {
  const n = typeof value === 'number' ? value : typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  return Number.isFinite(n) && n > 0 ? n : undefined;
}
