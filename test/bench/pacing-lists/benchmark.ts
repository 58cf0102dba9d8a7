import { CruisePacer } from '../../../src/core/pacing/cruise/cruise.ts';
import type { ContactClass, Pacer } from '../../../src/core/pacing/pacing.ts';
import type { ContactTurn, Scenario } from '../../../src/core/pacing/simulation/scenario.ts';
import { simulate } from '../../../src/core/pacing/simulation/simulate.ts';
import type { SimulationReport } from '../../../src/core/pacing/simulation/simulation-report.ts';
import type { Benchmark, Goal } from '../benchmark.ts';
import { goalCells } from '../pacing/cells.ts';
import { standingOf } from '../pacing/standing.ts';
import { Untold } from './untold.ts';

const turn = (of: ContactClass, count: number, person: number, machine = 0.25): ContactTurn => ({ of, count, person, machine, busy: 0.05, invalid: 0.02 });
const warm = { list: 'warm', attempt: 1 };
const cold = { list: 'cold', attempt: 1 };
const shares = [0.12, 0.45, 0.3, 0.2, 0.55, 0.08];

/** Contacts that differ, and in which the pacer's being told of it is to gain (or, where they do not differ or it is misled, not to harm). */
const cases: readonly { readonly name: string; readonly agents: number; readonly gains: boolean; readonly turns: readonly ContactTurn[] }[] = [20, 60].flatMap((agents) => [
  { name: 'two lists, 300 of each in turn', agents, gains: true, turns: [turn(warm, 300, 0.45), turn(cold, 300, 0.12)] },
  { name: 'two lists, 60 of each in turn', agents, gains: true, turns: [turn(warm, 60, 0.45), turn(cold, 60, 0.12)] },
  { name: 'first, second and third attempts', agents, gains: true, turns: [turn({ list: 'a', attempt: 1 }, 200, 0.35), turn({ list: 'a', attempt: 2 }, 120, 0.2, 0.3), turn({ list: 'a', attempt: 3 }, 80, 0.1, 0.35)] },
  { name: 'sixty lists, 250 of each in turn', agents, gains: true, turns: Array.from({ length: 60 }, (_, i) => turn({ list: `list ${i}`, attempt: 1 }, 250, shares[i % 6] ?? 0)) },
  { name: 'kinds that do not differ', agents, gains: false, turns: [turn(warm, 100, 0.3), turn({ list: 'cold', attempt: 2 }, 100, 0.3)] },
  { name: 'lists that change places', agents, gains: false, turns: [turn(warm, 600, 0.45), turn(cold, 600, 0.12), turn(cold, 600, 0.45), turn(warm, 600, 0.12)] },
]);

const percent = (share: number): string => (share * 100).toFixed(2);
const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

/**
 * What it brings cruise control to be told of the list, attempt number and hour of its contacts: 8 h days, the same calls for the one that is
 * told and the one that is not. `--seeds N` (default 10), from `--from S` (1201).
 */
export const benchmark: Benchmark = {
  run({ args }) {
    const flag = (name: string, otherwise: number): number => (args.includes(`--${name}`) ? Number(args[args.indexOf(`--${name}`) + 1]) : otherwise);
    const seeds = Array.from({ length: flag('seeds', 10) }, (_, i) => flag('from', 1201) + i);
    const [base] = goalCells(false);
    if (base === undefined) throw new Error('there are named cells');
    const rows: (string | number)[][] = [];
    const goals: Goal[] = [];
    const all: SimulationReport[] = [];
    const measured: unknown[] = [];
    for (const { name: kind, agents, gains, turns } of cases) {
      const name = `${agents} agents, ${kind}`;
      const scenario: Scenario = { ...base.scenario, name, agents: [{ from: 0, to: base.scenario.durationMs, count: agents }], limits: { maxConcurrentCalls: agents * 40 + 200, maxCallsPerSecond: agents + 20 }, turns };
      const run = (make: () => Pacer): SimulationReport[] => seeds.map((seed) => simulate(scenario, seed, make()));
      const told = run(() => new CruisePacer({ promise: scenario.promise }));
      const untold = run(() => new Untold(new CruisePacer({ promise: scenario.promise })));
      all.push(...told);
      measured.push({ name, told, untold });
      const [ours, theirs] = [told, untold].map((reports) => mean(reports.map((r) => r.occupancy)));
      const gain = (ours ?? 0) - (theirs ?? 0);
      const worst = (reports: readonly SimulationReport[], of: (r: SimulationReport) => number): string => percent(Math.max(...reports.map(of)));
      rows.push([name, percent(ours ?? 0), percent(theirs ?? 0), worst(told, (r) => r.worst24h), worst(untold, (r) => r.worst24h), worst(told, (r) => r.worst1h), worst(untold, (r) => r.worst1h)]);
      if (gains) goals.push({ name, goal: 'at least half a point busier than one that is not told', measured: `${percent(gain)} points`, met: gain >= 0.005 });
    }
    const { dayKept, hourKept, keeps } = standingOf(all);
    goals.push({ name: 'the promise', goal: 'the day kept in at least 99 % of runs, the hour in 95 %', measured: `${percent(dayKept)} and ${percent(hourKept)} % of ${all.length}`, met: keeps });
    return Promise.resolve({
      title: `Pacing: cruise control that is told of lists and attempts, beside one that is not (percent; seeds ${seeds[0]}–${seeds.at(-1)})`,
      columns: ['cell', 'told', 'not told', 'worst 24 h', 'not told', 'worst 1 h', 'not told'],
      rows, goals, measured,
    });
  },
};
