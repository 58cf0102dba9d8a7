import type { Attempt } from '../core/call-control/attempt.ts';
import type { LivePacing } from './jobs.ts';
import type { Agent } from '../modules/agents/index.ts';

/** Live figures of the running server, for the operator's view. */
export interface LiveStatus {
  /** `pacing`, of those that run: what its pacer promises, believes and did last, and its share of the agents. */
  readonly jobs: readonly { readonly id: string; readonly state: string; readonly campaign: string; readonly pacing?: LivePacing }[];
  /** Attempts by phase, and `open` in all. */
  readonly calls: Readonly<Record<string, number>>;
  readonly agents: Readonly<Record<string, number>>;
  /** (talk + wrap-up) / staffed time since the first agent was nailed for the newest job. */
  readonly occupancy: number;
  readonly progress: { readonly contacts: number; readonly finished: number };
  readonly abandonRate: number;
  readonly pacing: string;
}

export function callsByPhase(attempts: readonly Attempt[]): Record<string, number> {
  const counts: Record<string, number> = { open: attempts.length };
  for (const { phase } of attempts) counts[phase] = (counts[phase] ?? 0) + 1;
  return counts;
}

export function agentsByState(agents: readonly Agent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of agents) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** Integrates agents' busy and staffed time over a job: fed on every change, so that no polling error creeps in. */
export class OccupancyMeter {
  #since = 0;
  #staffed = 0;
  #busy = 0;
  #staffedMs = 0;
  #busyMs = 0;
  #running = false;

  start(now: number): void {
    this.#since = now;
    this.#staffedMs = 0;
    this.#busyMs = 0;
    this.#running = true;
  }

  stop(now: number): void {
    this.#advance(now);
    this.#running = false;
  }

  /** `staffed` agents take part, of them `busy` talk or wrap up, from now on. */
  set(staffed: number, busy: number, now: number): void {
    this.#advance(now);
    this.#staffed = staffed;
    this.#busy = busy;
  }

  occupancy(now: number): number {
    this.#advance(now);
    return this.#staffedMs === 0 ? 0 : this.#busyMs / this.#staffedMs;
  }

  #advance(now: number): void {
    if (this.#running) {
      this.#staffedMs += this.#staffed * (now - this.#since);
      this.#busyMs += this.#busy * (now - this.#since);
    }
    this.#since = now;
  }
}
