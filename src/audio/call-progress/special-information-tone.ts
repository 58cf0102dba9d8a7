/**
 * Special information tones: three tones in a row, each of a low or high variant and (for the first two) short or long.
 * Telcordia SR-2275 tells the sub-types; ITU-T E.180 §4 knows only the plain one of 950, 1400, 1800 Hz.
 */
export type SitKind = 'sit_tone' | 'sit_tone_reorder' | 'sit_tone_vacant' | 'sit_tone_no_circuit' | 'sit_tone_ineffective' | 'sit_tone_intercept';

export interface SitSegment {
  readonly frequency: number;
  readonly durationMs: number;
}

const SHORT = 274;
const LONG = 380;
const sit = (first: number, firstMs: number, second: number, secondMs: number): readonly SitSegment[] => [
  { frequency: first, durationMs: firstMs },
  { frequency: second, durationMs: secondMs },
  { frequency: 1776.7, durationMs: LONG },
];

/** For sending, and as the table that recognition is tested against. Local and distant office variants. */
export const SIT_SIGNALS: readonly { readonly kind: SitKind; readonly segments: readonly SitSegment[] }[] = [
  { kind: 'sit_tone_intercept', segments: sit(913.8, SHORT, 1370.6, SHORT) },
  { kind: 'sit_tone_vacant', segments: sit(985.2, LONG, 1370.6, SHORT) },
  { kind: 'sit_tone_reorder', segments: sit(985.2, SHORT, 1428.5, LONG) },
  { kind: 'sit_tone_reorder', segments: sit(913.8, SHORT, 1428.5, LONG) },
  { kind: 'sit_tone_no_circuit', segments: sit(985.2, LONG, 1428.5, LONG) },
  { kind: 'sit_tone_no_circuit', segments: sit(913.8, LONG, 1428.5, LONG) },
  { kind: 'sit_tone_ineffective', segments: sit(913.8, LONG, 1370.6, SHORT) },
  { kind: 'sit_tone', segments: [{ frequency: 950, durationMs: 330 }, { frequency: 1400, durationMs: 330 }, { frequency: 1800, durationMs: 330 }] },
];

/** Is this the n-th (0–2) tone of a SIT, by frequency and length? */
export function isSitSegment(n: number, frequency: number, durationMs: number): boolean {
  if (durationMs < 180 || durationMs > 480) return false;
  return n === 0 ? frequency > 890 && frequency < 1010 : n === 1 ? frequency > 1345 && frequency < 1455 : frequency > 1740 && frequency < 1830;
}

/** Names a SIT from its first two tones; `sit_tone` when they are no combination of SR-2275. */
export function sitKind(first: SitSegment, second: SitSegment): SitKind {
  const pitch = (s: SitSegment, low: number, high: number): 'low' | 'high' | 'between' => (Math.abs(s.frequency - low) < 18 ? 'low' : Math.abs(s.frequency - high) < 18 ? 'high' : 'between');
  const long = (s: SitSegment): boolean => s.durationMs > (SHORT + LONG) / 2;
  const a = pitch(first, 913.8, 985.2);
  const b = pitch(second, 1370.6, 1428.5);
  if (a === 'between' || b === 'between') return 'sit_tone';
  if (b === 'high') return long(second) ? (long(first) ? 'sit_tone_no_circuit' : 'sit_tone_reorder') : 'sit_tone';
  if (long(second)) return 'sit_tone';
  if (!long(first)) return a === 'low' ? 'sit_tone_intercept' : 'sit_tone';
  return a === 'high' ? 'sit_tone_vacant' : 'sit_tone_ineffective';
}
