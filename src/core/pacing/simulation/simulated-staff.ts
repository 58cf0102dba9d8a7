import type { Scenario } from './scenario.ts';
import type { SimulationTally } from './simulation-report.ts';

/** The agents of a simulation: who is there, who is idle, and who goes home when he is done. */
export class SimulatedStaff {
  readonly #shifts: Scenario['agents'];
  readonly #tally: SimulationTally;
  /** When shifts begin and end, and how many of these times have passed. */
  readonly #times: readonly number[];
  #passed = 0;
  /** Idle agents, longest idle first. */
  readonly #idle: number[] = [];
  readonly #idleSince: number[] = [];
  readonly #hadCall: boolean[] = [];
  readonly #freeNumbers: number[] = [];
  #numbers = 0;
  #present = 0;
  #presentSince = 0;
  #toLeave = 0;

  constructor(shifts: Scenario['agents'], tally: SimulationTally) {
    this.#shifts = shifts;
    this.#tally = tally;
    this.#times = [...new Set(shifts.flatMap((a) => [a.from, a.to]))].sort((a, b) => a - b);
  }

  get idle(): number {
    return this.#idle.length;
  }

  /** The next time at which a shift begins or ends; infinity when there is none. */
  get changesAt(): number {
    return this.#times[this.#passed] ?? Number.POSITIVE_INFINITY;
  }

  /** That time has come: how many more agents are wanted than there are, or fewer if below 0. */
  change(now: number): number {
    this.#passed += 1;
    let wanted = 0;
    for (const a of this.#shifts) if (a.from <= now && now < a.to) wanted += a.count;
    return wanted - (this.#present - this.#toLeave);
  }

  /** One more agent; undefined if one stays who was to leave. He is not idle before `rest`. */
  come(now: number): number | undefined {
    if (this.#toLeave > 0) {
      this.#toLeave -= 1;
      return undefined;
    }
    const agent = this.#freeNumbers.pop() ?? this.#numbers++;
    this.#hadCall[agent] = false;
    this.#presence(now, 1);
    return agent;
  }

  /** One agent less: an idle one at once, or else the next who is done. Whether one has left. */
  leave(now: number): boolean {
    const agent = this.#idle.pop();
    if (agent === undefined) {
      this.#toLeave += 1;
      return false;
    }
    this.#idleSince.pop();
    this.#gone(agent, now);
    return true;
  }

  /** Whether an agent who is done leaves now. */
  goesHome(agent: number, now: number): boolean {
    if (this.#toLeave === 0) return false;
    this.#toLeave -= 1;
    this.#gone(agent, now);
    return true;
  }

  /** An agent has nothing to do. */
  rest(agent: number, now: number): void {
    this.#idle.push(agent);
    this.#idleSince.push(now);
  }

  /** The agent who has been idle longest, for a call; his wait is counted from his second call on. */
  takeIdle(now: number): number | undefined {
    const agent = this.#idle.shift();
    if (agent === undefined) return undefined;
    const since = this.#idleSince.shift() as number;
    if (this.#hadCall[agent] === true) this.#tally.agentWaits.push(now - since);
    return agent;
  }

  /** A caller waited for this agent. */
  waitedNot(agent: number): void {
    if (this.#hadCall[agent] === true) this.#tally.agentWaits.push(0);
  }

  hasCall(agent: number): void {
    this.#hadCall[agent] = true;
  }

  /** Counts the time of those present up to the end. */
  closeBooks(endMs: number): void {
    this.#presence(endMs, 0);
  }

  #gone(agent: number, now: number): void {
    this.#presence(now, -1);
    this.#freeNumbers.push(agent);
  }

  #presence(now: number, change: number): void {
    this.#tally.staffedMs += this.#present * (now - this.#presentSince);
    this.#presentSince = now;
    this.#present += change;
  }
}
