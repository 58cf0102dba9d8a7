/** A share learned at two speeds: the slow one is precise, the quick one wins when the two cannot both be true. */
export class QuickSlowShare {
  #fastHits = 0;
  #fastOf = 0;
  #slowHits = 0;
  #slowOf = 0;
  readonly #fastMemory: number;
  readonly #slowMemory: number;
  /** The value, until something is added. */
  #value = Number.NaN;
  readonly #prior: { readonly share: number; readonly weight: number };

  constructor(options: { readonly share: number; readonly weight: number; readonly fastMemory: number; readonly slowMemory: number }) {
    this.#prior = options;
    this.#fastMemory = options.fastMemory;
    this.#slowMemory = options.slowMemory;
  }

  add(hits: number, of: number): void {
    this.#value = Number.NaN;
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
    if (Number.isNaN(this.#value)) this.#value = this.#believed();
    return this.#value;
  }

  #believed(): number {
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
