import { BROKEN_TONE_MS } from './tone-tracker.ts';

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

const MEND_HZ = 30;
/** Between the tones of one SIT there is nothing. */
const APART_MS = 120;

/** Hears SITs in the tones that end one after another. */
export class SitTracker {
  readonly #segments: { frequency: number; durationMs: number; startMs: number; endMs: number }[] = Array.from({ length: 3 }, () => ({ frequency: 0, durationMs: 0, startMs: 0, endMs: 0 }));
  #count = 0;

  /** A tone of one frequency ended. The SIT that is complete with it, if any: each is told once. */
  add(frequency: number, startMs: number, endMs: number): SitKind | undefined {
    const last = this.#segments[this.#count - 1];
    if (last !== undefined && startMs - last.endMs > APART_MS) this.#count = 0;
    else if (last !== undefined && startMs - last.endMs < BROKEN_TONE_MS && Math.abs(frequency - last.frequency) < MEND_HZ) {
      const ms = endMs - startMs;
      last.frequency = (last.frequency * last.durationMs + frequency * ms) / (last.durationMs + ms);
      this.#set(this.#count - 1, last.frequency, last.startMs, endMs);
      return this.#complete();
    }
    // What cannot be the first tone of one, or does not go on with it, begins anew.
    if (this.#count > 0 && !this.#fits(this.#count - 1)) this.#count = 0;
    if (this.#count === 3) this.#count = 0;
    this.#set(this.#count, frequency, startMs, endMs);
    this.#count += 1;
    return this.#complete();
  }

  #set(n: number, frequency: number, startMs: number, endMs: number): void {
    const segment = this.#segments[n];
    if (segment === undefined) return;
    segment.frequency = frequency;
    segment.startMs = startMs;
    segment.endMs = endMs;
    segment.durationMs = endMs - startMs;
  }

  #fits(n: number): boolean {
    const segment = this.#segments[n];
    return segment !== undefined && isSitSegment(n, segment.frequency, segment.durationMs);
  }

  #complete(): SitKind | undefined {
    const [first, second] = this.#segments;
    if (this.#count !== 3 || !this.#fits(2) || first === undefined || second === undefined) return undefined;
    this.#count = 0;
    return sitKind(first, second);
  }
}
