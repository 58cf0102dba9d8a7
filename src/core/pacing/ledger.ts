const bucketMs = 10_000;
const dayBuckets = 8640;
const hourMs = 3_600_000;
const monthHours = 720;

/** What a ledger remembers, so that a restarted server knows its budget: ages are milliseconds before the moment of saving. */
export type LedgerHistory = readonly { readonly ageMs: number; readonly answered: number; readonly abandoned: number }[];

export interface LedgerSum {
  /** People who answered. */
  readonly answered: number;
  /** Of these, the ones whom no agent took in time. */
  readonly abandoned: number;
}

export interface LedgerSums {
  readonly hour: LedgerSum;
  readonly day: LedgerSum;
  readonly month: LedgerSum;
}

/** A share that must not be crossed in any trailing window of this length that holds at least 100 people. */
export interface LedgerWindow {
  readonly windowMs: number;
  readonly cap: number;
  /** A short one with a wide cap, which only bursts come near: not counted in `lastingRoom`. */
  readonly brief?: boolean;
}

/**
 * Answered people and abandonments in trailing windows up to 30 days, in buckets of ten seconds for a day and of an hour beyond.
 * The buckets' edges are taken against us: answered people leave a window early, abandonments late.
 */
export class AbandonmentLedger {
  readonly #answered = new Float64Array(dayBuckets + 1);
  readonly #abandoned = new Float64Array(dayBuckets + 1);
  readonly #hours = new Float64Array(2 * (monthHours + 1));
  #bucket = 0;
  #hour = 0;
  /** No bucket of the day before it holds anybody. */
  #firstWith = Number.NEGATIVE_INFINITY;
  #started = false;
  readonly #windows: { readonly cap: number; readonly brief: boolean; readonly buckets: number; answered: number; abandoned: number }[];
  #monthAnswered = 0;
  #monthAbandoned = 0;
  readonly #monthCap: number;

  /** Each window is also watched a little shorter, for what it will hold soon. */
  constructor(options: { readonly windows: readonly LedgerWindow[]; readonly monthCap: number; readonly history?: LedgerHistory; readonly now?: number }) {
    this.#monthCap = options.monthCap;
    this.#windows = options.windows.flatMap(({ windowMs, cap, brief = false }) => {
      const buckets = Math.min(dayBuckets, Math.max(1, Math.ceil(windowMs / bucketMs)));
      return [buckets, Math.max(1, Math.floor(buckets * 0.98))].map((length) => ({ cap, brief, buckets: length, answered: 0, abandoned: 0 }));
    });
    for (const entry of [...(options.history ?? [])].sort((a, b) => b.ageMs - a.ageMs)) this.add((options.now ?? 0) - entry.ageMs, entry.answered, entry.abandoned);
    if (options.now !== undefined) this.advance(options.now);
  }

  /** Counts outcomes at a time, not earlier than those before. */
  add(now: number, answered: number, abandoned: number): void {
    this.advance(now);
    const place = mod(this.#bucket, dayBuckets + 1);
    this.#answered[place] = (this.#answered[place] as number) + answered;
    this.#abandoned[place] = (this.#abandoned[place] as number) + abandoned;
    for (const window of this.#windows) {
      window.answered += answered;
      window.abandoned += abandoned;
    }
    const hour = 2 * mod(this.#hour, monthHours + 1);
    this.#hours[hour] = (this.#hours[hour] as number) + answered;
    this.#hours[hour + 1] = (this.#hours[hour + 1] as number) + abandoned;
    this.#monthAnswered += answered;
    this.#monthAbandoned += abandoned;
  }

  /** Lets what is too old leave the windows. */
  advance(now: number): void {
    const bucket = Math.floor(now / bucketMs);
    const hour = Math.floor(now / hourMs);
    if (!this.#started) {
      this.#started = true;
      this.#bucket = bucket;
      this.#hour = hour;
    }
    for (let steps = 0; this.#bucket < bucket; steps++) {
      if (steps > dayBuckets + 1) this.#bucket = bucket - 1;
      this.#bucket += 1;
      for (const window of this.#windows) {
        // Answered people go with the bucket that begins before the window does, abandonments one later.
        const early = mod(this.#bucket - window.buckets, dayBuckets + 1);
        window.answered = Math.max(0, window.answered - (this.#answered[early] as number));
        window.abandoned = Math.max(0, window.abandoned - (this.#abandoned[early] as number));
      }
      const place = mod(this.#bucket, dayBuckets + 1);
      this.#answered[place] = 0;
      this.#abandoned[place] = 0;
    }
    for (let steps = 0; this.#hour < hour; steps++) {
      if (steps > monthHours + 1) this.#hour = hour - 1;
      this.#hour += 1;
      const place = 2 * mod(this.#hour, monthHours + 1);
      this.#monthAnswered -= this.#hours[place] as number;
      this.#monthAbandoned -= this.#hours[place + 1] as number;
      this.#hours[place] = 0;
      this.#hours[place + 1] = 0;
    }
  }

  /**
   * How many more abandonments every window bears now. `genuine` is the share of the counted people who are people (a machine
   * taken for one does not count as answered). Below 100 people a window is judged as if it held 100: it will soon.
   */
  room(genuine: number): number {
    let room = this.lastingRoom(genuine);
    for (const window of this.#windows) if (window.brief) room = Math.min(room, roomOf(window, genuine));
    return room;
  }

  /** The same of the windows that are not brief. */
  lastingRoom(genuine: number): number {
    let room = this.#monthCap * Math.max(100, this.#monthAnswered * genuine) - this.#monthAbandoned;
    for (const window of this.#windows) if (!window.brief) room = Math.min(room, roomOf(window, genuine));
    return room;
  }

  /** Milliseconds since the first person of the last 24 hours; 0 when there was none. */
  sinceFirst(now: number): number {
    this.advance(now);
    // Nothing is added before what has been looked at already.
    this.#firstWith = Math.max(this.#firstWith, this.#bucket - dayBuckets + 1);
    while (this.#firstWith < this.#bucket && this.#answered[mod(this.#firstWith, dayBuckets + 1)] === 0) this.#firstWith += 1;
    return (this.#bucket - this.#firstWith) * bucketMs;
  }

  /** People answered in the longest window of a day. */
  get answeredInDay(): number {
    let answered = 0;
    for (const window of this.#windows) answered = Math.max(answered, window.answered);
    return answered;
  }

  /** People and abandonments in the longest window of a day, and over 30 days. */
  get totals(): { readonly day: { readonly answered: number; readonly abandoned: number }; readonly month: { readonly answered: number; readonly abandoned: number } } {
    const day = { answered: 0, abandoned: 0 };
    for (const window of this.#windows) {
      if (window.answered < day.answered) continue;
      day.answered = window.answered;
      day.abandoned = window.abandoned;
    }
    return { day, month: { answered: this.#monthAnswered, abandoned: this.#monthAbandoned } };
  }

  /** People and abandonments of the last hour, of 24 hours and of 30 days, as far as the ledger has windows of these lengths. */
  sums(now: number): LedgerSums {
    this.advance(now);
    const of = (windowMs: number): LedgerSum => {
      const window = this.#windows.find(({ buckets }) => buckets === Math.ceil(windowMs / bucketMs));
      return { answered: window?.answered ?? 0, abandoned: window?.abandoned ?? 0 };
    };
    return { hour: of(hourMs), day: of(24 * hourMs), month: { answered: this.#monthAnswered, abandoned: this.#monthAbandoned } };
  }

  /** What to save: the day in ten-second buckets that hold something, then hours. */
  history(now: number): LedgerHistory {
    this.advance(now);
    const out: { ageMs: number; answered: number; abandoned: number }[] = [];
    for (let back = 0; back < dayBuckets; back++) {
      const place = mod(this.#bucket - back, dayBuckets + 1);
      const answered = this.#answered[place] as number;
      const abandoned = this.#abandoned[place] as number;
      if (answered > 0 || abandoned > 0) out.push({ ageMs: now - (this.#bucket - back) * bucketMs, answered, abandoned });
    }
    for (let back = 25; back <= monthHours; back++) {
      const place = 2 * mod(this.#hour - back, monthHours + 1);
      const answered = this.#hours[place] as number;
      const abandoned = this.#hours[place + 1] as number;
      if (answered > 0 || abandoned > 0) out.push({ ageMs: now - (this.#hour - back) * hourMs, answered, abandoned });
    }
    return out;
  }
}

function roomOf({ cap, answered, abandoned }: { readonly cap: number; readonly answered: number; readonly abandoned: number }, genuine: number): number {
  return cap * Math.max(100, answered * genuine) - abandoned;
}

function mod(a: number, b: number): number {
  return ((a % b) + b) % b;
}
