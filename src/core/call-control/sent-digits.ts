import type { ConnectionId } from '../../kernel/ids.ts';

/** `<send targettype="'avaya_platform'">` with this target sends digits to one leg; so does a dialog's `dialog.user` event of this name. */
export const sendDigitsTarget = 'nailup.senddigits';
export const sendDigitsEvent = 'dialog.user.senddigits';

export interface DigitsToSend {
  readonly connection: ConnectionId;
  readonly digits: string;
  readonly durationMs: number;
  readonly gapMs: number;
}

/** Digits as they are written: 0–9, *, #, and A–D in either case. */
export const sendableDigits = /^[0-9A-Da-d*#]{1,64}$/;
export const sendableDigitsText = '1 to 64 of 0–9, *, # and A–D';

/** RFC 4733 tones last 40 ms at least; longer than this is no press of a key. */
const limits = { least: 40, most: 6_000 } as const;
const usual = { duration: 100, gap: 60 } as const;

/**
 * Reads `connectionid`, `digits`, `duration` and `gap` (milliseconds) of what a page or dialog sends; text is the reason why it cannot be done.
 * @param own the leg that is meant when none is named
 */
export function digitsToSend(values: Readonly<Record<string, unknown>>, own?: ConnectionId): DigitsToSend | string {
  const connection = values['connectionid'] ?? own;
  if (typeof connection !== 'string' || connection === '') return 'connectionid must name the connection that is to hear the digits';
  const digits = typeof values['digits'] === 'number' ? String(values['digits']) : values['digits'];
  if (typeof digits !== 'string' || !sendableDigits.test(digits)) return `digits must be ${sendableDigitsText}`;
  const times = { duration: 0, gap: 0 };
  for (const name of ['duration', 'gap'] as const) {
    const ms = Number(values[name] ?? usual[name]);
    if (!(ms >= limits.least && ms <= limits.most)) return `${name} must be ${limits.least} to ${limits.most} milliseconds`;
    times[name] = ms;
  }
  return { connection: connection as ConnectionId, digits: digits.toUpperCase(), durationMs: times.duration, gapMs: times.gap };
}
