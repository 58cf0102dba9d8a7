import { staffedAgents } from '../floor-counts.ts';
import type { ContactClass, PacingState } from '../pacing.ts';
import { gridMs, gridPlace, gridSize, type AnswerEstimate } from './answer-estimate.ts';
import type { ArrivalProfile } from './arrival-profile.ts';
import type { ContactTerms } from './contact-factors.ts';
import type { CruiseTuning } from './cruise-tuning.ts';
import type { FreeingProfile } from './freeing-profile.ts';
import type { LookAhead } from './look-ahead.ts';

/** The agents between which a floor goes from none of the fear to all of it. */
const fearFrom = 5;
const fearTo = 20;

/**
 * In a storm a kind of contact that is believed to be poor is half as far from the average one, by their logarithms: many calls are out
 * before the first of them is answered. Not on a small floor, where few are. `floor`: how much of it, from 0 to 1.
 */
const fearOf = (share: number, common: number, floor: number): number => (share >= common || floor === 0 ? 1 : (common / Math.max(1e-4, share)) ** (floor / 2));

/**
 * The people that a call brings if so many times as many answer as is believed: one at most. Not where the chance is that of its list: that may
 * have turned by more than this, and with it all its calls.
 */
const inStorm = (chance: number, times: number, together: boolean): number => (together ? times * chance : 1 - (1 - Math.min(1, chance)) ** times);

/** Sets the look-ahead's inputs from what is out, who is busy and what is believed of both. */
export class Outlook {
  readonly #answer: AnswerEstimate;
  readonly #arriving: ArrivalProfile;
  readonly #freeing: FreeingProfile;
  readonly #ahead: LookAhead;
  readonly #tuning: CruiseTuning;
  readonly #ringingByAge = new Float64Array(gridSize + 1);
  #lastWatch = Number.NEGATIVE_INFINITY;
  /** Of how many times as many answers a storm is thought. */
  #rise = 1;
  /** What the last look saw ringing: the place of the age, the number of calls and the chance feared of each; and being judged. */
  readonly #seen: { readonly place: number[]; readonly calls: number[]; readonly chance: number[] } = { place: [], calls: [], chance: [] };
  #seenCount = 0;
  #classifying: readonly number[] = [];
  #stormLooked = false;

  constructor(parts: { readonly answer: AnswerEstimate; readonly arriving: ArrivalProfile; readonly freeing: FreeingProfile; readonly ahead: LookAhead; readonly tuning: CruiseTuning }) {
    this.#answer = parts.answer;
    this.#arriving = parts.arriving;
    this.#freeing = parts.freeing;
    this.#ahead = parts.ahead;
    this.#tuning = parts.tuning;
  }

  /** `lastDials`: how many the last decision was for; about as many of the next contacts are looked at. */
  look(state: PacingState, now: number, lastDials: number): void {
    const { agents, calls, next } = state;
    const { ringing, ringingOf } = calls;
    const answer = this.#answer;
    const ahead = this.#ahead;
    const { share: expected, error } = answer;
    const raised = this.#raised(expected, error);
    const staff = staffedAgents(state);
    const floor = Math.min(1, Math.max(0, (staff - fearFrom) / (fearTo - fearFrom)));
    // On a large floor the room that it earns in a minute outlasts a change of list.
    const { storm } = this.#tuning;
    this.#rise = storm - (storm - Math.min(storm, 2)) * Math.min(1, Math.max(0, (staff - 40) / 60));
    this.#seenCount = 0;
    ahead.clear();
    ahead.free = agents.idle - calls.waiting.length;
    ahead.freshChance = next === undefined || next.length === 0 ? raised : this.#chanceOfNext(next.slice(0, Math.max(3, 2 * lastDials)), error / Math.max(1e-9, expected));
    ahead.arrivals.fill(0);
    ahead.fresh.fill(0);
    ahead.feared.fill(0);
    ahead.fearedFresh.fill(0);
    if (Number.isFinite(this.#lastWatch)) answer.watch(ringing, now - this.#lastWatch);
    this.#lastWatch = now;
    ahead.together = ringingOf !== undefined;
    if (ringingOf === undefined) this.#addRinging(ringing, raised);
    else this.#addRingingOf(ringing, ringingOf, raised / Math.max(1e-9, expected), floor);
    this.#arriving.addRinging(0, ahead.freshChance, ahead.fresh);
    ahead.fearedChance = ahead.freshChance * fearOf(ahead.freshChance, answer.commonShare, floor);
    const { personShare } = answer;
    for (const age of calls.classifying) {
      ahead.addCalls(1, personShare);
      this.#arriving.addClassifying(Math.floor(age / gridMs), personShare, ahead.arrivals);
    }
    this.#classifying = calls.classifying;
    this.#stormLooked = false;
    this.#freeing.sum(agents.talking, agents.wrapping, ahead.frees, ahead.freesSquared);
    ahead.prepare();
  }

  /** What is out as a storm would have it. Only who is about to dial needs it: call it before `stressed`; it holds for the last look. */
  lookAtStorm(): void {
    if (this.#stormLooked) return;
    this.#stormLooked = true;
    const ahead = this.#ahead;
    const { together } = ahead;
    const { place, calls, chance } = this.#seen;
    for (let i = 0; i < this.#seenCount; i++) {
      const count = calls[i] as number;
      const feared = inStorm(chance[i] as number, this.#rise, together);
      ahead.addFeared(count, feared);
      this.#arriving.addRinging(place[i] as number, count * feared, ahead.feared);
    }
    const feared = inStorm(this.#answer.personShare, this.#rise, together);
    for (const age of this.#classifying) {
      ahead.addFeared(1, feared);
      this.#arriving.addClassifying(Math.floor(age / gridMs), feared, ahead.feared);
    }
    ahead.fearedChance = inStorm(ahead.fearedChance, this.#rise, together);
    this.#arriving.addRinging(0, ahead.fearedChance, ahead.fearedFresh);
  }

  /** While the share is hardly known, more may answer than it says. */
  #raised(expected: number, error: number): number {
    const unknown = Math.min(1, Math.max(0, (error / Math.max(0.02, expected) - 0.06) / 0.12));
    return Math.min(0.98, expected + (this.#tuning.caution + this.#tuning.firstCaution * unknown) * error);
  }

  #chanceOfNext(next: readonly ContactClass[], relativeError: number): number {
    let sum = 0;
    for (const of of next) {
      const { answerShare, personShare, variance } = this.#answer.sharesOf(this.#answer.kindOf(of));
      const expected = answerShare * personShare;
      sum += this.#raised(expected, expected * Math.sqrt(relativeError ** 2 + variance));
    }
    return sum / next.length;
  }

  #addRinging(ringing: readonly number[], share: number): void {
    const answer = this.#answer;
    const answerShare = Math.max(share, answer.answerShare);
    const count = this.#ringingByAge;
    count.fill(0);
    for (let i = 0; i < ringing.length; i++) {
      const b = gridPlace(ringing[i] as number);
      count[b] = (count[b] as number) + 1;
    }
    for (let b = 0; b <= gridSize; b++) {
      const here = count[b] as number;
      if (here > 0) this.#add(b, here, answer.chanceAt(b, share, answerShare), 1);
    }
  }

  #addRingingOf(ringing: readonly number[], ringingOf: readonly ContactClass[], raise: number, floor: number): void {
    const answer = this.#answer;
    const common = answer.commonShare;
    // Calls to contacts alike that have rung as long are alike.
    const kinds = new Map<ContactTerms | undefined, Uint32Array>();
    for (let i = 0; i < ringing.length; i++) {
      const kind = answer.kindOf(ringingOf[i]);
      let byAge = kinds.get(kind);
      if (byAge === undefined) kinds.set(kind, (byAge = new Uint32Array(gridSize + 1)));
      const b = gridPlace(ringing[i] as number);
      byAge[b] = (byAge[b] as number) + 1;
    }
    for (const [kind, byAge] of kinds) {
      const { answerShare, personShare } = answer.sharesOf(kind);
      const share = Math.min(0.98, answerShare * personShare * raise);
      const mostAnswers = Math.max(share, answerShare);
      const fear = fearOf(share, common, floor);
      for (let b = 0; b <= gridSize; b++) {
        const here = byAge[b] as number;
        if (here > 0) this.#add(b, here, answer.chanceAt(b, share, mostAnswers), fear);
      }
    }
  }

  /** Calls that have rung for `b` half seconds. */
  #add(b: number, calls: number, chance: number, fear: number): void {
    if (chance <= 1e-6) return;
    const { place, calls: counts, chance: chances } = this.#seen;
    const at = this.#seenCount++;
    place[at] = b;
    counts[at] = calls;
    chances[at] = fear * chance;
    this.#ahead.addCalls(calls, chance);
    this.#arriving.addRinging(b, calls * chance, this.#ahead.arrivals);
  }
}
