import type { ChosenAgent } from '../../core/ports.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { AttemptId, JobId } from '../../kernel/ids.ts';

interface Waiter {
  readonly job: JobId;
  readonly attempt: AttemptId;
  readonly settle: (agent: ChosenAgent | undefined) => void;
}

/** People who wait for an agent of their job, first come, first served. */
export class AgentWaiters {
  readonly #clock: Clock;
  readonly #waiting: Waiter[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves with the agent, or undefined at `deadlineMs` (monotonic) and as soon as `signal` aborts. */
  wait(job: JobId, attempt: AttemptId, deadlineMs: number, signal: AbortSignal): Promise<ChosenAgent | undefined> {
    return new Promise((resolve) => {
      const waiter: Waiter = { job, attempt, settle: (agent) => done(agent) };
      const timer = this.#clock.after(deadlineMs - this.#clock.monotonic(), () => done(undefined));
      const onAbort = (): void => done(undefined);
      const done = (agent: ChosenAgent | undefined): void => {
        const at = this.#waiting.indexOf(waiter);
        if (at >= 0) this.#waiting.splice(at, 1);
        timer.cancel();
        signal.removeEventListener('abort', onAbort);
        resolve(agent);
      };
      if (signal.aborted) return done(undefined);
      signal.addEventListener('abort', onAbort);
      this.#waiting.push(waiter);
    });
  }

  /** The first who waits for an agent of this job. */
  first(job: JobId | undefined): Waiter | undefined {
    return this.#waiting.find((w) => w.job === job);
  }
}
