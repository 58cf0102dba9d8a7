import { BROKEN_TONE_MS, type ToneRun } from './tone-tracker.ts';
import { tonePlans, type ToneKind, type TonePattern, type TonePlan } from './tone-plans.ts';

interface Candidate {
  readonly country: string;
  readonly kind: ToneKind;
  readonly pattern: TonePattern;
  /** On-times that must have been heard. */
  readonly needed: number;
}

export interface CadenceMatch {
  kind: ToneKind;
  /** 0–1. */
  confidence: number;
}

const REMEMBERED = 8;
const FREQUENCY_TOLERANCE = 18;
const SLOWEST_ON_OFF = 5500;

const candidates: readonly Candidate[] = Object.entries(tonePlans).flatMap(([code, plan]) => (['dial', 'ringback', 'busy', 'reorder'] as const).map((kind) => ({ country: code, kind, pattern: plan[kind], needed: neededOnTimes(plan, kind) })));

/**
 * Names progress tones by frequencies and cadence. It is told of each tone that ended and asked while nothing sounds; the
 * first on-time after listening began counts as possibly cut short.
 */
export class CadenceMatcher {
  readonly #country: string | undefined;
  readonly #first = new Float64Array(REMEMBERED);
  readonly #second = new Float64Array(REMEMBERED);
  readonly #starts = new Float64Array(REMEMBERED);
  readonly #ends = new Float64Array(REMEMBERED);
  readonly #match: CadenceMatch = { kind: 'dial', confidence: 0 };
  #count = 0;
  #cutShort = false;

  /** @param country ISO 3166 alpha-2: its plan decides where countries disagree. */
  constructor(country?: string) {
    this.#country = country !== undefined && country in tonePlans ? country : undefined;
  }

  /** A tone ended; the remembered ones that do not belong to it are forgotten. */
  add(run: ToneRun): void {
    const last = this.#count - 1;
    if (last >= 0 && run.startMs - (this.#ends[last] as number) < BROKEN_TONE_MS && this.#belongs(run, last)) {
      this.#ends[last] = run.endMs;
      return;
    }
    if (run.endMs - run.startMs < 60) return;
    if (last >= 0 && (run.startMs - (this.#ends[last] as number) > SLOWEST_ON_OFF || !this.#belongs(run, last))) this.#count = 0;
    if (this.#count === REMEMBERED) {
      for (const list of [this.#first, this.#second, this.#starts, this.#ends]) list.copyWithin(0, 1);
      this.#count -= 1;
      this.#cutShort = false;
    }
    if (this.#count === 0) this.#cutShort = run.startMs < 30;
    const i = this.#count++;
    this.#first[i] = run.first;
    this.#second[i] = run.second;
    this.#starts[i] = run.startMs;
    this.#ends[i] = run.endMs;
  }

  reset(): void {
    this.#count = 0;
  }

  /** Of two frequencies as strong as each other, now one and now the other stands first. */
  #belongs({ first, second }: ToneRun, before: number): boolean {
    const near = (a: number, b: number): boolean => a > 0 && b > 0 && Math.abs(a - b) <= 60;
    const f = this.#first[before] as number;
    return near(first, f) || near(first, this.#second[before] as number) || near(second, f);
  }

  /** What the tones until now are, given that nothing has sounded since the last ended; undefined when not (yet) clear. */
  match(nowMs: number): CadenceMatch | undefined {
    if (this.#count === 0) return undefined;
    const silenceMs = nowMs - (this.#ends[this.#count - 1] as number);
    let best: Candidate | undefined;
    let bestError = Infinity;
    for (const candidate of candidates) {
      if (candidate.kind === 'dial' && candidate.pattern.cadence.length === 0) continue;
      // A foreign plan must show more of itself than the one that is expected.
      const foreign = this.#country !== undefined && candidate.country !== this.#country;
      let error = this.#error(candidate, silenceMs, foreign ? 2 : 0);
      if (error === Infinity) continue;
      if (this.#country !== undefined) error += foreign ? 0.5 : 0;
      else error += this.#habit(candidate);
      if (error < bestError) {
        bestError = error;
        best = candidate;
      }
    }
    if (best === undefined) return undefined;
    this.#match.kind = best.kind;
    this.#match.confidence = Math.max(0.5, Math.min(0.99, 1 - bestError * 0.6));
    return this.#match;
  }

  /** The kind of a continuous tone: only a dial tone lasts. */
  static continuous(run: { first: number; second: number }): boolean {
    return Object.values(tonePlans).some((plan) => frequencyError(plan.dial.frequencies, run.first, run.second) < 1);
  }

  /** Where plans disagree and no country is known: short even cadences are reorder, long ones busy. */
  #habit(candidate: Candidate): number {
    const [on = 0, off = 0] = candidate.pattern.cadence;
    const fast = on + off < 580;
    if (candidate.kind === 'busy') return fast ? 0.05 : 0;
    if (candidate.kind === 'reorder') return fast || candidate.pattern.cadence.length > 2 || Math.abs(on - off) > 100 ? 0 : 0.05;
    return 0;
  }

  /** Mean relative error of frequencies and times, or Infinity when it does not fit or is not complete enough. */
  #error({ pattern, kind, needed: least }: Candidate, silenceMs: number, more: number): number {
    const { cadence } = pattern;
    const pairs = cadence.length / 2;
    const needed = kind === 'ringback' ? least : least + more;
    const skip = this.#cutShort ? 1 : 0;
    if (this.#count - skip < needed) return Infinity;
    let best = Infinity;
    const from = this.#count - needed;
    for (let turn = 0; turn < pairs; turn++) {
      let sum = 0;
      let terms = 0;
      let fits = true;
      for (let n = 0; n < needed && fits; n++) {
        const i = from + n;
        const on = cadence[((turn + n) % pairs) * 2] as number;
        const off = cadence[((turn + n) % pairs) * 2 + 1] as number;
        const onError = relative((this.#ends[i] as number) - (this.#starts[i] as number), on);
        const f = frequencyError(pattern.frequencies, this.#first[i] as number, this.#second[i] as number);
        let offError = 0;
        if (n < needed - 1) offError = relative((this.#starts[i + 1] as number) - (this.#ends[i] as number), off);
        else if (silenceMs > off * 1.3 + 60) offError = 1;
        else if (silenceMs < Math.min(off * 0.7, kind === 'ringback' ? 700 : 120)) offError = Infinity;
        fits = onError < 1 && offError < 1 && f < 1;
        sum += onError + offError + f * 0.7;
        terms += 1;
      }
      if (fits) best = Math.min(best, sum / terms);
    }
    return best;
  }
}

/**
 * Rings: the on-times of one period. Busy and reorder: three on-times, or one more than the longer of the two has in a
 * period, for one may begin like the other.
 */
function neededOnTimes(plan: TonePlan, kind: ToneKind): number {
  if (kind === 'ringback' || kind === 'dial') return plan[kind].cadence.length / 2;
  return Math.max(3, plan.busy.cadence.length / 2 + 1, plan.reorder.cadence.length / 2 + 1);
}

/** 0: exact; 1: at the edge of 12 % and 30 ms. */
const relative = (measured: number, nominal: number): number => Math.abs(measured - nominal) / (nominal * 0.12 + 30);

/** 0: exact; below 1: may be this pattern. Frequencies closer than 85 Hz are seen as one somewhere between them. */
function frequencyError(frequencies: readonly number[], first: number, second: number): number {
  const low = frequencies[0] as number;
  const high = frequencies[frequencies.length - 1] as number;
  if (high - low < 85) {
    if (second > 0 && (second < low - FREQUENCY_TOLERANCE || second > high + FREQUENCY_TOLERANCE)) return 2;
    const outside = Math.max(low - first, first - high, 0);
    // Inside the span of several frequencies any place is as good; the middle of a wide span is a little better.
    return outside / FREQUENCY_TOLERANCE + (high > low ? 0.1 + (0.3 * Math.abs(first - (low + high) / 2)) / (high - low) : 0);
  }
  const a = Math.min(first, second || first);
  const b = Math.max(first, second || first);
  return Math.max(Math.abs(a - low), Math.abs(b - high)) / FREQUENCY_TOLERANCE;
}
