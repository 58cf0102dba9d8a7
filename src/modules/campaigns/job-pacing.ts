import type { PacingPromise } from '../../core/pacing/pacing.ts';

/** How a job is paced: its campaign's way, or what was asked for when it was started or while it ran. Stored with the job. */
export interface JobPacing {
  /** The short form of docs/pacing.md, e.g. `cruise` or `ratio:1.5`. */
  readonly pacing: string;
  /** cruise: wins over the rate in the short form. */
  readonly promise?: PacingPromise;
  /** Calls at once that a supervisor wants at least and at most. */
  readonly floor?: number;
  readonly ceiling?: number;
}
