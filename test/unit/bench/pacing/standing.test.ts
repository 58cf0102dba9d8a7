import { isInTheRunning, lead, standingOf } from '../../../bench/pacing/standing.ts';
import { simulate } from '../../../../src/core/pacing/simulation/simulate.ts';
import type { SimulationReport } from '../../../../src/core/pacing/simulation/simulation-report.ts';
import { ProgressivePacer } from '../../../../src/core/pacing/progressive.ts';
import { shortDay } from '../../core/pacing/worlds.ts';

const plain = simulate(shortDay({ durationMs: 60_000 }), 1, new ProgressivePacer());
const run = (seed: number, over: Partial<SimulationReport> = {}): SimulationReport => ({ ...plain, seed, occupancy: 0.8, worst24h: 0.03, worst1h: 0.06, ...over });
const runs = (count: number, over: Partial<SimulationReport> = {}): SimulationReport[] => Array.from({ length: count }, (_, i) => run(i + 1, over));

describe('the standing of a way of pacing', () => {
  test('is that it keeps the promise while no day of twenty, and one hour at most, is crossed', () => {
    expect(standingOf(runs(20)).keeps).toBe(true);
    expect(standingOf([...runs(19), run(20, { worst1h: 0.061 })]).keeps).toBe(true);
    expect(standingOf([...runs(18), run(19, { worst1h: 0.061 }), run(20, { worst1h: 0.061 })]).keeps).toBe(false);
    expect(standingOf([...runs(19), run(20, { worst24h: 0.0301 })])).toEqual({ dayKept: 0.95, hourKept: 1, keeps: false });
    expect(standingOf([]).keeps).toBe(false);
  });

  test('compares on the seeds that both were run on', () => {
    expect(lead([run(1, { occupancy: 0.9 }), run(2, { occupancy: 0.5 })], [run(2, { occupancy: 0.4 }), run(3, { occupancy: 0.1 })])).toBeCloseTo(0.1);
    expect(lead([], runs(2))).toBe(0);
  });
});

describe('a baseline is run on further seeds', () => {
  test('as long as it keeps the promise and is not far behind', () => {
    expect(isInTheRunning([], [], 20)).toBe(true);
    expect(isInTheRunning(runs(3), runs(3, { occupancy: 0.805 }), 20)).toBe(true);
    expect(isInTheRunning(runs(3), runs(3, { occupancy: 0.82 }), 20)).toBe(false);
  });

  test('not once it has crossed a cap more often than all its runs may', () => {
    expect(isInTheRunning([run(1, { worst24h: 0.04 })], runs(1), 20)).toBe(false);
    expect(isInTheRunning([run(1, { worst1h: 0.07 })], runs(1), 20)).toBe(true);
    expect(isInTheRunning([run(1, { worst1h: 0.07 }), run(2, { worst1h: 0.07 })], runs(2), 20)).toBe(false);
  });
});
