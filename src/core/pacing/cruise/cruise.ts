import { AbandonmentLedger, type LedgerHistory } from '../ledger.ts';
import { limited } from '../limited.ts';
import type { Pacer, PacingAccount, PacingDecision, PacingFact, PacingPromise, PacingState } from '../pacing.ts';
import { AnswerEstimate, gridMs, gridSize } from './answer-estimate.ts';
import { DurationHazard } from './duration-hazard.ts';
import { FreeingProfile } from './freeing-profile.ts';
import { LookAhead, stepMs, steps } from './look-ahead.ts';
import { WaitAllowance } from './wait-allowance.ts';

const hourMs = 3_600_000;
const perStep = stepMs / gridMs;

/** Shape of the policy; the defaults are tuned in the simulator (docs/pacing.md, "What was tuned"). */
export interface CruiseTuning {
  /** First price: the abandonments borne for one more answered person. */
  readonly firstPrice: number;
  /** Abandonments kept in hand, for each square root of the people answered in the day. */
  readonly reserve: number;
  /** Less is spent as the room shrinks below the reserve, more above it: the exponent. */
  readonly firmness: number;
  readonly boldness: number;
  /** The chance borne, per decision, of crossing the cap by what is on its way. */
  readonly risk: number;
  /** How fast the price learns, per person. */
  readonly priceStep: number;
  /** Standard errors added to the answer share. */
  readonly caution: number;
  /** As many more while it is hardly known. */
  readonly firstCaution: number;
}

export const cruiseTuning: CruiseTuning = { firstPrice: 0.047, reserve: 0.2, firmness: 0.5, boldness: 1, risk: 3e-5, priceStep: 0, caution: 0.3, firstCaution: 1.6 };

/**
 * Cruise control: the operator gives the promise, the rest is learned. Every decision looks ahead: who will be free when, who
 * will answer when, and how many people that leaves with nobody, for one more dial and one more. A dial is worth it while the
 * abandonments it adds stay below a *price* per person it brings; the price moves so that abandonments are spent at the pace
 * the promise allows. What every window still bears (the ledger), less a reserve, sets that pace; and a dial that could carry
 * what is on its way past the cap is not made at any price.
 *
 * Deterministic and without a clock; the cost of a decision does not depend on how many calls there have been.
 */
export class CruisePacer implements Pacer {
  readonly kind = 'cruise';
  readonly #promise: PacingPromise;
  readonly #tuning: CruiseTuning;
  readonly #ledger: AbandonmentLedger;
  readonly #answer = new AnswerEstimate();
  readonly #talk = new DurationHazard({ priorMeanMs: 150_000, memory: 1500 });
  readonly #wrap = new DurationHazard({ priorMeanMs: 25_000, memory: 1500 });
  readonly #freeing = new FreeingProfile();
  readonly #allowance: WaitAllowance;
  readonly #ahead = new LookAhead();
  readonly #ringingByAge = new Float64Array(gridSize + 1);
  readonly #byGrid = new Float64Array(gridSize + 64);
  #logPrice: number;
  #lastRinging = 0;
  #resolved = 0;
  #dialsResolved = 0;
  #lastDecision = Number.NEGATIVE_INFINITY;
  #lastLook = Number.NEGATIVE_INFINITY;
  #lastWatch = Number.NEGATIVE_INFINITY;
  #lastRefresh = Number.NEGATIVE_INFINITY;
  #talksEnded = 0;
  #wrapsEnded = 0;
  #wrappingNow = 0;
  /** Abandonments foreseen and seen, for the honesty of the forecast; both fade. */
  #foreseen = 3;
  #seen = 3;

  constructor(options: { readonly promise: PacingPromise; readonly history?: LedgerHistory; readonly now?: number; readonly tuning?: Partial<CruiseTuning> }) {
    this.#promise = options.promise;
    this.#tuning = { ...cruiseTuning, ...options.tuning };
    const cap = options.promise.targetRate;
    this.#ledger = new AbandonmentLedger({
      windows: [{ windowMs: 24 * hourMs, cap }, { windowMs: hourMs, cap: 2 * cap }, { windowMs: options.promise.windowMs, cap }],
      monthCap: cap,
      ...(options.history === undefined ? {} : { history: options.history }),
      ...(options.now === undefined ? {} : { now: options.now }),
    });
    this.#allowance = new WaitAllowance(options.promise);
    this.#logPrice = Math.log(this.#tuning.firstPrice);
  }

  get ledger(): AbandonmentLedger {
    return this.#ledger;
  }

  /** What it believes now; for the live view and for explaining a decision. */
  get beliefs(): { readonly answerShare: number; readonly personShare: number; readonly talkMs: number; readonly wrapMs: number; readonly waitMs: number; readonly price: number; readonly honesty: number } {
    return {
      answerShare: this.#answer.answerShare,
      personShare: this.#answer.personShare,
      talkMs: this.#talk.meanMs,
      wrapMs: this.#wrap.meanMs,
      waitMs: this.#allowance.ms(this.#answer.verdictMeanMs),
      price: Math.exp(this.#logPrice),
      honesty: this.#seen / this.#foreseen,
    };
  }

  account(): PacingAccount {
    const { price, answerShare, personShare, talkMs, wrapMs, waitMs } = this.beliefs;
    return { promise: this.#promise, estimate: { answerShare, personShare, talkMs, wrapMs, waitMs }, room: this.#ledger.room(this.#genuine), price };
  }

  observe(facts: readonly PacingFact[], now: number): void {
    for (const fact of facts) {
      this.#answer.observe(fact);
      switch (fact.what) {
        case 'answered':
        case 'noanswer':
        case 'busy':
        case 'invalid':
          this.#resolved += 1;
          this.#dialsResolved += 1;
          break;
        case 'connected':
          this.#ledger.add(now, 1, 0);
          this.#allowance.connected(fact.waitMs);
          break;
        case 'abandoned':
          this.#ledger.add(now, 1, 1);
          this.#seen += 1;
          this.#allowance.abandoned(now);
          break;
        case 'elsewhere':
          this.#ledger.add(now, fact.answered, fact.abandoned);
          break;
        case 'talkEnded':
          this.#talk.ended(fact.talkMs);
          this.#talksEnded += 1;
          break;
        case 'wrapEnded':
          this.#wrap.ended(fact.wrapMs);
          this.#wrapsEnded += 1;
          break;
        default:
          break;
      }
    }
  }

  decide(state: PacingState, now: number): PacingDecision {
    const { agents, calls } = state;
    this.#takeIn(state, now);
    const staff = agents.idle + agents.talking.length + agents.wrapping.length;
    const out = calls.ringing.length + calls.classifying.length + calls.waiting.length;
    if (staff === 0) return this.#answerWith(0, state, 'nobody is staffed');
    // With many agents a decision a second is enough; in between the picture hardly changes.
    if (staff > 60 && now - this.#lastDecision < 450) return this.#answerWith(0, state, 'within the half second');
    this.#lastDecision = now;

    const ahead = this.#ahead;
    this.#lookAt(state, now);
    // Before anything is known: one call for each idle agent.
    const atFirst = this.#dialsResolved < Math.min(60, 3 * staff) ? Math.max(0, agents.idle - out) : Number.POSITIVE_INFINITY;
    const most = Math.min(atFirst, state.contactsLeft, Math.max(0, state.limits.maxConcurrentCalls - out - agents.talking.length), (state.limits.ceiling ?? Number.POSITIVE_INFINITY) - out);
    if (most <= 0) return this.#answerWith(0, state, 'nothing may be dialled');
    const chance = ahead.freshChance;
    if (chance <= 1e-6) return this.#answerWith(Math.max(0, agents.idle - out), state, 'nobody answers: one call per idle agent');

    const honesty = Math.max(0.3, this.#seen / this.#foreseen);
    const room = this.#ledger.room(this.#genuine);
    const spare = Math.floor(room + 1e-9);
    const pace = this.#pace(room);
    const price = Math.exp(this.#logPrice) * (pace / this.#promise.targetRate) ** 0.85;
    const before = ahead.abandoned(0) * honesty;
    const known = new Map<number, number>([[0, before]]);
    const lost = (k: number): number => {
      let there = known.get(k);
      if (there === undefined) known.set(k, (there = ahead.abandoned(k) * honesty));
      return there;
    };
    /** Expected abandonments with k dials, if the k-th is worth it. */
    const worth = (k: number): number | undefined => {
      const there = lost(k);
      return there - lost(k - 1) <= Math.max(1e-6, price) * chance ? there : undefined;
    };
    let dial = 0;
    let after = before;
    const first = worth(1);
    if (first !== undefined) {
      dial = 1;
      after = first;
      // Upwards in growing steps, then halving: each further dial adds more than the one before.
      let low = 1;
      let high = Math.min(most, 2) + 1;
      for (;;) {
        const k = Math.min(most, high - 1);
        if (k <= low) break;
        const there = worth(k);
        if (there === undefined) {
          high = k;
          break;
        }
        low = k;
        after = there;
        if (k === most) break;
        high = k * 2 + 1;
      }
      // Among many dials an eighth more or less does not matter, and a decision must stay cheap.
      while (high - low > Math.max(1, low >> 3) && low < most) {
        const middle = (low + high) >> 1;
        const there = worth(middle);
        if (there === undefined) high = middle;
        else {
          low = middle;
          after = there;
        }
      }
      dial = low;
    }
    // Whatever it is worth: not past what a window still bears.
    if (dial > 0 && after > 1e-5 && this.#tuning.risk < 1) {
      const bearable = (k: number): boolean => (spare > 0 ? ahead.exceeding(spare, k) * honesty : lost(k) - before) <= (spare > 0 ? this.#tuning.risk : 1e-6);
      if (!bearable(dial)) {
        let low = 0;
        let high = dial;
        while (high - low > Math.max(1, low >> 2)) {
          const middle = (low + high) >> 1;
          if (bearable(middle)) low = middle;
          else high = middle;
        }
        dial = low;
        after = lost(dial);
      }
    }
    // One call for each idle agent risks nobody, whatever the estimate says.
    const sure = Math.min(most, agents.idle - out);
    if (dial < sure) {
      dial = sure;
      after = Math.max(before, Math.min(after, lost(dial)));
    }
    if (dial > 0) this.#spend(dial * chance, after - before, honesty, pace);
    const why = `${agents.idle} idle, ${ahead.peopleMean.toFixed(1)} people due of ${out} out; +${dial} adds ${(after - before).toFixed(3)} abandoned at price ${price.toFixed(3)}, room ${room.toFixed(1)}`;
    return this.#answerWith(dial, state, spare > 0 ? why : `${why}; no room in a window: none at risk`);
  }

  #answerWith(dial: number, state: PacingState, why: string): PacingDecision {
    const decision = limited(dial, state, why);
    this.#lastRinging = state.calls.ringing.length;
    return decision;
  }

  /** Share of the people counted who were people: a machine taken for one ends without a wrap-up. */
  get #genuine(): number {
    const started = this.#wrapsEnded + this.#wrappingNow;
    return this.#talksEnded < 20 ? 0.97 : Math.min(1, Math.max(0.9, started / this.#talksEnded));
  }

  #takeIn(state: PacingState, now: number): void {
    const { agents, calls } = state;
    this.#ledger.advance(now);
    this.#wrappingNow = agents.wrapping.length;
    this.#allowance.watch(calls.waiting, now);
    const dialled = calls.ringing.length - this.#lastRinging + this.#resolved;
    this.#resolved = 0;
    const from = Number.isFinite(this.#lastLook) ? this.#lastLook : now;
    this.#answer.dialled(dialled, from);
    this.#lastLook = now;
    this.#answer.ripen(now);
    const rest = agents.talking.length > 100 ? 30_000 : 15_000;
    if (now - this.#lastRefresh >= rest || this.#lastRefresh > now) {
      this.#lastRefresh = now;
      this.#answer.refresh();
      this.#talk.refresh(agents.talking);
      this.#wrap.refresh(agents.wrapping);
      const noWrap = this.#talksEnded < 20 ? 0 : 1 - Math.min(1, (this.#wrapsEnded + this.#wrappingNow) / this.#talksEnded);
      this.#freeing.refresh(this.#talk, this.#wrap, this.#allowance.ms(this.#answer.verdictMeanMs) + stepMs / 2, noWrap);
    }
  }

  /** Sets the look-ahead's inputs from what is out and who is busy. */
  #lookAt(state: PacingState, now: number): void {
    const { agents, calls } = state;
    const answer = this.#answer;
    const ahead = this.#ahead;
    // While the share is hardly known, more may answer than it says.
    const { share: expected, error } = answer;
    const unknown = Math.min(1, Math.max(0, (error / Math.max(0.02, expected) - 0.06) / 0.12));
    const share = Math.min(0.98, expected + (this.#tuning.caution + this.#tuning.firstCaution * unknown) * error);
    const answerShare = Math.max(share, answer.answerShare);
    ahead.clear();
    ahead.free = agents.idle - calls.waiting.length;
    ahead.freshChance = share;
    ahead.arrivals.fill(0);
    ahead.fresh.fill(0);

    const count = this.#ringingByAge;
    count.fill(0);
    for (const age of calls.ringing) {
      const b = Math.min(gridSize, Math.max(0, Math.floor(age / gridMs)));
      count[b] = (count[b] as number) + 1;
    }
    if (Number.isFinite(this.#lastWatch)) answer.watch(calls.ringing, now - this.#lastWatch);
    this.#lastWatch = now;
    // Answers per half second from now, then verdicts after them.
    const answers = this.#byGrid;
    const horizon = steps * perStep;
    answers.fill(0);
    for (let b = 0; b <= gridSize; b++) {
      const here = count[b] as number;
      if (here === 0) continue;
      const chance = answer.chanceAt(b, share, answerShare);
      const left = answer.ringLeft(b);
      if (chance <= 1e-6 || left <= 1e-6) continue;
      for (let i = 0; i < here; i++) ahead.addCall(chance);
      const scale = (here * chance) / left;
      const last = Math.min(horizon, gridSize - b);
      for (let i = 0; i <= last; i++) answers[i] = (answers[i] as number) + scale * answer.ringAt(b + i);
    }
    const judged = (into: Float64Array, from: (i: number) => number): void => {
      for (let i = 0; i <= horizon; i++) {
        const mass = from(i);
        if (mass <= 1e-9) continue;
        for (let v = 0; v < answer.verdictBins; v++) {
          const step = Math.min(steps - 1, Math.floor((i + v + 0.5) / perStep));
          into[step] = (into[step] as number) + mass * answer.verdictAt(v);
        }
      }
    };
    judged(ahead.arrivals, (i) => answers[i] as number);
    let left = share;
    judged(ahead.fresh, (i) => {
      const mass = share * answer.ringAt(i);
      left -= mass;
      return mass;
    });
    ahead.fresh[steps - 1] = (ahead.fresh[steps - 1] as number) + Math.max(0, left);
    for (const age of calls.classifying) {
      ahead.addCall(answer.personShare);
      const from = Math.floor(age / gridMs);
      let open = 0;
      for (let v = from; v < answer.verdictBins; v++) open += answer.verdictAt(v);
      if (open <= 1e-6) {
        ahead.arrivals[0] = (ahead.arrivals[0] as number) + answer.personShare;
        continue;
      }
      for (let v = from; v < answer.verdictBins; v++) {
        const step = Math.min(steps - 1, Math.floor((v - from + 0.5) / perStep));
        ahead.arrivals[step] = (ahead.arrivals[step] as number) + (answer.personShare * answer.verdictAt(v)) / open;
      }
    }
    this.#freeing.sum(agents.talking, agents.wrapping, ahead.frees, ahead.freesSquared);
    ahead.prepare();
  }

  /** Abandonments to spend per answered person now: what the promise earns, less when the room is short of the reserve. */
  #pace(room: number): number {
    const { targetRate } = this.#promise;
    const { answered } = this.#ledger.totals.day;
    const kept = this.#tuning.reserve * Math.sqrt(Math.max(100, answered)) * Math.sqrt(targetRate / 0.03);
    if (answered < 100) return Math.min(targetRate, Math.max(0.05 * targetRate, (room - kept) / (120 - answered)));
    const filled = Math.max(0.0025, room / kept);
    return targetRate * Math.min(6, filled ** (filled > 1 ? this.#tuning.boldness : this.#tuning.firmness));
  }

  /** Books what a decision spends, and moves the price towards that pace. */
  #spend(people: number, abandoned: number, honesty: number, pace: number): void {
    this.#foreseen += abandoned / honesty;
    if (this.#foreseen > 60) {
      this.#foreseen *= 0.5;
      this.#seen *= 0.5;
    }
    this.#logPrice += Math.min(1, people) * this.#tuning.priceStep * Math.max(-4, 1 - abandoned / people / pace);
    this.#logPrice = Math.min(Math.log(0.6), Math.max(Math.log(0.005), this.#logPrice));
  }
}
