import type { PlatformHints } from '../../ccxml/platform.ts';
import type { ClassifyHints } from '../../media/media.ts';
import type { PlaceCall } from '../../signalling/signalling.ts';

/** The hints of `<createcall>` that pages written for Experience Portal use, read leniently: `"true"` counts as true. */

export function classifyHints(hints: PlatformHints): ClassifyHints | undefined {
  if (!isTrue(hints['enable_call_classification'])) return undefined;
  const timeoutMs = milliseconds(hints['call_classification_timeout']);
  const recordedMsgTimeoutMs = milliseconds(hints['call_classification_recorded_msg_timeout']);
  const verdictMs = milliseconds(hints['call_classification_verdict_time']);
  const messageEndSilenceMs = milliseconds(hints['call_classification_message_end_silence']);
  const missedPersonCost = cost(hints['call_classification_missed_person_cost']);
  const country = hints['call_classification_country'];
  return {
    phase: 'connected',
    ...(verdictMs === undefined ? {} : { verdictMs }),
    ...(messageEndSilenceMs === undefined ? {} : { messageEndSilenceMs }),
    ...(missedPersonCost === undefined ? {} : { missedPersonCost }),
    ...(isTrue(hints['call_classification_background']) ? { background: true } : {}),
    ...(typeof country === 'string' && country !== '' ? { country } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(recordedMsgTimeoutMs === undefined ? {} : { recordedMsgTimeoutMs }),
  };
}

const setters: Readonly<Record<string, string>> = {
  'sip.call-info': 'Call-Info',
  'sip.organization': 'Organization',
  'sip.subject': 'Subject',
  'sip.priority': 'Priority',
  'sip.user-agent': 'User-Agent',
};

/** Trunk, display name and extra header lines. Header values are one line: CR and LF would smuggle headers in. */
export function placeHints(hints: PlatformHints): Pick<PlaceCall, 'trunk' | 'fromDisplayName' | 'headers'> {
  const headers: Record<string, string> = {};
  for (const [key, value] of Object.entries(hints)) {
    const name = setters[key] ?? (key.startsWith('sip.unknownhdr.') ? key.slice('sip.unknownhdr.'.length) : undefined);
    if (name !== undefined && typeof value === 'string') headers[name] = oneLine(value);
  }
  const display = hints['sip.from.displayname'];
  const trunk = hints['nailup.trunk'];
  return {
    ...(typeof trunk === 'string' && trunk !== '' ? { trunk } : {}),
    ...(typeof display === 'string' ? { fromDisplayName: oneLine(display) } : {}),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
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
