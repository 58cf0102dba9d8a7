import { DurationHazard } from './duration-hazard.ts';
import { stepMs, steps } from './look-ahead.ts';

/** Who becomes free after the last step's people have come serves nobody. */
const width = steps;
const bins = DurationHazard.bins();

/**
 * When a busy agent becomes free, by how long he has talked or wrapped up: the chance for each step of the look-ahead (the first
 * reaches `leadMs` ahead, the time that a person may wait), from the learned survival of talk and wrap-up.
 */
export class FreeingProfile {
  readonly #talk = new Float64Array(bins * width);
  readonly #wrap = new Float64Array(bins * width);
  readonly #talkCount = new Int32Array(bins);
  readonly #wrapCount = new Int32Array(bins);
  readonly #talkKnown = new Uint8Array(bins);
  readonly #wrapKnown = new Uint8Array(bins);
  readonly #wrapBy = new Float64Array(width);
  #talkHazard: DurationHazard;
  #wrapHazard: DurationHazard;
  #leadMs = 0;
  #noWrap = 0;

  constructor(talk: DurationHazard, wrap: DurationHazard) {
    this.#talkHazard = talk;
    this.#wrapHazard = wrap;
  }

  /** The curves have changed; `noWrap`: share of the calls after which an agent is free at once. Each age is worked out when first met. */
  refresh(talk: DurationHazard, wrap: DurationHazard, leadMs: number, noWrap: number): void {
    this.#talkHazard = talk;
    this.#wrapHazard = wrap;
    this.#leadMs = leadMs;
    this.#noWrap = noWrap;
    this.#talkKnown.fill(0);
    this.#wrapKnown.fill(0);
    // A wrap-up that begins in step i ends by the end of step j.
    for (let gap = 0; gap < width; gap++) this.#wrapBy[gap] = 1 - wrap.survival((gap + 0.5) * stepMs);
  }

  #time(j: number): number {
    return j === 0 ? 0 : this.#leadMs + (j - 1) * stepMs;
  }

  #workOutWrap(b: number): void {
    this.#wrapKnown[b] = 1;
    const age = DurationHazard.ageOf(b);
    const left = Math.max(1e-12, this.#wrapHazard.survival(age));
    let earlier = 0;
    for (let j = 0; j < width; j++) {
      const by = 1 - this.#wrapHazard.survival(age + this.#time(j + 1)) / left;
      this.#wrap[b * width + j] = Math.max(0, by - earlier);
      earlier = by;
    }
  }

  #workOutTalk(b: number): void {
    this.#talkKnown[b] = 1;
    const into = b * width;
    this.#talk.fill(0, into, into + width);
    const age = DurationHazard.ageOf(b);
    let before = this.#talkHazard.survival(age);
    const left = Math.max(1e-12, before);
    for (let i = 0; i < width; i++) {
      const after = this.#talkHazard.survival(age + this.#time(i + 1));
      const ends = Math.max(0, (before - after) / left);
      before = after;
      if (ends < 1e-9) continue;
      let done = 0;
      for (let j = i; j < width; j++) {
        const by = this.#wrapBy[j - i] as number;
        const share = (j === i ? this.#noWrap : 0) + (1 - this.#noWrap) * (by - done);
        this.#talk[into + j] = (this.#talk[into + j] as number) + ends * share;
        done = by;
      }
    }
  }

  /** Sums the chances, and their squares, of all busy agents. */
  sum(talking: readonly number[], wrapping: readonly number[], frees: Float64Array, squared: Float64Array): void {
    frees.fill(0);
    squared.fill(0);
    this.#count(talking, this.#talkCount);
    this.#count(wrapping, this.#wrapCount);
    for (let b = 0; b < bins; b++) {
      const talks = this.#talkCount[b] as number;
      const wraps = this.#wrapCount[b] as number;
      if (talks + wraps === 0) continue;
      if (talks > 0) {
        if (this.#talkKnown[b] === 0) this.#workOutTalk(b);
        add(talks, b * width, this.#talk, frees, squared);
      }
      if (wraps > 0) {
        if (this.#wrapKnown[b] === 0) this.#workOutWrap(b);
        add(wraps, b * width, this.#wrap, frees, squared);
      }
    }
  }

  #count(ages: readonly number[], count: Int32Array): void {
    count.fill(0);
    for (let i = 0; i < ages.length; i++) {
      const b = DurationHazard.binOf(ages[i] as number);
      count[b] = (count[b] as number) + 1;
    }
  }
}

/** Adds the chances of so many agents. */
function add(agents: number, from: number, profile: Float64Array, frees: Float64Array, squared: Float64Array): void {
  let by = 0;
  for (let j = 0; j < width; j++) {
    const chance = profile[from + j] as number;
    frees[j] = (frees[j] as number) + agents * chance;
    // An agent becomes free once: what each step adds to the square of the chance *so far* gives the sum its true variance.
    squared[j] = (squared[j] as number) + agents * chance * (by + chance);
    by += chance;
  }
}
