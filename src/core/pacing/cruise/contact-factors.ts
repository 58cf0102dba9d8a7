import type { ContactClass } from '../pacing.ts';

/**
 * How strongly a factor leans on 1, in events: the shape of its gamma prior. Lists differ most (by some 40 %), attempt numbers and
 * hours of the day less (some 25 % and 20 %); a factor leaves 1 as its own events outweigh these.
 */
const leaning = { list: 6, attempt: 16, hour: 25 } as const;
type Dimension = keyof typeof leaning;

/** Of all factors of a contact together, at most and at least. */
const greatest = 4;
/** So many events are remembered in full by one term; what is older counts half, and half again. */
const memory = 400;
/** Dials of late, among which the share of a term is counted. */
const lately = 150;
/** Beyond these, a list counts as any list. */
const mostLists = 1000;

/** What one list, one attempt number or one hour has shown: events seen, and those expected had it been like the others. */
class Term {
  readonly leaning: number;
  #seen = 0;
  #due = 0;
  #recent = 0;
  #recentAt = 0;

  constructor(dimension: Dimension) {
    this.leaning = leaning[dimension];
  }

  /** Mean of the gamma posterior. */
  get factor(): number {
    return (this.leaning + this.#seen) / (this.leaning + this.#due);
  }

  /** Variance of the factor's logarithm. */
  get variance(): number {
    return 1 / (this.leaning + this.#seen);
  }

  learn(seen: number, due: number): void {
    this.#seen += seen;
    this.#due += due;
    if (this.#seen + this.#due < 2 * memory) return;
    this.#seen *= 0.5;
    this.#due *= 0.5;
  }

  /** The term is met once more, after so many in all. */
  meet(total: number): void {
    this.#recent = this.#recentBy(total) + 1;
    this.#recentAt = total;
  }

  /** Its share among those of late. */
  recentShare(total: number): number {
    return Math.min(1, this.#recentBy(total) / Math.max(1, Math.min(total, lately)));
  }

  #recentBy(total: number): number {
    return this.#recent * Math.exp((this.#recentAt - total) / lately);
  }
}

/** The terms of one kind of contact, and what they make together, as of the last `refresh`. */
export class ContactTerms {
  /** One of these contacts. */
  readonly of: ContactClass;
  readonly #terms: readonly Term[];
  factor = 1;
  /** Relative variance by which its chance is less certain than that of those dialled of late. */
  variance = 0;
  /** The look of the pacer for which the two were worked out. */
  look = -1;

  constructor(of: ContactClass, terms: readonly Term[]) {
    this.of = of;
    this.#terms = terms;
  }

  refresh(look: number, total: number): void {
    if (this.look === look) return;
    this.look = look;
    let factor = 1;
    let variance = 0;
    for (const term of this.#terms) {
      factor *= term.factor;
      variance += term.variance * (1 - term.recentShare(total)) ** 2;
    }
    this.factor = Math.min(greatest, Math.max(1 / greatest, factor));
    this.variance = variance;
  }

  /** Events that came, and those that were due of an average contact: each term is judged with the others taken as they are. */
  learn(seen: number, due: number): void {
    let factor = 1;
    for (const term of this.#terms) factor *= term.factor;
    for (const term of this.#terms) term.learn(seen, (due * factor) / term.factor);
  }

  meet(total: number): void {
    for (const term of this.#terms) term.meet(total);
  }
}

/**
 * By how much an event (a dial is answered; an answer is a person) is likelier with one kind of contact than with the average one: the
 * product of a factor for the list, for the attempt number and for the hour of the day, each shrunk towards 1 until there is
 * evidence (empirical Bayes: Robbins 1956; gamma–Poisson).
 */
export class ContactFactors {
  readonly #known = new Map<string | undefined, Map<number, ContactTerms>>();
  readonly #lists = new Map<string, Term>();
  readonly #attempts = new Map<number, Term>();
  readonly #hours = new Map<number, Term>();
  /** Events and chances of all kinds, by which an average contact is known. */
  #seen = 0;
  #due = 0;
  #met = 0;
  #look = 0;

  /** The terms of a kind of contact; undefined where nothing is known of it. */
  termsOf(of: ContactClass): ContactTerms | undefined {
    const { list, attempt, hour } = of;
    if (list === undefined && attempt === undefined && hour === undefined) return undefined;
    let ofList = this.#known.get(list);
    if (ofList === undefined) {
      if (list !== undefined && this.#known.size > mostLists) return this.termsOf({ ...(attempt === undefined ? {} : { attempt }), ...(hour === undefined ? {} : { hour }) });
      this.#known.set(list, (ofList = new Map()));
    }
    // The ninth attempt is like the tenth.
    const tries = attempt === undefined ? 0 : Math.min(9, Math.max(1, Math.floor(attempt)));
    const clock = hour === undefined ? 24 : Math.floor(hour) % 24;
    const place = tries * 25 + clock;
    let terms = ofList.get(place);
    if (terms === undefined) {
      const each: Term[] = [];
      if (list !== undefined) each.push(termOf(this.#lists, list, 'list'));
      if (attempt !== undefined) each.push(termOf(this.#attempts, tries, 'attempt'));
      if (hour !== undefined) each.push(termOf(this.#hours, clock, 'hour'));
      ofList.set(place, (terms = new ContactTerms(of, each)));
    }
    terms.refresh(this.#look, this.#met);
    return terms;
  }

  /** A new look begins: factors are worked out anew when they are asked for. */
  look(): void {
    this.#look += 1;
  }

  /** One more of these is met. */
  meet(terms: ContactTerms): void {
    terms.meet(this.#met);
    this.#met += 1;
  }

  /** `chances` of these contacts have become due. */
  due(terms: ContactTerms, chances: number): void {
    terms.refresh(this.#look, this.#met);
    this.#due += chances * terms.factor;
    if (this.ready) terms.learn(0, chances * (this.#seen / this.#due));
    if (this.#due < 20_000) return;
    this.#due *= 0.5;
    this.#seen *= 0.5;
  }

  /** An event came of one. */
  came(terms: ContactTerms): void {
    this.#seen += 1;
    if (this.ready) terms.learn(1, 0);
  }

  /** Whether an average contact is known, which all are compared with. */
  get ready(): boolean {
    return this.#due > 30 && this.#seen > 3;
  }
}

function termOf<K>(terms: Map<K, Term>, key: K, dimension: Dimension): Term {
  let term = terms.get(key);
  if (term === undefined) terms.set(key, (term = new Term(dimension)));
  return term;
}
