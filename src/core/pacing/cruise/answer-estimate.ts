import type { PacingFact } from '../pacing.ts';

/** The grid of the look-ahead's inputs: half a second. */
export const gridMs = 500;
/** Ages and horizons on the grid: 40 s of ringing. */
export const gridSize = 80;
/** Verdicts on the grid: 6 s. */
const verdictSize = 12;

/** The place of an age on the grid; what is older than it reaches stands on the last. */
export function gridPlace(ms: number): number {
  return ms >= gridSize * gridMs ? gridSize : ms > 0 ? (ms / gridMs) | 0 : 0;
}

/** A share learned at two speeds: the slow one is precise, the quick one wins when the two cannot both be true. */
class QuickSlowShare {
  #fastHits = 0;
  #fastOf = 0;
  #slowHits = 0;
  #slowOf = 0;
  readonly #fastMemory: number;
  readonly #slowMemory: number;
  readonly #prior: { readonly share: number; readonly weight: number };

  constructor(options: { readonly share: number; readonly weight: number; readonly fastMemory: number; readonly slowMemory: number }) {
    this.#prior = options;
    this.#fastMemory = options.fastMemory;
    this.#slowMemory = options.slowMemory;
  }

  add(hits: number, of: number): void {
    const fastKeep = Math.exp(-of / this.#fastMemory);
    const slowKeep = Math.exp(-of / this.#slowMemory);
    this.#fastHits = this.#fastHits * fastKeep + hits;
    this.#fastOf = this.#fastOf * fastKeep + of;
    this.#slowHits = this.#slowHits * slowKeep + hits;
    this.#slowOf = this.#slowOf * slowKeep + of;
    // The two cannot both be true: it is another list now, and what was learned of the old one goes.
    const slow = this.#slowShare;
    if (this.#slowOf > 2 * this.#fastOf && Math.abs(this.#surprise(slow, this.#quick(slow))) > 4.5) {
      this.#slowHits = this.#fastHits;
      this.#slowOf = this.#fastOf;
    }
  }

  get value(): number {
    const slow = this.#slowShare;
    const quick = this.#quick(slow);
    const surprise = this.#surprise(slow, quick);
    // A rise is believed sooner than a fall: more answers than expected leave people with nobody.
    const trust = surprise > 0 ? (surprise - 1.2) / 1.3 : (-surprise - 1.5) / 1.5;
    return Math.min(1, Math.max(0, slow + (quick - slow) * Math.min(1, Math.max(0, trust))));
  }

  /** Answers that come before they are due make more hits than there were chances: no share is above 1 all the same. */
  get #slowShare(): number {
    return Math.min(1, (this.#slowHits + this.#prior.share * this.#prior.weight) / (this.#slowOf + this.#prior.weight));
  }

  /** The share of late. */
  #quick(slow: number): number {
    return (this.#fastHits + slow * 4) / (this.#fastOf + 4);
  }

  /** By how many standard errors it is above the slow one: an exponentially fading mean of m has the variance of one over 2 m. */
  #surprise(slow: number, quick: number): number {
    return (quick - slow) / Math.sqrt((slow * (1 - slow) + 0.002) / (2 * (this.#fastOf + 4)));
  }

  /** Standard error of the slow share. */
  get error(): number {
    const value = this.value;
    return Math.sqrt((value * (1 - value) + 0.01) / (this.#slowOf + this.#prior.weight));
  }
}

/**
 * What becomes of dials: how likely an answer is, when it comes, how likely it is a person and when the verdict falls. Calls
 * still ringing count by the share of answers that would have come by their age, so that the estimate neither lags behind the
 * no-answers nor runs ahead of them.
 */
export class AnswerEstimate {
  readonly #ring = new Float64Array(gridSize + 1);
  readonly #ringCdf = new Float64Array(gridSize + 2);
  #ringTotal = 0;
  readonly #verdict = new Float64Array(verdictSize);
  readonly #verdictShare = new Float64Array(verdictSize);
  readonly #answered = new QuickSlowShare({ share: 0.6, weight: 12, fastMemory: 50, slowMemory: 1500 });
  readonly #person = new QuickSlowShare({ share: 0.65, weight: 8, fastMemory: 40, slowMemory: 1500 });
  /** Calls seen ringing at each age, in grid units of time, and the dials and answers of the same memory. */
  readonly #seenOpen = new Float64Array(gridSize + 1);
  #seenDials = 0;
  #seenAnswers = 0;
  /** Share of the calls that will not be answered which are still ringing at an age. */
  readonly #unansweredOpen = new Float64Array(gridSize + 1);
  readonly #dials: { at: number; count: number }[] = [];
  #lastNow = 0;
  #hits = 0;

  constructor() {
    // Before any answer: most likely between 3 and 18 seconds, but a call that rings longer may be answered too.
    for (let b = 0; b < gridSize; b++) this.#ring[b] = b >= 6 && b < 36 ? 0.1 : 0.015;
    for (let b = 0; b < gridSize; b++) this.#ringTotal += this.#ring[b] as number;
    for (let b = 0; b < 5; b++) this.#verdict[b] = 0.6;
    this.refresh();
  }

  /** Share of dials that a person or machine answers. */
  get answerShare(): number {
    return this.#answered.value;
  }

  /** Share of answers judged to be a person. */
  get personShare(): number {
    return this.#person.value;
  }

  /** Share of dials that bring a person. */
  get share(): number {
    return this.answerShare * this.personShare;
  }

  /** Its standard error. */
  get error(): number {
    return this.share * Math.hypot(this.#answered.error / Math.max(0.02, this.answerShare), this.#person.error / Math.max(0.02, this.personShare));
  }

  /** Mean time from the answer to the verdict. */
  get verdictMeanMs(): number {
    let mean = 0;
    for (let b = 0; b < verdictSize; b++) mean += (this.#verdictShare[b] as number) * (b + 0.5) * gridMs;
    return mean;
  }

  dialled(count: number, at: number): void {
    if (count <= 0) return;
    this.#dials.push({ at, count });
    this.#seenDials += count;
  }

  observe(fact: PacingFact): void {
    switch (fact.what) {
      case 'answered': {
        const b = Math.min(gridSize, Math.floor(fact.ringMs / gridMs));
        this.#ring[b] = (this.#ring[b] as number) + 1;
        this.#ringTotal += 1;
        this.#hits += 1;
        this.#seenAnswers += 1;
        return;
      }
      case 'person':
      case 'machine': {
        const b = Math.min(verdictSize - 1, Math.floor(fact.verdictMs / gridMs));
        this.#verdict[b] = (this.#verdict[b] as number) + 1;
        this.#person.add(fact.what === 'person' ? 1 : 0, 1);
        return;
      }
      default:
        return;
    }
  }

  /** Time has come to `now`: the dials so far have ripened by the share of answers due since the last time. */
  ripen(now: number): void {
    let due = 0;
    const last = this.#lastNow;
    for (const { at, count } of this.#dials) due += count * (this.#cdf(now - at) - this.#cdf(last - at));
    while (this.#dials.length > 0 && (this.#dials[0]?.at ?? now) < now - gridSize * gridMs) this.#dials.shift();
    this.#answered.add(this.#hits, due);
    this.#hits = 0;
    this.#lastNow = now;
  }

  /** Calls of these ages have been ringing through the last `ms` (or since they were dialled). */
  watch(ages: readonly number[], ms: number): void {
    const spans = Math.max(1, Math.ceil(Math.min(ms, 2000) / gridMs));
    const span = Math.min(ms, 2000) / spans;
    const weight = span / gridMs;
    const open = this.#seenOpen;
    for (let n = 0; n < ages.length; n++) {
      const age = ages[n] as number;
      for (let i = 0; i < spans; i++) {
        const at = age - (i + 0.5) * span;
        if (at < 0) break;
        const b = gridPlace(at);
        open[b] = (open[b] as number) + weight;
      }
    }
  }

  /** Brings the curves up to date; what is old fades. */
  refresh(): void {
    if (this.#ringTotal > 2000) {
      for (let b = 0; b <= gridSize; b++) this.#ring[b] = (this.#ring[b] as number) * 0.5;
      this.#ringTotal *= 0.5;
    }
    let sum = 0;
    for (let b = 0; b <= gridSize; b++) {
      this.#ringCdf[b] = sum / this.#ringTotal;
      sum += this.#ring[b] as number;
    }
    this.#ringCdf[gridSize + 1] = 1;
    let verdicts = 0;
    for (let b = 0; b < verdictSize; b++) verdicts += this.#verdict[b] as number;
    for (let b = 0; b < verdictSize; b++) this.#verdictShare[b] = (this.#verdict[b] as number) / verdicts;
    if (verdicts > 2000) for (let b = 0; b < verdictSize; b++) this.#verdict[b] = (this.#verdict[b] as number) * 0.5;
    if (this.#seenDials > 4000) {
      this.#seenDials *= 0.5;
      this.#seenAnswers *= 0.5;
      for (let b = 0; b <= gridSize; b++) this.#seenOpen[b] = (this.#seenOpen[b] as number) * 0.5;
    }
    // Before it is seen: nine in ten ring on until they are given up.
    const doubt = 40;
    const answered = (this.#seenAnswers + 0.5 * doubt) / (this.#seenDials + doubt);
    let least = 1;
    for (let b = 0; b <= gridSize; b++) {
      const left = 1 - (this.#ringCdf[b] as number);
      const open = ((this.#seenOpen[b] as number) + doubt * (answered * left + (1 - answered) * 0.9)) / (this.#seenDials + doubt);
      least = Math.min(least, Math.max(0, (open - answered * left) / (1 - answered)));
      this.#unansweredOpen[b] = least;
    }
  }

  #cdf(age: number): number {
    if (age <= 0) return 0;
    const x = age / gridMs;
    const b = Math.floor(x);
    if (b >= gridSize) return 1;
    const low = this.#ringCdf[b] as number;
    return low + ((this.#ringCdf[b + 1] as number) - low) * (x - b);
  }

  /** The chance that a call that has rung for `b` half seconds brings a person, when a fresh dial does with `share`. */
  chanceAt(b: number, share: number, answerShare: number): number {
    const place = Math.min(b, gridSize);
    const left = 1 - (this.#ringCdf[place] as number);
    const open = answerShare * left + (1 - answerShare) * (this.#unansweredOpen[place] as number);
    return open <= 1e-9 ? 0 : (share * left) / open;
  }

  /** Chance of the answer coming in the half second after `b`, as a share of all answers. */
  ringAt(b: number): number {
    return b > gridSize ? 0 : (this.#ringCdf[b + 1] as number) - (this.#ringCdf[b] as number);
  }

  ringLeft(b: number): number {
    return 1 - (this.#ringCdf[Math.min(b, gridSize)] as number);
  }

  /** The share of the verdicts that fall in each half second after the answer. */
  get verdicts(): Float64Array {
    return this.#verdictShare;
  }
}
