import { callsOut, staffedAgents, talkingAgents } from '../floor-counts.ts';
import { AbandonmentLedger, type LedgerHistory } from '../ledger.ts';
import { limited } from '../limited.ts';
import type { Pacer, PacingAccount, PacingDecision, PacingFact, PacingPromise, PacingState } from '../pacing.ts';
import { AbandonmentPrice, type WorkingDay } from './abandonment-price.ts';
import { AnswerEstimate } from './answer-estimate.ts';
import { ArrivalProfile } from './arrival-profile.ts';
import { cruiseTuning, type CruiseTuning } from './cruise-tuning.ts';
import { mostDials } from './dial-search.ts';
import { DurationHazard } from './duration-hazard.ts';
import { FreeingProfile } from './freeing-profile.ts';
import { LateVerdicts } from './late-verdicts.ts';
import { LookAhead, stepMs } from './look-ahead.ts';
import { Outlook } from './outlook.ts';
import { WaitAllowance } from './wait-allowance.ts';

const hourMs = 3_600_000;
/** From so many agents on a decision each half second is enough; in between the picture hardly changes. */
const manyAgents = 60;
const betweenMs = 450;
/** And from so many on, one each second. */
const hundredsOfAgents = 200;
/** What a floor works in a day, if nobody says otherwise: what the day's window still bears is to be spent by then. */
const workingDayMs = 8 * hourMs;
const usualOccupancy = 0.85;

/**
 * Cruise control: the operator gives the promise, the rest is learned. Every decision looks ahead: who will be free when, who
 * will answer when, and how many people that leaves with nobody, for one more dial and one more. A dial is worth it while the
 * abandonments it adds stay below a *price* per person it brings; the price moves with the room that every window still has (the
 * ledger), compared with a reserve; and a dial that could carry what is on its way past the cap is not made at any price.
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
  readonly #freeing = new FreeingProfile(this.#talk, this.#wrap);
  readonly #arriving = new ArrivalProfile(this.#answer);
  readonly #price: AbandonmentPrice;
  readonly #allowance: WaitAllowance;
  readonly #late: LateVerdicts;
  readonly #ahead = new LookAhead();
  readonly #outlook: Outlook;
  #lastRinging = 0;
  #resolved = 0;
  #dialsResolved = 0;
  #lastDecision = Number.NEGATIVE_INFINITY;
  /** Where the two searches of the last decision ended. */
  #lastWorth = 0;
  #lastBearable = 0;
  #lastLook = Number.NEGATIVE_INFINITY;
  #lastRefresh = Number.NEGATIVE_INFINITY;
  #factsAtRefresh = 0;
  #workedMs = 0;
  #meanWorkMs = 0;
  #staff = 0;
  #talksEnded = 0;
  #wrapsEnded = 0;
  #wrappingNow = 0;
  /** People since the last look, and the agents who were idle then. */
  #connected = 0;
  #abandoned = 0;
  #idleBefore = 0;
  /** Abandonments foreseen and seen, for the honesty of the forecast; both fade. */
  #foreseen = 3;
  #seen = 3;

  constructor(options: { readonly promise: PacingPromise; readonly history?: LedgerHistory; readonly now?: number; readonly tuning?: Partial<CruiseTuning> }) {
    this.#promise = options.promise;
    this.#tuning = { ...cruiseTuning, ...options.tuning };
    const cap = options.promise.targetRate;
    this.#ledger = new AbandonmentLedger({
      windows: [
        { windowMs: 24 * hourMs, cap },
        { windowMs: options.promise.windowMs, cap },
        { windowMs: hourMs, cap: 2 * cap, brief: true },
        // Over lunch fewer people come than leave the hour: what it will hold soon must bear it too.
        { windowMs: 0.7 * hourMs, cap: 2 * cap, brief: true },
      ],
      monthCap: cap,
      ...(options.history === undefined ? {} : { history: options.history }),
      ...(options.now === undefined ? {} : { now: options.now }),
    });
    this.#allowance = new WaitAllowance(options.promise);
    this.#late = new LateVerdicts(cap);
    this.#price = new AbandonmentPrice(this.#tuning, cap);
    this.#outlook = new Outlook({ answer: this.#answer, arriving: this.#arriving, freeing: this.#freeing, ahead: this.#ahead, tuning: this.#tuning });
  }

  get ledger(): AbandonmentLedger {
    return this.#ledger;
  }

  /** What it believes now; for the live view and for explaining a decision. */
  get beliefs(): { readonly answerShare: number; readonly personShare: number; readonly talkMs: number; readonly wrapMs: number; readonly waitMs: number; readonly price: number; readonly honesty: number; readonly lateShare: number } {
    return {
      answerShare: this.#answer.answerShare,
      personShare: this.#answer.personShare,
      talkMs: this.#talk.meanMs,
      wrapMs: this.#wrap.meanMs,
      waitMs: this.#allowance.ms(this.#answer.verdictMeanMs),
      price: this.#price.base,
      honesty: this.#seen / this.#foreseen,
      lateShare: this.#late.share,
    };
  }

  account(): PacingAccount {
    const { price, answerShare, personShare, talkMs, wrapMs, waitMs } = this.beliefs;
    return { promise: this.#promise, estimate: { answerShare, personShare, talkMs, wrapMs, waitMs }, room: this.#ledger.room(this.#genuine) - this.#late.margin, price };
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
          this.#connected += 1;
          this.#allowance.connected(fact.waitMs);
          break;
        case 'abandoned':
          this.#ledger.add(now, 1, 1);
          this.#abandoned += 1;
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
    if (this.#staff > manyAgents && now >= this.#lastDecision && now - this.#lastDecision < (this.#staff > hundredsOfAgents ? 2 * betweenMs : betweenMs) && state.limits.floor === undefined) return { dial: 0, why: 'within the half second' };
    const { agents } = state;
    this.#takeIn(state, now);
    const staff = staffedAgents(state);
    const out = callsOut(state);
    this.#staff = staff;
    this.#lastDecision = now;
    if (staff === 0) return this.#answerWith(0, state, 'nobody is staffed');

    const ahead = this.#ahead;
    this.#outlook.look(state, now, this.#lastWorth);
    // Before anything is known: one call for each idle agent.
    const atFirst = this.#dialsResolved < Math.min(60, 3 * staff) ? Math.max(0, agents.idle - out) : Number.POSITIVE_INFINITY;
    const most = Math.min(atFirst, state.contactsLeft, Math.max(0, state.limits.maxConcurrentCalls - out - talkingAgents(state)), (state.limits.ceiling ?? Number.POSITIVE_INFINITY) - out);
    if (most <= 0) return this.#answerWith(0, state, 'nothing may be dialled');
    const chance = ahead.freshChance;
    if (chance <= 1e-6) return this.#answerWith(Math.max(0, agents.idle - out), state, 'nobody answers: one call per idle agent');

    const honesty = Math.max(0.3, this.#seen / this.#foreseen);
    const room = this.#ledger.room(this.#genuine) - this.#late.margin;
    const little = Math.max(0, 1 - this.#ledger.answeredInDay / 100);
    const spare = Math.floor(room - this.#tuning.atFirst * little + 1e-9);
    const price = this.#price.at(this.#ledger.lastingRoom(this.#genuine) - this.#late.margin, room, this.#day(staff));
    const before = ahead.abandoned(0) * honesty;
    const borne = Math.max(1e-6, price * chance);
    let dial = mostDials(most, 3, this.#lastWorth, (k) => ahead.added(k) * honesty <= borne);
    this.#lastWorth = dial;
    // Whatever it is worth: not past what a window still bears.
    if (dial > 0 && this.#tuning.risk < 1 && !this.#bearable(dial, spare, staff, honesty)) {
      dial = mostDials(dial - 1, 2, this.#lastBearable, (k) => this.#bearable(k, spare, staff, honesty));
      this.#lastBearable = dial;
    }
    // One call for each idle agent risks nobody, whatever the estimate says.
    dial = Math.max(dial, Math.min(most, agents.idle - out));
    let added = 0;
    if (dial > 0) {
      added = Math.max(0, ahead.abandoned(dial) * honesty - before);
      this.#price.bought(dial * chance);
      this.#foresee(added / honesty);
    }
    const { idle } = agents;
    const due = ahead.peopleMean;
    return this.#answerWith(dial, state, () => `${idle} idle, ${due.toFixed(1)} people due of ${out} out; +${dial} adds ${added.toFixed(3)} abandoned at price ${price.toFixed(3)}, room ${room.toFixed(1)}${spare > 0 ? '' : '; no room in a window: none at risk'}`);
  }

  /** Would what is out and so many dials more stay within what the windows bear, also in a storm and when agents leave? */
  #bearable(k: number, spare: number, staff: number, honesty: number): boolean {
    const ahead = this.#ahead;
    const { risk, stormRisk, stay, leaveRisk } = this.#tuning;
    this.#outlook.lookAtStorm();
    // On a large floor shifts end one after the other.
    const leave = leaveRisk * Math.max(1, (staff / 40) ** 2);
    return ahead.stressed(spare, k) <= stormRisk && ahead.deserted(spare, k, stay) <= leave && ahead.exceeding(spare, k) * honesty <= risk;
  }

  #answerWith(dial: number, state: PacingState, why: string | (() => string)): PacingDecision {
    const decision = limited(dial, state, why);
    this.#lastRinging = state.calls.ringing.length;
    return decision;
  }

  /** A working day has passed some time after the first person of the last 24 hours. */
  #day(staff: number): WorkingDay {
    const people = (staff * workingDayMs * usualOccupancy) / Math.max(1000, this.#meanWorkMs);
    return { staff, people, peopleToCome: people * Math.max(0, 1 - this.#workedMs / workingDayMs) };
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
    this.#judgeLosses(agents.idle);
    const dialled = calls.ringing.length - this.#lastRinging + this.#resolved;
    this.#resolved = 0;
    const from = Number.isFinite(this.#lastLook) ? this.#lastLook : now;
    this.#answer.dialled(dialled, from);
    if (calls.ringingOf !== undefined) this.#answer.dialledTo(calls.ringing, calls.ringingOf, now - from);
    this.#lastLook = now;
    this.#answer.ripen(now);
    this.#refresh(agents, now);
  }

  /** Whoever is lost although there was an agent for him is none of dialling's fault. */
  #judgeLosses(idle: number): void {
    if (idle > 0 && this.#idleBefore > this.#connected) this.#late.saw(this.#connected + this.#abandoned, this.#abandoned);
    else this.#seen += this.#abandoned;
    this.#connected = 0;
    this.#abandoned = 0;
    this.#idleBefore = idle;
  }

  /** Brings the curves up to date, in time or once a part more has been seen. */
  #refresh(agents: PacingState['agents'], now: number): void {
    const seen = this.#dialsResolved + this.#talksEnded + this.#wrapsEnded;
    const since = now - this.#lastRefresh;
    if (since >= 0 && since < 60_000 && (since < 5000 || seen < 1.05 * this.#factsAtRefresh + 2)) return;
    this.#lastRefresh = now;
    this.#factsAtRefresh = seen;
    this.#workedMs = this.#ledger.sinceFirst(now);
    this.#meanWorkMs = this.#talk.meanMs + this.#wrap.meanMs;
    this.#answer.refresh();
    this.#arriving.refresh();
    this.#talk.refresh(agents.talking);
    this.#wrap.refresh(agents.wrapping);
    const noWrap = this.#talksEnded < 20 ? 0 : 1 - Math.min(1, (this.#wrapsEnded + this.#wrappingNow) / this.#talksEnded);
    this.#freeing.refresh(this.#talk, this.#wrap, this.#allowance.ms(this.#answer.verdictMeanMs) + stepMs / 2, noWrap);
  }

  /** Books what a decision is expected to cost. */
  #foresee(abandoned: number): void {
    this.#foreseen += abandoned;
    if (this.#foreseen <= 60) return;
    this.#foreseen *= 0.5;
    this.#seen *= 0.5;
  }
}
