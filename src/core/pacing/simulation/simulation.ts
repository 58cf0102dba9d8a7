import type { ContactClass, PacingFact, PacingState } from '../pacing.ts';
import { CallDraws, type CallDraw } from './call-draws.ts';
import { EventQueue } from './event-queue.ts';
import { FloorPicture } from './floor-picture.ts';
import type { Scenario } from './scenario.ts';
import { SimulationTally, type SimulationReport } from './simulation-report.ts';
import { SimulatedStaff } from './simulated-staff.ts';
import { SinceList } from './since-list.ts';

/** A question to the pacer. The arrays of `state` are reused: read them before asking for the next tick. */
export interface SimulationTick {
  readonly now: number;
  readonly state: PacingState;
  readonly facts: readonly PacingFact[];
}

export interface SimulationOptions {
  readonly atEveryEvent?: boolean;
}

/** A person on his way: when he can be connected, until when, and how long he will keep an agent. */
export interface ForeseenPerson {
  readonly verdictAt: number;
  readonly leavesAt: number;
  readonly busyMs: number;
}

/** What happens to a call before somebody talks. */
type ContactFact = Extract<PacingFact, { readonly what: 'dialled' | 'noanswer' | 'busy' | 'invalid' | 'answered' | 'person' | 'machine' }>;

/** Of so many contacts to come it is told what is known of them. */
const nextKnown = 50;

/** Facts that say nothing but that they are. */
const bare = {
  noanswer: { what: 'noanswer' },
  busy: { what: 'busy' },
  invalid: { what: 'invalid' },
  abandoned: { what: 'abandoned' },
  agentOn: { what: 'agentOn' },
  agentOff: { what: 'agentOff' },
} as const satisfies Record<string, PacingFact>;

const answered = 0;
const verdict = 1;
const unanswered = 2;
const talkEnds = 3;
const wrapEnds = 4;
const leaves = 5;

/** Of what happens in one instant, an agent becoming idle comes before a deadline: exactly at the threshold is in time. */
const rankOf = (kind: number): number => (kind === leaves ? 1 : 0);

/**
 * One seeded run of a scenario. `run` is a generator: it yields a tick whenever the pacer is to be asked (at 0, every simulated
 * second, and when an agent becomes idle while nobody waits) and takes the number to dial, so one engine serves a pacer in this
 * process and one behind a pipe. The rules are those of docs/pacing.md, "Life of a call".
 */
export class Simulation {
  readonly #scenario: Scenario;
  readonly #seed: number;
  readonly #atEveryEvent: boolean;
  readonly #draws: CallDraws;
  readonly #queue = new EventQueue(unanswered);
  readonly #tally = new SimulationTally();
  readonly #calls: CallDraw[] = [];
  readonly #freeCalls: number[] = [];
  /** When a waiting call stops waiting by itself; −1 when it no longer waits. */
  readonly #leavesAt: number[] = [];
  /** The call that an agent has. */
  readonly #callOf: number[] = [];
  readonly #wrapEndsAt: number[] = [];
  readonly #ringing = new SinceList();
  readonly #classifying = new SinceList();
  readonly #waiting: number[] = [];
  readonly #waitingSince: number[] = [];
  readonly #talking = new SinceList();
  readonly #wrapping = new SinceList();
  readonly #staff: SimulatedStaff;
  #contactsLeft: number;
  #facts: PacingFact[] = [];
  readonly #recentDials: number[] = [];
  #recentFrom = 0;
  #becameIdle = false;
  readonly #drawn: CallDraw[] = [];
  /** Handed to the pacer for each tick anew. */
  readonly #floor: FloorPicture;

  /** `atEveryEvent`: the pacer is asked after whatever happens, as no real dialer is: to tell what asking once a second costs. */
  constructor(scenario: Scenario, seed: number, options: SimulationOptions = {}) {
    this.#scenario = scenario;
    this.#atEveryEvent = options.atEveryEvent === true;
    this.#seed = seed;
    this.#draws = new CallDraws(scenario, seed);
    this.#contactsLeft = scenario.contacts;
    this.#staff = new SimulatedStaff(scenario.agents, this.#tally);
    this.#floor = new FloorPicture({ talking: this.#talking, wrapping: this.#wrapping, ringing: this.#ringing, classifying: this.#classifying, waiting: this.#waitingSince }, scenario.limits, scenario.turns === undefined ? undefined : { ringing: (i) => this.#call(this.#ringing.ids[i] as number).of ?? {}, next: () => this.#nextKinds() });
  }

  get tally(): SimulationTally {
    return this.#tally;
  }

  /** What is known of the contacts to be dialled next. */
  #nextKinds(): readonly ContactClass[] {
    const drawn = this.#drawn.slice(0, nextKnown).map((call) => call.of ?? {});
    return [...drawn, ...(this.#draws.upcoming(nextKnown - drawn.length) ?? [])].slice(0, this.#contactsLeft);
  }

  /** What only a clairvoyant may ask: what will become of the contact to be dialled after `ahead` others. */
  nextContact(now: number, ahead: number): CallDraw {
    while (this.#drawn.length <= ahead) this.#drawn.push(this.#draws.draw(now));
    return this.#drawn[ahead] as CallDraw;
  }

  /** What only a clairvoyant may ask: when each agent will be free, and which people are on their way. */
  foresee(now: number): { readonly freeAt: number[]; readonly people: ForeseenPerson[] } {
    const freeAt = new Array<number>(this.#staff.idle).fill(now);
    for (const [i, agent] of this.#talking.ids.entries()) {
      const call = this.#call(this.#callOf[agent] as number);
      freeAt.push((this.#talking.since[i] as number) + call.talkMs + (call.outcome === 'person' ? call.wrapMs : 0));
    }
    for (const agent of this.#wrapping.ids) freeAt.push(this.#wrapEndsAt[agent] as number);
    const people: ForeseenPerson[] = [];
    for (const [i, of] of this.#ringing.ids.entries()) people.push(...this.foreseen(this.#call(of), (this.#ringing.since[i] as number) + this.#call(of).ringMs));
    for (const [i, of] of this.#classifying.ids.entries()) people.push(...this.foreseen(this.#call(of), this.#classifying.since[i] as number));
    for (const of of this.#waiting) people.push({ verdictAt: now, leavesAt: this.#leavesAt[of] as number, busyMs: this.#call(of).talkMs + this.#call(of).wrapMs });
    return { freeAt, people };
  }

  /** The person that a call answered at this time will bring, if any. */
  foreseen(call: CallDraw, answeredAt: number): ForeseenPerson[] {
    if (!call.judgedPerson) return [];
    return [{ verdictAt: answeredAt + call.verdictMs, leavesAt: this.#leavingTime(call, answeredAt), busyMs: call.talkMs + call.wrapMs }];
  }

  #leavingTime(call: CallDraw, answeredAt: number): number {
    const { promise } = this.#scenario;
    const greetingEnd = answeredAt + call.greetingMs;
    return Math.min((promise.from === 'greetingEnd' ? greetingEnd : answeredAt) + promise.thresholdMs, greetingEnd + call.patienceMs);
  }

  *run(): Generator<SimulationTick, SimulationReport, number> {
    const { durationMs } = this.#scenario;
    for (let second = 0; second <= durationMs; second += 1000) {
      // Everything up to this tick, staff changes first among things of one instant.
      for (;;) {
        const staffAt = this.#staff.changesAt;
        const next = Math.min(staffAt, this.#queue.nextTime);
        if (next > second || next >= durationMs) break;
        if (staffAt === next) this.#change(next);
        else this.#step(next);
        if (this.#becameIdle || this.#atEveryEvent) {
          this.#becameIdle = false;
          if ((this.#waiting.length === 0 || this.#atEveryEvent) && next < second) this.#dial(next, yield this.#tick(next));
        }
      }
      if (second >= durationMs) break;
      this.#becameIdle = false;
      this.#dial(second, yield this.#tick(second));
    }
    this.#closeBooks(durationMs);
    return this.#tally.report(this.#scenario.name, this.#seed, durationMs, this.#contactsLeft === 0);
  }

  #tick(now: number): SimulationTick {
    this.#floor.look(now, this.#staff.idle, this.#contactsLeft);
    const facts = this.#facts;
    if (facts.length > 0) this.#facts = [];
    this.#tally.decisions += 1;
    return { now, state: this.#floor, facts };
  }

  #dial(now: number, wanted: number): void {
    if (!(wanted > 0)) return;
    const { maxConcurrentCalls, maxCallsPerSecond } = this.#scenario.limits;
    const recent = this.#recentDials;
    while (this.#recentFrom < recent.length && (recent[this.#recentFrom] as number) <= now - 1000) this.#recentFrom += 1;
    if (this.#recentFrom > 4096) {
      recent.splice(0, this.#recentFrom);
      this.#recentFrom = 0;
    }
    const lines = this.#ringing.size + this.#classifying.size + this.#waiting.length + this.#talking.size;
    const most = Math.max(0, Math.min(maxConcurrentCalls - lines, maxCallsPerSecond - (recent.length - this.#recentFrom), this.#contactsLeft));
    const whole = Math.floor(wanted);
    if (whole > most) this.#tally.limitHits += whole - most;
    for (let i = Math.min(whole, most); i > 0; i--) {
      const call = this.#freeCalls.pop() ?? this.#calls.length;
      const draw = this.#drawn.length > 0 ? (this.#drawn.shift() as CallDraw) : this.#draws.draw(now, this.#calls[call]);
      this.#calls[call] = draw;
      this.#ringing.add(call, now);
      recent.push(now);
      this.#contactsLeft -= 1;
      this.#tally.dials += 1;
      if (draw.outcome === 'noanswer') this.#queue.addLast(now + draw.ringMs, call);
      else this.#queue.add(now + draw.ringMs, 0, draw.outcome === 'person' || draw.outcome === 'machine' ? answered : unanswered, call);
    }
  }

  #step(now: number): void {
    this.#queue.take();
    const { kind, of } = this.#queue;
    switch (kind) {
      case answered: {
        const ringMs = now - this.#ringing.remove(of);
        this.#classifying.add(of, now);
        this.#facts.push(this.#told({ what: 'answered', ringMs }, of));
        this.#queue.add(now + this.#call(of).verdictMs, 0, verdict, of);
        return;
      }
      case unanswered: {
        this.#ringing.remove(of);
        const { outcome } = this.#call(of);
        this.#facts.push(this.#told(outcome === 'busy' || outcome === 'invalid' ? bare[outcome] : bare.noanswer, of));
        this.#freeCalls.push(of);
        return;
      }
      case verdict:
        return this.#judge(of, now);
      case leaves: {
        const place = this.#waiting.indexOf(of);
        if (place < 0 || this.#leavesAt[of] !== now) return;
        this.#waiting.splice(place, 1);
        this.#waitingSince.splice(place, 1);
        return this.#abandon(of, now);
      }
      case talkEnds:
        return this.#endTalk(of, now);
      case wrapEnds: {
        const since = this.#wrapping.remove(of);
        this.#facts.push({ what: 'wrapEnded', wrapMs: now - since });
        return this.#free(of, now);
      }
    }
  }

  /** A fact of a call, with what is known of its contact. */
  #told(fact: ContactFact, call: number): PacingFact {
    const { of } = this.#call(call);
    return of === undefined ? fact : { ...fact, of };
  }

  #call(of: number): CallDraw {
    return this.#calls[of] as CallDraw;
  }

  #judge(of: number, now: number): void {
    const answeredAt = this.#classifying.remove(of);
    const call = this.#call(of);
    const verdictMs = now - answeredAt;
    if (!call.judgedPerson) {
      this.#facts.push(this.#told({ what: 'machine', verdictMs }, of));
      if (call.outcome === 'person') this.#tally.misjudgedPeople += 1;
      this.#freeCalls.push(of);
      return;
    }
    this.#facts.push(this.#told({ what: 'person', verdictMs }, of));
    const leavesAt = this.#leavingTime(call, answeredAt);
    this.#leavesAt[of] = leavesAt;
    if (now > leavesAt) return this.#abandon(of, now);
    const agent = this.#staff.takeIdle(now);
    if (agent !== undefined) return this.#connect(of, agent, now, 0);
    this.#waiting.push(of);
    this.#waitingSince.push(now);
    this.#queue.add(leavesAt, rankOf(leaves), leaves, of);
  }

  #abandon(of: number, now: number): void {
    this.#facts.push(bare.abandoned);
    if (this.#call(of).outcome === 'person') {
      this.#tally.abandoned += 1;
      this.#tally.outcomesAt.push(now);
      this.#tally.outcomesAbandoned.push(true);
    }
    this.#leavesAt[of] = -1;
    this.#freeCalls.push(of);
  }

  #connect(of: number, agent: number, now: number, waitMs: number): void {
    const call = this.#call(of);
    this.#leavesAt[of] = -1;
    this.#staff.hasCall(agent);
    this.#callOf[agent] = of;
    this.#talking.add(agent, now);
    this.#facts.push({ what: 'connected', waitMs });
    if (call.outcome === 'person') {
      this.#tally.connectedPeople += 1;
      this.#tally.outcomesAt.push(now);
      this.#tally.outcomesAbandoned.push(false);
    }
    this.#queue.add(now + call.talkMs, 0, talkEnds, agent);
  }

  #endTalk(agent: number, now: number): void {
    const since = this.#talking.remove(agent);
    const of = this.#callOf[agent] as number;
    const call = this.#call(of);
    this.#facts.push({ what: 'talkEnded', talkMs: now - since });
    this.#freeCalls.push(of);
    if (call.outcome !== 'person') {
      this.#tally.machineMs += now - since;
      return this.#free(agent, now);
    }
    this.#tally.usefulMs += now - since + Math.min(call.wrapMs, this.#scenario.durationMs - now);
    this.#wrapping.add(agent, now);
    this.#wrapEndsAt[agent] = now + call.wrapMs;
    this.#queue.add(now + call.wrapMs, 0, wrapEnds, agent);
  }

  /** An agent is done: goes home if the shift is over, takes who waits, or is idle. */
  #free(agent: number, now: number): void {
    if (this.#staff.goesHome(agent, now)) {
      this.#facts.push(bare.agentOff);
      return;
    }
    const next = this.#waiting.shift();
    if (next !== undefined) {
      const since = this.#waitingSince.shift() as number;
      this.#staff.waitedNot(agent);
      return this.#connect(next, agent, now, now - since);
    }
    this.#staff.rest(agent, now);
    this.#becameIdle = true;
  }

  /** A shift begins or ends. */
  #change(now: number): void {
    let change = this.#staff.change(now);
    for (; change > 0; change--) {
      const agent = this.#staff.come(now);
      if (agent === undefined) continue;
      this.#facts.push(bare.agentOn);
      this.#free(agent, now);
    }
    for (; change < 0; change++) if (this.#staff.leave(now)) this.#facts.push(bare.agentOff);
  }

  /** What is open at the end counts up to the end. */
  #closeBooks(endMs: number): void {
    this.#staff.closeBooks(endMs);
    for (const [i, agent] of this.#talking.ids.entries()) {
      const part = endMs - (this.#talking.since[i] as number);
      if (this.#call(this.#callOf[agent] as number).outcome === 'person') this.#tally.usefulMs += part;
      else this.#tally.machineMs += part;
    }
  }
}
