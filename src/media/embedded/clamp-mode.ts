import type { Clamp, ClampMode } from '../media.ts';

/** Position of a mode in per-mode tables. */
export const modeIndex: Readonly<Record<ClampMode, 0 | 1 | 2 | 3>> = { pass: 0, mute: 1, silence: 2, tone: 3 };
export const modeOf: readonly ClampMode[] = ['pass', 'mute', 'silence', 'tone'];
export const modeCount = 4;

export const noClamp: Clamp = { events: 'pass', inband: 'pass' };

/** What reaches a reader through two edges in a row: the source's own edge decides unless it passes. */
export function combined(first: ClampMode, second: ClampMode): ClampMode {
  return first === 'pass' ? second : first;
}
