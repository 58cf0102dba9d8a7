import type { CruiseTuning } from './cruise-tuning.ts';

/** Between which the price stays, whatever it learns. */
const lowest = 0.01;
const highest = 0.4;

/** The agents on the floor, the people that they talk to in a day, and how many of these are still to come. */
export interface WorkingDay {
  readonly staff: number;
  readonly people: number;
  readonly peopleToCome: number;
}

/**
 * What may be paid for one more answered person, in abandonments. With a price that never moves, the policy "dial while the chance of a
 * loss for one more person stays below the price" is the constrained optimum (docs/pacing.md, "Why a price"); but the price that
 * spends just what the promise earns depends on the floor. So it starts from a usual one, follows the *room* that the tightest
 * window has, compared with a reserve, at once and mildly; and moves slowly to where the room stays at the reserve.
 */
export class AbandonmentPrice {
  readonly #tuning: CruiseTuning;
  readonly #targetRate: number;
  #log: number;
  #step = 0;
  /** Room as a share of the reserve. */
  #filled = 1;

  constructor(tuning: CruiseTuning, targetRate: number) {
    this.#tuning = tuning;
    this.#targetRate = targetRate;
    this.#log = Math.log(tuning.firstPrice);
  }

  /** The price before the room is looked at. */
  get base(): number {
    return Math.exp(this.#log);
  }

  /** The price now, by the abandonments that every lasting window still bears, those that every window does, and the day. */
  at(lasting: number, room: number, day: WorkingDay): number {
    const { reserve, leastReserve, reserveByAgent, firmness, boldness } = this.#tuning;
    // More agents have more on their way, which can be lost at once.
    const least = leastReserve + Math.min(10, reserveByAgent * day.staff);
    const kept = Math.max(0.01, least, reserve * Math.sqrt(day.peopleToCome * (this.#targetRate / 0.03)));
    this.#filled = Math.max(0.0025, lasting / kept);
    this.#step = this.#tuning.priceStep / Math.min(3300, Math.max(250, day.people));
    const price = this.base * Math.min(5, this.#filled ** (this.#filled > 1 ? boldness : firmness));
    // A brief window has no day to be spent over.
    return Math.min(0.6, room < least ? Math.min(price, (this.base * Math.max(0.0025, room)) / least) : price);
  }

  /** So many people are expected of what was just dialled. */
  bought(people: number): void {
    this.#log += Math.min(4, people) * this.#step * Math.max(-1, Math.min(1.5, Math.log(this.#filled)));
    this.#log = Math.min(Math.log(highest), Math.max(Math.log(lowest), this.#log));
  }
}
