import { mkdirSync, writeFileSync } from 'node:fs';
import { contenders } from '../../../src/core/pacing/simulation/baselines/contenders.ts';
import { markovOptimum } from '../../../src/core/pacing/simulation/baselines/markov-optimum.ts';
import { chart } from '../../../src/core/pacing/simulation/chart.ts';
import { simulate, type SimulationSample } from '../../../src/core/pacing/simulation/simulate.ts';
import { CruisePacer } from '../../../src/core/pacing/cruise/cruise.ts';
import type { SimulationReport } from '../../../src/core/pacing/simulation/simulation-report.ts';
import { startModuleWorker } from '../../../src/kernel/module-worker.ts';
import type { Benchmark, Goal } from '../benchmark.ts';
import type { CellTask } from './cell-worker.ts';
import { goalCells, grid, markovianCells, type Cell } from './cells.ts';
import { leastDecisionCost } from './decision-cost.ts';
import { isInTheRunning, lead, standingOf } from './standing.ts';

const rivals = contenders.filter((c) => c.name !== 'cruise' && c.foresight !== true).map((c) => c.name);
const percent = (share: number): string => (share * 100).toFixed(2);
const mean = (values: readonly number[]): number => (values.length === 0 ? Number.NaN : values.reduce((sum, v) => sum + v, 0) / values.length);

interface Job {
  readonly cell: Cell;
  readonly task: CellTask;
}

/** Runs the jobs that are wanted when their turn comes, in order, on worker threads, until they are done or the time is up. */
async function runAll(jobs: readonly Job[], threads: number, endsAt: number, wanted: (job: Job) => boolean, took: (job: Job, report: SimulationReport) => void): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: threads }, async () => {
      const worker = startModuleWorker(import.meta.url, './cell-worker');
      try {
        for (let job = jobs[next++]; job !== undefined && performance.now() < endsAt; job = jobs[next++]) {
          if (!wanted(job)) continue;
          const { task } = job;
          took(job, await new Promise<SimulationReport>((resolve, reject) => {
            worker.once('message', resolve);
            worker.once('error', reject);
            worker.postMessage(task);
          }));
          worker.removeAllListeners('error');
        }
      } finally {
        await worker.terminate();
      }
    }),
  );
}

/**
 * The grid of docs/pacing.md. A baseline is run on further seeds as long as it keeps the promise and is not far behind. `--quick`: a small one; `--small`: the promise and the baselines on a few cells, in two minutes, for CI; `--seeds N`; `--minutes M`: stops after so long, seed by seed, and says how many
 * seeds each cell got (default 14.4, which leaves time for the optimum and the plots); `--threads T`; `--out FOLDER` for the plots.
 */
export const benchmark: Benchmark = {
  async run({ args }) {
    const flag = (name: string, otherwise: number): number => Number(args[args.indexOf(`--${name}`) + 1] ?? Number.NaN) || otherwise;
    const small = args.includes('--small');
    const quick = args.includes('--quick') || small;
    const seeds = args.includes('--seeds') ? flag('seeds', 20) : small ? 2 : quick ? 4 : 20;
    const minutes = args.includes('--minutes') ? flag('minutes', 14.4) : 14.4;
    const threads = args.includes('--threads') ? flag('threads', 2) : 2;
    const out = args.includes('--out') ? (args[args.indexOf('--out') + 1] ?? 'out/pacing') : 'out/pacing';
    const started = performance.now();
    const cost = leastDecisionCost(5000);
    const costLater = leastDecisionCost(50_000);
    const costTold = leastDecisionCost(5000, true);
    const named = small ? [] : [...goalCells(quick), ...markovianCells(quick)];
    const cells = [...named, ...grid(quick)];
    // The longest first, so that the threads end together.
    const inOrder = [...cells].sort((a, b) => b.agents - a.agents);
    const jobs: Job[] = [];
    const add = (cell: Cell, seed: number, contender: string): void => void jobs.push({ cell, task: { scenario: cell.scenario, seed, contender } });
    // One seed at a time, so that whenever time is up every cell has about as many.
    for (let seed = 1; seed <= seeds; seed++) for (const cell of inOrder) for (const contender of ['cruise', ...rivals]) add(cell, seed, contender);
    const results = new Map<Cell, Map<string, SimulationReport[]>>(cells.map((cell) => [cell, new Map()]));
    const runsOf = (cell: Cell, contender: string): SimulationReport[] => results.get(cell)?.get(contender) ?? [];
    const wanted = ({ cell, task: { contender } }: Job): boolean => contender === 'cruise' || isInTheRunning(runsOf(cell, contender), runsOf(cell, 'cruise'), seeds);
    await runAll(jobs, threads, started + minutes * 60_000, wanted, ({ cell, task }, report) => void results.get(cell)?.set(task.contender, [...runsOf(cell, task.contender), report]));

    const rows: (string | number)[][] = [];
    const goals: Goal[] = [];
    const all: SimulationReport[] = [];
    const notBeaten: string[] = [];
    let compared = 0;
    for (const cell of cells) {
      const ours = runsOf(cell, 'cruise');
      if (ours.length === 0) continue;
      all.push(...ours);
      const occupancy = mean(ours.map((r) => r.occupancy));
      const keeping = rivals.map((name) => ({ name, reports: runsOf(cell, name) })).filter(({ reports }) => standingOf(reports).keeps);
      const best = keeping.map(({ name, reports }) => ({ name, occupancy: mean(reports.map((r) => r.occupancy)), behind: lead(ours, reports) })).sort((a, b) => a.behind - b.behind)[0];
      if (best !== undefined) {
        compared += 1;
        if (best.behind <= 0) notBeaten.push(`${cell.name}: ${best.name} by ${percent(-best.behind)}`);
      }
      rows.push([
        cell.name, ours.length, percent(occupancy), percent(mean(ours.map((r) => r.abandonRate))), percent(Math.max(...ours.map((r) => r.worst24h))), percent(Math.max(...ours.map((r) => r.worst1h))),
        (mean(ours.map((r) => r.waitP50Ms)) / 1000).toFixed(1), mean(ours.map((r) => r.dialsPerConnect)).toFixed(2), percent(mean(runsOf(cell, 'progressive').map((r) => r.occupancy))), best === undefined ? '–' : `${percent(best.occupancy)} ${best.name}`,
      ]);
      if (cell.goal !== undefined) goals.push({ name: cell.name, goal: `occupancy at least ${percent(cell.goal)} %`, measured: `${percent(occupancy)} %`, met: occupancy >= cell.goal });
      if (cell.markovian === true) {
        const optimum = markovOptimum({ agents: cell.agents, person: 0.3, ringMs: 9500, busyMs: 150_000, waitMs: 2000, targetRate: 0.03 });
        const least = cell.agents >= 20 ? 0.99 : 0.985;
        goals.push({ name: cell.name, goal: `at least ${least} of the constrained optimum of ${percent(optimum.occupancy)} %`, measured: (occupancy / optimum.occupancy).toFixed(4), met: occupancy / optimum.occupancy >= least });
      }
    }
    const { dayKept, hourKept } = standingOf(all);
    const fewest = Math.min(...cells.map((cell) => runsOf(cell, 'cruise').length));
    goals.push(
      { name: 'worst 24 h window', goal: 'at most 3.0 % in at least 99 % of runs', measured: `${percent(dayKept)} % of ${all.length} runs`, met: dayKept >= 0.99 },
      { name: 'worst hour', goal: 'at most 6 % in at least 95 % of runs', measured: `${percent(hourKept)} % of ${all.length} runs`, met: hourKept >= 0.95 },
      { name: 'against baselines that keep the promise', goal: 'busier in every cell', measured: `${compared - notBeaten.length} of ${compared} cells${notBeaten.map((cell) => `; not in ${cell}`).join('')}`, met: compared > 0 && notBeaten.length === 0 },
      { name: 'decision at 1,000 agents and 3,000 ringing calls', goal: 'at most 1 ms', measured: `${cost.medianMs.toFixed(3)} ms (99 %: ${cost.p99Ms.toFixed(2)} ms; the cheapest of three rounds)`, met: cost.medianMs <= 1 },
      { name: 'the same, told of lists and attempts', goal: 'at most 1 ms', measured: `${costTold.medianMs.toFixed(3)} ms (99 %: ${costTold.p99Ms.toFixed(2)} ms)`, met: costTold.medianMs <= 1 },
      { name: 'decision after ten times the calls', goal: 'no dearer (1.5 times at most)', measured: `${(costLater.medianMs / cost.medianMs).toFixed(2)} times`, met: costLater.medianMs <= 1.5 * cost.medianMs },
    );
    if (!quick) {
      const tookMs = performance.now() - started;
      const cpu = process.cpuUsage();
      goals.push({ name: 'seeds', goal: 'at least 20 in every cell', measured: fewest, met: fewest >= 20 });
      goals.push({ name: 'time', goal: 'at most 15 min on two cores', measured: `${(tookMs / 60_000).toFixed(1)} min, ${((cpu.user + cpu.system) / 1e6).toFixed(0)} s of CPU`, met: tookMs <= 15 * 60_000 });
    }
    plots(out, cells, results);
    return {
      title: `Pacing: promise 3 % within 2 s of the greeting's end, 8 h days (percent; plots in ${out})`,
      columns: ['cell', 'seeds', 'occupancy', 'abandoned', 'worst 24 h', 'worst 1 h', 'wait s', 'dials/connect', 'progressive', 'best that keeps'],
      rows,
      goals,
      measured: cells.map((cell) => ({ cell: cell.name, runs: Object.fromEntries(results.get(cell) ?? []) })),
    };
  },
};

function plots(out: string, cells: readonly Cell[], results: ReadonlyMap<Cell, ReadonlyMap<string, readonly SimulationReport[]>>): void {
  mkdirSync(out, { recursive: true });
  const names = ['cruise', ...rivals];
  const series = names.map((name) => ({
    name,
    marks: true,
    points: cells.flatMap((cell) => {
      const reports = results.get(cell)?.get(name) ?? [];
      return reports.length === 0 ? [] : [{ x: 100 * Math.min(0.12, mean(reports.map((r) => r.abandonRate))), y: 100 * mean(reports.map((r) => r.occupancy)), label: `${name}: ${cell.name}` }];
    }),
  }));
  writeFileSync(`${out}/occupancy.svg`, chart({ title: 'Occupancy against abandonment, every cell', xTitle: 'abandoned, % of answered people (12 and more at 12)', yTitle: 'occupancy, %', yFrom: 40, xLine: { at: 3, name: 'promise' }, series }));
  const cell = cells.find((c) => c.agents === 20) ?? cells[0];
  if (cell === undefined) return;
  const samples: SimulationSample[] = [];
  simulate(cell.scenario, 1, new CruisePacer({ promise: cell.scenario.promise }), (s) => void samples.push(s));
  writeFileSync(`${out}/over-time.svg`, chart({
    title: `${cell.name}: cruise over a day`,
    xTitle: 'hours',
    yTitle: '%',
    yLine: { at: 3, name: 'promise' },
    series: [
      { name: 'busy agents, 15 min', points: samples.map((s, i) => ({ x: s.atMs / 3_600_000, y: 100 * mean(samples.slice(Math.max(0, i - 14), i + 1).map((each) => each.busy / Math.max(1, each.staffed))) })) },
      { name: 'abandoned, day so far', points: samples.map((s) => ({ x: s.atMs / 3_600_000, y: s.answered < 100 ? 0 : (100 * s.abandoned) / s.answered })) },
    ],
  }));
}
