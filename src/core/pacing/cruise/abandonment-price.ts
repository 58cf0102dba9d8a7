import type { CruiseTuning } from './cruise-tuning.ts';

/** Between which the price stays, whatever it learns. */
const least = 0.01;
const greatest = 0.4;

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

  /** The price now: the abandonments that every window still bears, the people answered in the day, and the agents on the floor. */
  at(room: number, answered: number, staff: number): number {
    const { reserve, firmness, boldness, early } = this.#tuning;
    // Few agents have few calls on their way, which can cost little at once.
    const kept = reserve * (0.6 + 0.4 * Math.min(1, staff / 20)) * Math.sqrt(Math.max(100, answered) * (this.#targetRate / 0.03));
    // The first hundred people bear as much as a hundred; part of that is only earned as they come.
    const earned = room - early * this.#targetRate * Math.max(0, 100 - answered);
    this.#filled = Math.max(0.0025, earned / kept);
    return Math.min(0.6, this.base * Math.min(5, this.#filled ** (this.#filled > 1 ? boldness : firmness)));
  }

  /** So many people are expected of what was just dialled. */
  bought(people: number): void {
    const { priceStep } = this.#tuning;
    this.#log += Math.min(4, people) * priceStep * Math.max(-1, Math.min(1.5, Math.log(this.#filled)));
    this.#log = Math.min(Math.log(greatest), Math.max(Math.log(least), this.#log));
  }
}
