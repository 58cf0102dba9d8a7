/** So many people are supposed before any was seen, of whom this share was lost. */
const priorPeople = 60;
const priorShare = 0.0005;
/** The chance borne that people lost whatever is done carry a window past its cap. */
const borne = 0.01;
const greatestMargin = 12;

/**
 * People who are lost although an agent is idle: the verdict came after the time that they may wait, or they hung up before it. No way of
 * dialling avoids them, and one call for each idle agent risks them too. So some room must be kept for them: as much as keeps
 * a walk that gains the cap with each person and loses one with each of them above 0 (the adjustment coefficient of risk theory: Lundberg 1903).
 */
export class LateVerdicts {
  readonly #cap: number;
  #people = priorPeople;
  #lost = priorShare * priorPeople;
  #margin = 0;

  constructor(cap: number) {
    this.#cap = cap;
  }

  /** So many people came while an agent was idle all along, and so many of them were lost. */
  saw(people: number, lost: number): void {
    this.#people += people;
    this.#lost += lost;
    if (this.#people > 3000) {
      this.#people *= 0.5;
      this.#lost *= 0.5;
    }
    if (lost > 0 || this.#margin > 0) this.#margin = marginOf(this.share, this.#cap);
  }

  /** Of people for whom an agent was idle, the share that was lost all the same. */
  get share(): number {
    return this.#lost / this.#people;
  }

  /** Abandonments to be kept in hand for them, above the one that any person on his way is. */
  get margin(): number {
    return this.#margin;
  }
}

function marginOf(share: number, cap: number): number {
  if (share >= cap) return greatestMargin;
  // The positive root of share · (e^x − 1) = cap · x, between which the sides change places.
  let low = 1e-3;
  let high = 12;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (share * Math.expm1(middle) < cap * middle) low = middle;
    else high = middle;
  }
  return Math.min(greatestMargin, Math.max(0, -Math.log(borne) / low - 1));
}
