import { DurationHazard } from './duration-hazard.ts';
import { stepMs, steps } from './look-ahead.ts';

const width = steps + 1;

/**
 * When a busy agent becomes free, by how long he has talked or wrapped up: the chance for each step of the look-ahead (the first
 * reaches `leadMs` ahead, the time that a person may wait), from the learned survival of talk and wrap-up.
 */
export class FreeingProfile {
  readonly #talk = new Float64Array(DurationHazard.bins() * width);
  readonly #wrap = new Float64Array(DurationHazard.bins() * width);
  readonly #talkCount = new Float64Array(DurationHazard.bins());
  readonly #wrapCount = new Float64Array(DurationHazard.bins());

  /** `noWrap`: share of the calls after which an agent is free at once. */
  refresh(talk: DurationHazard, wrap: DurationHazard, leadMs: number, noWrap: number): void {
    const time = (j: number): number => (j === 0 ? 0 : leadMs + (j - 1) * stepMs);
    // A wrap-up that begins in step i ends by the end of step j.
    const wrapBy = new Float64Array(width);
    for (let gap = 0; gap < width; gap++) wrapBy[gap] = 1 - wrap.survival((gap + 0.5) * stepMs);
    for (let b = 0; b < DurationHazard.bins(); b++) {
      const age = DurationHazard.ageOf(b);
      const wrapLeft = wrap.survival(age);
      const talkLeft = talk.survival(age);
      let earlier = 0;
      for (let j = 0; j < width; j++) {
        const by = 1 - wrap.survival(age + time(j + 1)) / Math.max(1e-12, wrapLeft);
        this.#wrap[b * width + j] = Math.max(0, by - earlier);
        earlier = by;
      }
      const into = b * width;
      for (let j = 0; j < width; j++) this.#talk[into + j] = 0;
      for (let i = 0; i < width; i++) {
        const ends = Math.max(0, (talk.survival(age + time(i)) - talk.survival(age + time(i + 1))) / Math.max(1e-12, talkLeft));
        if (ends < 1e-9) continue;
        let done = 0;
        for (let j = i; j < width; j++) {
          const by = wrapBy[j - i] as number;
          const share = (j === i ? noWrap : 0) + (1 - noWrap) * (by - done);
          this.#talk[into + j] = (this.#talk[into + j] as number) + ends * share;
          done = by;
        }
      }
    }
  }

  /** Sums the chances, and their squares, of all busy agents. */
  sum(talking: readonly number[], wrapping: readonly number[], frees: Float64Array, squared: Float64Array): void {
    frees.fill(0);
    squared.fill(0);
    this.#add(talking, this.#talkCount, this.#talk, frees, squared);
    this.#add(wrapping, this.#wrapCount, this.#wrap, frees, squared);
  }

  #add(ages: readonly number[], count: Float64Array, profile: Float64Array, frees: Float64Array, squared: Float64Array): void {
    if (ages.length === 0) return;
    count.fill(0);
    for (const age of ages) {
      const b = DurationHazard.binOf(age);
      count[b] = (count[b] as number) + 1;
    }
    for (let b = 0; b < count.length; b++) {
      const here = count[b] as number;
      if (here === 0) continue;
      let by = 0;
      for (let j = 0; j < width; j++) {
        const chance = profile[b * width + j] as number;
        frees[j] = (frees[j] as number) + here * chance;
        // An agent becomes free once: what each step adds to the square of the chance *so far* gives the sum its true variance.
        squared[j] = (squared[j] as number) + here * chance * (by + chance);
        by += chance;
      }
    }
  }
}
