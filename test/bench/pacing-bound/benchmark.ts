import { mkdirSync, writeFileSync } from 'node:fs';
import { chart } from '../../../src/core/pacing/simulation/chart.ts';
import type { Benchmark, Goal } from '../benchmark.ts';
import { goalCells, markovianCells } from '../pacing/cells.ts';
import { studyOf, type Difference, type Study } from './study.ts';

const mostAgents = 50;
/** So far below the bound cruise control may come in named cells, and in Markovian ones: 0.006 and 0.01 were measured, and a little for chance. */
const furthest = 0.009;
const furthestMarkovian = 0.0125;
/** Once it knows the floor and fears nothing it is to come so near to the bound. */
const near = 0.002;
/** How well what both bring must be known to prove anything. */
const known = 0.002;
/** So near to the constrained optimum, as a part of it, the frontier is to come if the pacer is asked at every event. */
const asking = 0.006;

const percent = (share: number): string => (share * 100).toFixed(2);
const differing = ({ mean, error }: Difference): string => `${mean < 0 ? '−' : '+'}${percent(Math.abs(mean))} ± ${percent(error)}`;

/**
 * Why cruise control does not reach more in the named and the Markovian cells of up to 50 agents: what the promise leaves (the frontier
 * of the look-ahead and the bound on it), and what it reaches when it is told one thing more after the other, until nothing is left that
 * another rule could do better. `--seeds N` (default 20), from `--from S` (901); `--cells TEXT`: only those whose name holds it;
 * `--out FOLDER` for the plot.
 */
export const benchmark: Benchmark = {
  run({ args }) {
    const flag = (name: string, otherwise: number): number => (args.includes(`--${name}`) ? Number(args[args.indexOf(`--${name}`) + 1]) : otherwise);
    const out = args.includes('--out') ? (args[args.indexOf('--out') + 1] ?? 'out/pacing') : 'out/pacing';
    const seeds = Array.from({ length: flag('seeds', 20) }, (_, i) => flag('from', 901) + i);
    const only = args.includes('--cells') ? (args[args.indexOf('--cells') + 1] ?? '') : '';
    const cells = [...goalCells(false), ...markovianCells(false)].filter(({ agents, name }) => agents <= mostAgents && name.includes(only));
    const studies = cells.map((cell) => studyOf(cell, seeds));
    mkdirSync(out, { recursive: true });
    writeFileSync(`${out}/frontier.svg`, plot(studies));
    return Promise.resolve({
      title: `Pacing: what can be reached at 3 %, and what is in the way (percent; seeds ${seeds[0]}–${seeds.at(-1)}; plot ${out}/frontier.svg)`,
      columns: ['cell', 'goal', 'cruise', 'told the price', 'knows the floor', 'and fears nothing', 'bound, windows kept', 'frontier at 3 %', 'information', 'guards', 'left to the bound'],
      rows: studies.map((s) => [s.name, percent(s.goal), percent(s.shipped.occupancy), percent(s.toldPrice.occupancy), percent(s.knowing.occupancy), percent(s.fearless.occupancy), percent(s.bound), percent(s.free), differing(s.information), differing(s.guards), differing(s.left)]),
      goals: studies.flatMap(goalsOf),
      measured: studies,
    });
  },
};

function goalsOf(study: Study): Goal[] {
  const { name, goal, shipped, fearless, bound, free, closed, left, atEveryEvent, optimum } = study;
  const limit = optimum === undefined ? furthest : furthestMarkovian;
  const goals: Goal[] = [{ name, goal: `at most ${percent(limit)} points below the bound`, measured: percent(bound - shipped.occupancy), met: shipped.occupancy >= bound - limit }];
  if (shipped.occupancy < goal) {
    goals.push({
      name, goal: `misses its goal of ${percent(goal)} for what it knows and fears alone: without both it reaches it, or comes within ${percent(near)} of the bound (two standard errors allowed)`,
      measured: `${percent(fearless.occupancy)} of ${percent(bound)} ± ${percent(left.error)}`,
      met: fearless.occupancy >= Math.min(goal, bound - near) - 2 * left.error,
    }, {
      name, goal: `the two account for what is missing (two standard errors allowed, each at most ${percent(known)})`,
      measured: `${differing(closed)} of ${percent(goal - shipped.occupancy)}`,
      met: closed.error <= known && closed.mean + 2 * closed.error >= goal - shipped.occupancy,
    });
  }
  if (optimum !== undefined && atEveryEvent !== undefined) {
    const [often, seldom] = [atEveryEvent / optimum, free / optimum];
    goals.push({ name, goal: `asked at every event, the frontier comes within ${asking} of the optimum, nearer than once a second`, measured: `${often.toFixed(3)} beside ${seldom.toFixed(3)}`, met: often >= 1 - asking && often > seldom });
  }
  return goals;
}

/** The frontier of each cell, and where on it what was reached and what is asked lie. */
function plot(studies: readonly Study[]): string {
  const at = (abandoned: number, occupancy: number, label: string): { x: number; y: number; label: string } => ({ x: 100 * abandoned, y: 100 * occupancy, label });
  return chart({
    title: 'Frontier of the look-ahead (a price that never moves), and what is reached on it',
    xTitle: 'abandoned, % of answered people', yTitle: 'occupancy, %', yFrom: 74, yTo: 98, xLine: { at: 3, name: 'promise' },
    series: [
      ...studies.map((s) => ({ name: s.name, points: s.points.filter((p) => p.abandoned < 0.065).map((p) => at(p.abandoned, p.occupancy, s.name)) })),
      { name: 'cruise control', marks: true, points: studies.map((s) => at(s.shipped.abandoned, s.shipped.occupancy, s.name)) },
      { name: 'it knows the floor, fears nothing', marks: true, points: studies.map((s) => at(s.fearless.abandoned, s.fearless.occupancy, s.name)) },
      { name: 'bound, windows kept', marks: true, points: studies.map((s) => at(s.boundAbandoned, s.bound, s.name)) },
      { name: 'goal', marks: true, points: studies.map((s) => at(0.03, s.goal, s.name)) },
    ],
  });
}
