import type { ContactClass, PacingFact } from '../pacing.ts';
import { ContactFactors, type ContactTerms } from './contact-factors.ts';
import { QuickSlowShare } from './quick-slow-share.ts';

/** The grid of the look-ahead's inputs: half a second. */
export const gridMs = 500;
/** Ages and horizons on the grid: 40 s of ringing. */
export const gridSize = 80;
/** Verdicts on the grid: 6 s. */
const verdictSize = 12;

/** Calls dialled at one time. Each counts by its factor, 1 where its contact is not known. */
interface Dials {
  readonly at: number;
  readonly count: number;
  weight: number;
  readonly kinds: { readonly terms: ContactTerms; count: number }[];
  /** Of how many it is known whom they are for. */
  classed: number;
}

/** The place of an age on the grid; what is older than it reaches stands on the last. */
export function gridPlace(ms: number): number {
  return ms >= gridSize * gridMs ? gridSize : ms > 0 ? (ms / gridMs) | 0 : 0;
}

/**
 * What becomes of dials: how likely an answer is, when it comes, how likely it is a person and when the verdict falls. Calls
 * still ringing count by the share of answers that would have come by their age, so that the estimate neither lags behind the
 * no-answers nor runs ahead of them.
 *
 * Where it is told of which list, attempt number and hour the contacts are, the common shares are those of an *average* contact, and
 * each kind's own is the common one times its factors: a list that is known is believed as soon as it is next.
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
  readonly #dials: Dials[] = [];
  readonly #answerFactors = new ContactFactors();
  readonly #personFactors = new ContactFactors();
  /** Answers of which it was told who gave them, and others; both fade. */
  #told = 0;
  #untold = 0;
  /** Mean factors of the contacts dialled of late, and of the answers. */
  #dialledLate = 1;
  #answeredLate = 1;
  #lastNow = 0;
  #hits = 0;

  constructor() {
    // Before any answer: most likely between 3 and 18 seconds, but a call that rings longer may be answered too.
    for (let b = 0; b < gridSize; b++) this.#ring[b] = b >= 6 && b < 36 ? 0.1 : 0.015;
    for (let b = 0; b < gridSize; b++) this.#ringTotal += this.#ring[b] as number;
    for (let b = 0; b < 5; b++) this.#verdict[b] = 0.6;
    this.refresh();
  }

  /** Share of dials that a person or machine answers, of contacts like those of late. */
  get answerShare(): number {
    return Math.min(1, this.#answered.value * this.#dialledLate);
  }

  /** Share of answers judged to be a person, of contacts like those of late. */
  get personShare(): number {
    return Math.min(1, this.#person.value * this.#answeredLate);
  }

  /** What is known of such a contact, the same object for all that are alike within one look; undefined: it is taken for one of those of late. */
  kindOf(of: ContactClass | undefined): ContactTerms | undefined {
    return of === undefined || !this.#isTold || !this.#answerFactors.ready ? undefined : this.#answerFactors.termsOf(of);
  }

  /** The same two of one kind of contact, and the relative variance by which its share of people is less certain than that of those of late. */
  sharesOf(kind: ContactTerms | undefined): { readonly answerShare: number; readonly personShare: number; readonly variance: number } {
    const people = kind === undefined ? undefined : this.#personFactors.termsOf(kind.of);
    if (kind === undefined || people === undefined) return { answerShare: this.answerShare, personShare: this.personShare, variance: 0 };
    return { answerShare: Math.min(1, this.#answered.value * kind.factor), personShare: Math.min(1, this.#person.value * people.factor), variance: kind.variance + people.variance };
  }

  /** Share of the dials to average contacts that bring a person; 0 while it is not told whom the calls are for. */
  get commonShare(): number {
    return this.#told === 0 ? 0 : this.#answered.value * this.#person.value;
  }

  /** Whoever tells the contacts of the calls must tell those of the answers, or the factors would lack what came of the calls. */
  get #isTold(): boolean {
    return this.#told > 0 && 9 * this.#untold <= this.#told;
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
    this.#dials.push({ at, count, weight: count, kinds: [], classed: 0 });
    this.#seenDials += count;
  }

  /** Says of which contacts the calls are that have begun to ring within the last `ms`. */
  dialledTo(ringing: readonly number[], ringingOf: readonly ContactClass[], ms: number): void {
    this.#answerFactors.look();
    this.#personFactors.look();
    if (!this.#isTold) return;
    for (let i = 0; i < ringing.length; i++) {
      const of = ringingOf[i];
      if (of === undefined || (ringing[i] as number) > ms + 1e-6) continue;
      const terms = this.#answerFactors.termsOf(of);
      // A call may have counted before it was known whom it is for.
      const dials = this.#dials.findLast((d) => d.classed < d.count);
      if (terms === undefined || dials === undefined) continue;
      this.#answerFactors.meet(terms);
      dials.classed += 1;
      dials.weight += terms.factor - 1;
      const last = dials.kinds.at(-1);
      if (last?.terms === terms) last.count += 1;
      else dials.kinds.push({ terms, count: 1 });
      this.#dialledLate += (terms.factor - this.#dialledLate) / 20;
    }
  }

  observe(fact: PacingFact): void {
    switch (fact.what) {
      case 'answered': {
        const b = Math.min(gridSize, Math.floor(fact.ringMs / gridMs));
        this.#ring[b] = (this.#ring[b] as number) + 1;
        this.#ringTotal += 1;
        this.#hits += 1;
        this.#seenAnswers += 1;
        this.#take(fact.of);
        return;
      }
      case 'person':
      case 'machine': {
        const b = Math.min(verdictSize - 1, Math.floor(fact.verdictMs / gridMs));
        this.#verdict[b] = (this.#verdict[b] as number) + 1;
        this.#judged(fact.what === 'person', fact.of);
        return;
      }
      default:
        return;
    }
  }

  #take(of: ContactClass | undefined): void {
    const terms = of === undefined ? undefined : this.#answerFactors.termsOf(of);
    if (terms === undefined) this.#untold += 1;
    else this.#told += 1;
    if (this.#told + this.#untold > 100) {
      this.#told *= 0.5;
      this.#untold *= 0.5;
    }
    if (of === undefined || terms === undefined || !this.#isTold) return;
    this.#answerFactors.came(terms);
    const people = this.#personFactors.termsOf(of);
    if (people === undefined) return;
    this.#personFactors.meet(people);
    this.#answeredLate += (people.factor - this.#answeredLate) / 6;
  }

  #judged(isPerson: boolean, of: ContactClass | undefined): void {
    const terms = of === undefined || !this.#isTold ? undefined : this.#personFactors.termsOf(of);
    this.#person.add(isPerson ? 1 : 0, terms?.factor ?? 1);
    if (terms === undefined) return;
    this.#personFactors.due(terms, 1);
    if (isPerson) this.#personFactors.came(terms);
  }

  /** Time has come to `now`: the dials so far have ripened by the share of answers due since the last time. */
  ripen(now: number): void {
    let due = 0;
    const last = this.#lastNow;
    for (const { at, weight, kinds } of this.#dials) {
      const part = this.#cdf(now - at) - this.#cdf(last - at);
      due += weight * part;
      if (part > 0) for (const { terms, count } of kinds) this.#answerFactors.due(terms, count * part);
    }
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
