import type { SimulationReport } from '../../../src/core/pacing/simulation/simulation-report.ts';

/** The shares of runs in which the cap of the day and that of the hour are kept, and whether that is as often as is asked. */
export interface Standing {
  readonly dayKept: number;
  readonly hourKept: number;
  readonly keeps: boolean;
}

const dayCap = 0.03;
const hourCap = 0.06;
/** So far behind in occupancy, a baseline needs no further seeds. */
const hopeless = 0.01;

/**
 * Whether a way of pacing keeps the promise, by one rule for ours and for every baseline: over all its runs, no 24-hour window above 3 % in
 * at least 99 % of them, and no hour above 6 % in at least 95 %. Of 20 seeds none may cross the day, and one the hour.
 */
export function standingOf(reports: readonly SimulationReport[]): Standing {
  const share = (kept: (r: SimulationReport) => boolean): number => (reports.length === 0 ? 0 : reports.filter(kept).length / reports.length);
  const dayKept = share((r) => r.worst24h <= dayCap + 1e-12);
  const hourKept = share((r) => r.worst1h <= hourCap + 1e-12);
  return { dayKept, hourKept, keeps: dayKept >= 0.99 && hourKept >= 0.95 };
}

/**
 * Whether a baseline is to be run on one more of `seeds` seeds: not once it has crossed a cap more often than all of them may, and not when it
 * has been far behind ours on the seeds so far.
 */
export function isInTheRunning(rival: readonly SimulationReport[], ours: readonly SimulationReport[], seeds: number): boolean {
  const crossed = (over: (r: SimulationReport) => boolean): number => rival.filter(over).length;
  if (crossed((r) => r.worst24h > dayCap + 1e-12) > 0.01 * seeds || crossed((r) => r.worst1h > hourCap + 1e-12) > 0.05 * seeds) return false;
  return lead(ours, rival) <= hopeless;
}

/** By how much occupancy ours is ahead of a rival, on the seeds that both were run on; 0 without one. */
export function lead(ours: readonly SimulationReport[], rival: readonly SimulationReport[]): number {
  const of = new Map(ours.map((r) => [r.seed, r.occupancy]));
  const ahead = rival.flatMap((r) => of.has(r.seed) ? [(of.get(r.seed) ?? 0) - r.occupancy] : []);
  return ahead.length === 0 ? 0 : ahead.reduce((sum, v) => sum + v, 0) / ahead.length;
}
