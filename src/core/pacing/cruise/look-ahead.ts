import { addTo, binomial } from './count-distribution.ts';
import { expectedExcess, type Moments } from './crowd.ts';
import { FewPeople, fewPeople } from './few-people.ts';

/** Steps of the look-ahead, each three seconds: 24 s, by when a call dialled now has been judged. */
export const steps = 8;
export const stepMs = 3000;

/** Fewer on their way are followed exactly. */
const exactMean = 2;
/** From so many on, their number at each step is near enough to normal. */
const crowdMean = 2;
const widest = 640;
const knownDials = 64;

/**
 * How many people will be abandoned if `k` more calls are dialled now: a walk over the number of agents who will be free when
 * a person needs one, step by step into the future.
 *
 * A person is abandoned when no agent becomes free within the time he may wait. So agents who will become free are counted
 * that time *early*; then an abandonment is exactly a person who finds nobody, and the walk needs no queue. Few people on
 * their way: their number is followed too (each answers once), which matters most with few agents. Many: the arrivals of each
 * step are taken as independent, with the right mean and variance.
 */
export class LookAhead {
  /** Expected people per step: of the calls that are out, and of one new dial. */
  readonly arrivals = new Float64Array(steps);
  readonly fresh = new Float64Array(steps);
  /** The same in a storm, and the sums of the chances that each call brings a person then, and of their squares. */
  readonly feared = new Float64Array(steps);
  readonly fearedFresh = new Float64Array(steps);
  fearedMean = 0;
  fearedSquared = 0;
  fearedChance = 0;
  /** The calls' chances are those of their lists, and turn together: what came before takes nothing from the spread that is feared. */
  together = false;
  /** Expected agents becoming free before each step's people give up and after those of the step before; and the sums of the squared chances. */
  readonly frees = new Float64Array(steps);
  readonly freesSquared = new Float64Array(steps);
  /** The chances that the calls that are out bring a person, as a distribution of their number. */
  readonly people = new Float64Array(fewPeople + 1);
  peopleMean = 0;
  peopleSquared = 0;
  /** How many calls `people` was made of; no greater number of them has a chance. */
  #folded = 0;
  /** Free agents less the people who wait now. */
  free = 0;
  freshChance = 0;

  readonly #freePmf: Float64Array[] = Array.from({ length: steps }, () => new Float64Array(widest));
  readonly #freeWidth = new Int32Array(steps);
  readonly #pmf = new Float64Array(widest);
  readonly #number = new Float64Array(fewPeople + 1);
  #walk = new Float64Array(widest);
  #next = new Float64Array(widest);
  readonly #few = new FewPeople();
  readonly #fewCome = new Float64Array(steps);
  readonly #come: Moments = { mean: new Float64Array(steps), variance: new Float64Array(steps) };
  readonly #go: Moments = { mean: new Float64Array(steps), variance: new Float64Array(steps) };
  readonly #stay: Moments = { mean: new Float64Array(steps), variance: new Float64Array(steps) };
  #prepared = false;
  /** `abandoned(k)` of this look, where it has been worked out. */
  readonly #known = new Float64Array(knownDials).fill(Number.NaN);

  /** Call after the inputs have been set, before `abandoned`. */
  prepare(): void {
    this.#prepared = false;
    this.#known.fill(Number.NaN);
    for (let j = 0; j < steps; j++) {
      this.#go.mean[j] = this.frees[j] as number;
      this.#go.variance[j] = Math.max(0, (this.frees[j] as number) - (this.freesSquared[j] as number));
    }
  }

  #spreadFrees(): void {
    if (this.#prepared) return;
    this.#prepared = true;
    for (let j = 0; j < steps; j++) this.#freeWidth[j] = binomial(this.frees[j] as number, this.freesSquared[j] as number, this.#freePmf[j] as Float64Array);
  }

  /** Starts the distribution of the number of people on their way anew. */
  clear(): void {
    this.people.fill(0);
    this.people[0] = 1;
    this.#folded = 0;
    this.peopleMean = 0;
    this.peopleSquared = 0;
    this.fearedMean = 0;
    this.fearedSquared = 0;
  }

  /** Adds calls that bring a person each with this chance. */
  addCalls(calls: number, chance: number): void {
    // Beyond, their number is not followed.
    if (this.peopleMean + calls * chance <= 6) for (let i = 0; i < calls; i++) addTo(this.people, chance, this.#folded++);
    this.peopleMean += calls * chance;
    this.peopleSquared += calls * chance * chance;
  }

  /** Adds calls that bring a person each with this chance in a storm. */
  addFeared(calls: number, chance: number): void {
    this.fearedMean += calls * chance;
    this.fearedSquared += calls * chance * chance;
  }

  /**
   * The chance, from above, that more than `spare` people are abandoned: that many are if agents were lacking with `spare` more
   * of them on the floor.
   */
  exceeding(spare: number, k: number): number {
    if (this.peopleMean + k * this.freshChance <= exactMean && k <= 40) {
      const number = this.#numberWith(k);
      let many = 0;
      for (let u = Math.max(0, this.free + spare + 1); u <= fewPeople; u++) many += number[u] as number;
      if (many < 1e-6 && this.free + spare >= 0) return many;
    }
    this.free += spare;
    const beyond = this.#by(this.#method(k), k);
    this.free -= spare;
    return beyond;
  }

  /** Expected abandonments of everything on its way and `k` fresh dials. */
  abandoned(k: number): number {
    const known = this.#known[k];
    if (known !== undefined && !Number.isNaN(known)) return known;
    const lost = this.#by(this.#method(k), k);
    if (k < knownDials) this.#known[k] = lost;
    return lost;
  }

  /** What the last of `k` fresh dials adds to them. */
  added(k: number): number {
    const method = this.#method(k);
    // Two methods differ by more than one dial does.
    return this.abandoned(k) - (this.#method(k - 1) === method ? this.abandoned(k - 1) : this.#by(method, k - 1));
  }

  #method(k: number): 'exact' | 'walk' | 'crowd' {
    const mean = this.peopleMean + k * this.freshChance;
    return mean > crowdMean ? 'crowd' : mean <= exactMean && k <= 40 ? 'exact' : 'walk';
  }

  #by(method: 'exact' | 'walk' | 'crowd', k: number): number {
    if (method === 'crowd') return this.#crowd(k);
    return method === 'exact' ? this.#exact(k) : this.#walkThrough(k);
  }

  /** Expected abandonments beyond `spare` in a storm. */
  stressed(spare: number, k: number): number {
    this.#coming(k, this.feared, this.fearedFresh, this.fearedMean + k * this.fearedChance, this.together ? 0 : this.fearedSquared + k * this.fearedChance ** 2);
    return expectedExcess(this.free + spare, this.#come, this.#go);
  }

  /** Expected abandonments beyond `spare` if every idle agent went home now, and of those who become free all but this share. */
  deserted(spare: number, k: number, stay: number): number {
    this.#coming(k, this.arrivals, this.fresh, this.peopleMean + k * this.freshChance, this.together ? 0 : this.peopleSquared + k * this.freshChance ** 2);
    for (let j = 0; j < steps; j++) {
      this.#stay.mean[j] = stay * (this.#go.mean[j] as number);
      this.#stay.variance[j] = stay * (this.#go.variance[j] as number);
    }
    return expectedExcess(Math.min(0, this.free) + spare, this.#come, this.#stay);
  }

  #crowd(k: number): number {
    this.#coming(k, this.arrivals, this.fresh, this.peopleMean + k * this.freshChance, this.peopleSquared + k * this.freshChance ** 2);
    return expectedExcess(this.free, this.#come, this.#go);
  }

  /** People of what is out and of k fresh dials at each step; `mean` and `squared` are the sums of their chances and of the squares. */
  #coming(k: number, arrivals: Float64Array, fresh: Float64Array, mean: number, squared: number): void {
    const each = mean <= 0 ? 0 : squared / mean ** 2;
    let came = 0;
    for (let j = 0; j < steps; j++) {
      const here = (arrivals[j] as number) + k * (fresh[j] as number);
      this.#come.mean[j] = here;
      // A call answers once: what came before takes from the spread of what comes.
      this.#come.variance[j] = here * Math.max(0.05, 1 - each * (2 * came + here));
      came += here;
    }
  }

  /** The distribution of the number of people to come, with k fresh dials. */
  #numberWith(k: number): Float64Array {
    const number = this.#number;
    number.set(this.people);
    for (let i = 0; i < k; i++) addTo(number, this.freshChance, this.#folded + i);
    return number;
  }

  #exact(k: number): number {
    const number = this.#numberWith(k);
    let top = fewPeople;
    while (top > 0 && (number[top] as number) < 1e-6) top -= 1;
    if (top <= this.free) return 0;
    const come = this.#fewCome;
    for (let j = 0; j < steps; j++) come[j] = (this.arrivals[j] as number) + k * (this.fresh[j] as number);
    this.#spreadFrees();
    return this.#few.abandoned(number, top, this.free, come, this.#freePmf, this.#freeWidth);
  }

  #walkThrough(k: number): number {
    this.#spreadFrees();
    const mean = this.peopleMean + k * this.freshChance;
    const squared = this.peopleSquared + k * this.freshChance ** 2;
    const each = mean <= 0 ? 0 : squared / mean;
    const negligible = mean > 12 ? 1e-7 : 1e-9;
    const reach = Math.min(widest - 1, Math.ceil(mean + 4.5 * Math.sqrt(mean) + 3));
    const pmf = this.#pmf;
    const walk = this.#walk;
    const next = this.#next;
    walk.fill(0, 0, reach + 1);
    let lost = 0;
    let high = 0;
    const first = this.#freePmf[0] as Float64Array;
    const firstWidth = this.#freeWidth[0] as number;
    for (let d = 0; d < firstWidth; d++) {
      const z = this.free + d;
      if (z < 0) lost += (first[d] as number) * -z;
      const at = Math.max(0, z);
      if (at > reach) break;
      walk[at] = (walk[at] as number) + (first[d] as number);
      if (at > high) high = at;
    }
    let came = 0;
    for (let j = 0; j < steps; j++) {
      const here = (this.arrivals[j] as number) + k * (this.fresh[j] as number);
      const width = binomial(here, (each / mean) * here * (2 * came + here), pmf);
      came += here;
      let from = 0;
      while (from < width && (pmf[from] as number) < 1e-7) from += 1;
      const bound = Math.min(reach, Math.ceil(mean - came + 4.5 * Math.sqrt(Math.max(0, mean - came)) + 3));
      next.fill(0, 0, high + 1);
      for (let z = 0; z <= high; z++) {
        const weight = walk[z] as number;
        if (weight < negligible) continue;
        const served = Math.min(z, width - 1);
        for (let n = from; n <= served; n++) next[z - n] = (next[z - n] as number) + weight * (pmf[n] as number);
        for (let n = Math.max(from, z + 1); n < width; n++) {
          const w = weight * (pmf[n] as number);
          lost += w * (n - z);
          next[0] = (next[0] as number) + w;
        }
      }
      if (j === steps - 1) break;
      const free = this.#freePmf[j + 1] as Float64Array;
      const freeWidth = this.#freeWidth[j + 1] as number;
      const top = Math.min(bound, high + freeWidth - 1);
      walk.fill(0, 0, top + 1);
      for (let z = 0; z <= Math.min(high, top); z++) {
        const weight = next[z] as number;
        if (weight < negligible) continue;
        const most = Math.min(freeWidth - 1, top - z);
        for (let d = 0; d <= most; d++) walk[z + d] = (walk[z + d] as number) + weight * (free[d] as number);
      }
      high = top;
    }
    this.#walk = walk;
    this.#next = next;
    return lost;
  }
}
