import { SeededRandom } from '../../../kernel/random.ts';
import { sampler, type Sampler } from './distribution.ts';
import type { ContactClass } from '../pacing.ts';
import type { AnswerShares, ContactTurn, Scenario, TimedDistribution } from './scenario.ts';

export type CallOutcome = 'person' | 'machine' | 'busy' | 'invalid' | 'noanswer';

/** Everything that will happen to a dialled call, drawn when it is dialled; milliseconds. */
export interface CallDraw {
  outcome: CallOutcome;
  /** What is known of the contact, where the scenario says. */
  of: ContactClass | undefined;
  /** Dial to answer, or to what ends the call unanswered. */
  ringMs: number;
  greetingMs: number;
  verdictMs: number;
  /** What the classifier will say of an answered call. */
  judgedPerson: boolean;
  patienceMs: number;
  /** Talk, or the handling of a machine taken for a person. */
  talkMs: number;
  wrapMs: number;
}

/** Draws calls one after the other; each quantity from a stream of its own, so that two pacers with one seed meet the same contacts. */
export class CallDraws {
  readonly #scenario: Scenario;
  #turn = 0;
  #doneInTurn = 0;
  readonly #outcome: SeededRandom;
  readonly #times: SeededRandom;
  readonly #work: SeededRandom;
  readonly #ring: Sampler;
  readonly #busy: Sampler;
  readonly #greeting: Sampler;
  readonly #verdict: Sampler;
  readonly #machine: Sampler;
  readonly #patience: Sampler;
  readonly #talk: (now: number) => Sampler;
  readonly #wrap: (now: number) => Sampler;

  constructor(scenario: Scenario, seed: number) {
    const root = new SeededRandom(seed);
    this.#scenario = scenario;
    this.#outcome = root.fork('outcome');
    this.#times = root.fork('times');
    this.#work = root.fork('work');
    this.#ring = sampler(scenario.ringMs);
    this.#busy = sampler(scenario.busyMs);
    this.#greeting = sampler(scenario.greetingMs);
    this.#verdict = sampler(scenario.verdictMs);
    this.#machine = sampler(scenario.machineHandleMs);
    this.#patience = scenario.patienceMs === undefined ? () => Number.POSITIVE_INFINITY : sampler(scenario.patienceMs);
    this.#talk = timedSampler(scenario.talkMs);
    this.#wrap = timedSampler(scenario.wrapMs);
  }

  /** What is known of the contacts that come next, as many as are asked for; undefined where nothing is. */
  upcoming(count: number): readonly ContactClass[] | undefined {
    const { turns } = this.#scenario;
    if (turns === undefined) return undefined;
    const out: ContactClass[] = [];
    let place = this.#turn;
    let done = this.#doneInTurn;
    while (out.length < count) {
      const turn = turns[place] as ContactTurn;
      if (done < turn.count) {
        out.push(turn.of);
        done += 1;
      } else {
        place = (place + 1) % turns.length;
        done = 0;
      }
    }
    return out;
  }

  #nextTurn(): ContactTurn | undefined {
    const { turns } = this.#scenario;
    if (turns === undefined) return undefined;
    if (this.#doneInTurn >= (turns[this.#turn] as ContactTurn).count) {
      this.#turn = (this.#turn + 1) % turns.length;
      this.#doneInTurn = 0;
    }
    this.#doneInTurn += 1;
    return turns[this.#turn];
  }

  /** `into`: a call that is over, whose object may be used again. */
  draw(now: number, into?: CallDraw): CallDraw {
    const turn = this.#nextTurn();
    const outcome = outcomeOf(this.#outcome.next(), turn ?? sharesAt(this.#scenario.answer, now));
    const misjudged = this.#outcome.next();
    const draw = into ?? { outcome, of: undefined, ringMs: 0, greetingMs: 0, verdictMs: 0, judgedPerson: false, patienceMs: 0, talkMs: 0, wrapMs: 0 };
    draw.outcome = outcome;
    draw.of = turn?.of;
    draw.ringMs = this.#scenario.noAnswerMs;
    draw.greetingMs = 0;
    draw.verdictMs = 0;
    draw.judgedPerson = false;
    draw.patienceMs = Number.POSITIVE_INFINITY;
    draw.talkMs = 0;
    draw.wrapMs = 0;
    if (outcome === 'busy' || outcome === 'invalid') draw.ringMs = this.#busy(this.#times);
    if (outcome !== 'person' && outcome !== 'machine') return draw;
    draw.ringMs = this.#ring(this.#times);
    draw.greetingMs = this.#greeting(this.#times);
    draw.verdictMs = this.#verdict(this.#times);
    if (outcome === 'person') {
      draw.judgedPerson = misjudged >= this.#scenario.personTakenAsMachine;
      draw.patienceMs = this.#patience(this.#times);
      draw.talkMs = this.#talk(now)(this.#work);
      draw.wrapMs = this.#wrap(now)(this.#work);
    } else {
      draw.judgedPerson = misjudged < this.#scenario.machineTakenAsPerson;
      if (draw.judgedPerson) draw.talkMs = this.#machine(this.#work);
    }
    return draw;
  }
}

function outcomeOf(u: number, { person, machine, busy, invalid }: Omit<AnswerShares, 'from'>): CallOutcome {
  let left = u - person;
  if (left < 0) return 'person';
  left -= machine;
  if (left < 0) return 'machine';
  left -= busy;
  if (left < 0) return 'busy';
  return left - invalid < 0 ? 'invalid' : 'noanswer';
}

/** The shares that hold at a time: the last whose `from` has come. */
export function sharesAt(answer: readonly AnswerShares[], now: number): AnswerShares {
  let current = answer[0];
  for (const shares of answer) if (shares.from <= now) current = shares;
  return current ?? { from: 0, person: 0, machine: 0, busy: 0, invalid: 0 };
}

function timedSampler(timed: TimedDistribution): (now: number) => Sampler {
  if (!Array.isArray(timed)) {
    const only = sampler(timed as Exclude<TimedDistribution, readonly unknown[]>);
    return () => only;
  }
  const steps = (timed as readonly { readonly from: number; readonly d: Parameters<typeof sampler>[0] }[]).map((step) => ({ from: step.from, draw: sampler(step.d) }));
  return (now) => {
    let current = steps[0];
    for (const step of steps) if (step.from <= now) current = step;
    return current?.draw ?? (() => 0);
  };
}
