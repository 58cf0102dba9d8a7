import { mkdirSync, writeFileSync } from 'node:fs';
import { CruisePacer } from '../../../src/core/pacing/cruise/cruise.ts';
import { ProgressivePacer } from '../../../src/core/pacing/progressive.ts';
import { chart } from '../../../src/core/pacing/simulation/chart.ts';
import { simulate } from '../../../src/core/pacing/simulation/simulate.ts';
import type { Benchmark, Goal } from '../benchmark.ts';
import { markovOptimum } from '../../../src/core/pacing/simulation/baselines/markov-optimum.ts';
import { goalCells, markovianCells, type Cell } from '../pacing/cells.ts';
import { hull, occupancyAt, windowedBound, type FrontierPoint } from './windowed-bound.ts';

const prices = [0.004, 0.012, 0.025, 0.04, 0.06, 0.09, 0.14, 0.2];
const mostAgents = 50;
const percent = (share: number): string => (share * 100).toFixed(2);
const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

/** What is asked of a cell: an occupancy, or a share of the constrained optimum. */
function goalOf(cell: Cell): number {
  if (cell.goal !== undefined) return cell.goal;
  const optimum = markovOptimum({ agents: cell.agents, person: cell.answer, ringMs: 9500, busyMs: cell.talkMs, waitMs: 2000, targetRate: 0.03 });
  return (cell.agents >= 20 ? 0.99 : 0.985) * optimum.occupancy;
}

/**
 * What the promise itself leaves to be reached in the named and the Markovian cells of up to 50 agents: the frontier of the look-ahead (a
 * price that never moves, no window watched), what it brings at the promised rate, and the best that any rule for the price brings if no
 * moment of the day may be above it; and what cruise control reaches without its guards against storms and lunches. `--seeds N` (default 20), from `--from S` (901); `--cells TEXT`: only those whose name holds it;
 * `--out FOLDER` for the plot.
 */
export const benchmark: Benchmark = {
  run({ args }) {
    const flag = (name: string, otherwise: number): number => (args.includes(`--${name}`) ? Number(args[args.indexOf(`--${name}`) + 1]) : otherwise);
    const out = args.includes('--out') ? (args[args.indexOf('--out') + 1] ?? 'out/pacing') : 'out/pacing';
    const seeds = Array.from({ length: flag('seeds', 20) }, (_, i) => flag('from', 901) + i);
    const rows: (string | number)[][] = [];
    const goals: Goal[] = [];
    const series: { name: string; marks: boolean; points: { x: number; y: number }[] }[] = [];
    const measured: unknown[] = [];
    const only = args.includes('--cells') ? (args[args.indexOf('--cells') + 1] ?? '') : '';
    for (const cell of [...goalCells(false), ...markovianCells(false)]) {
      const { name, agents, scenario } = cell;
      if (agents > mostAgents || !name.includes(only)) continue;
      const goal = goalOf(cell);
      const { promise } = scenario;
      const fixed = prices.map((firstPrice) => seeds.map((seed) => simulate(scenario, seed, new CruisePacer({ promise, tuning: { firstPrice, priceStep: 0, leastReserve: 0, reserveByAgent: 0, firmness: 0, boldness: 0, risk: 1 } }))));
      const safe = seeds.map((seed) => simulate(scenario, seed, new ProgressivePacer()));
      const points: FrontierPoint[] = [{ abandoned: 0, occupancy: mean(safe.map((r) => r.occupancy)) }, ...fixed.map((runs) => ({ abandoned: mean(runs.map((r) => r.abandonRate)), occupancy: mean(runs.map((r) => r.occupancy)) }))];
      const frontier = hull(points);
      const people = Math.round(mean(fixed.flat().map((r) => r.answeredPeople)));
      const free = occupancyAt(frontier, promise.targetRate);
      const bound = windowedBound(frontier, people, promise.targetRate);
      const ours = seeds.map((seed) => simulate(scenario, seed, new CruisePacer({ promise })));
      const reached = mean(ours.map((r) => r.occupancy));
      const unguarded = mean(seeds.map((seed) => simulate(scenario, seed, new CruisePacer({ promise, tuning: { stormRisk: Number.POSITIVE_INFINITY, leaveRisk: Number.POSITIVE_INFINITY } })).occupancy));
      rows.push([name, percent(reached), percent(unguarded), percent(bound), percent(free), percent(goal), percent(points[0]?.occupancy ?? 0)]);
      goals.push({ name, goal: 'within half a point of the bound', measured: `${percent(reached)} of ${percent(bound)} %`, met: reached >= bound - 0.005 });
      series.push({ name, marks: true, points: points.map((p) => ({ x: 100 * p.abandoned, y: 100 * p.occupancy })) });
      measured.push({ name, points, people, free, bound, reached, unguarded });
    }
    mkdirSync(out, { recursive: true });
    writeFileSync(`${out}/frontier.svg`, chart({ title: 'Frontier of the look-ahead: a price that never moves', xTitle: 'abandoned, % of answered people', yTitle: 'occupancy, %', yFrom: 70, xLine: { at: 3, name: 'promise' }, series }));
    return Promise.resolve({
      title: `Pacing: what can be reached at 3 % (percent; seeds ${seeds[0]}–${seeds.at(-1)}; plot ${out}/frontier.svg)`,
      columns: ['cell', 'cruise', 'without its guards', 'bound, windows kept', 'frontier at 3 %', 'goal', 'one call per idle agent'],
      rows, goals, measured,
    });
  },
};
