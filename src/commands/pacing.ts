import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { InvalidArgumentError, type Command } from 'commander';
import { createPacer } from '../core/pacing/create-pacer.ts';
import { DecideProtocol } from '../core/pacing/decide-protocol.ts';
import { pacingOfText } from '../core/pacing/pacing-text.ts';
import { contenders, contenderOf, type Contender } from '../core/pacing/simulation/baselines/contenders.ts';
import { markovCellOf } from '../core/pacing/simulation/baselines/markov-cell.ts';
import { markovOptimum } from '../core/pacing/simulation/baselines/markov-optimum.ts';
import { chart } from '../core/pacing/simulation/chart.ts';
import { parseScenario, type Scenario } from '../core/pacing/simulation/scenario.ts';
import { simulate, type SimulationSample } from '../core/pacing/simulation/simulate.ts';
import type { SimulationReport } from '../core/pacing/simulation/simulation-report.ts';
import { NailupError } from '../kernel/nailup-error.ts';
import { addExplain } from './explain.ts';

interface SimulateFlags {
  readonly kind: string;
  readonly seeds: number;
  readonly firstSeed: number;
  readonly json?: string;
  readonly plot?: string;
}

interface ReportFlags {
  readonly seeds: number;
  readonly out: string;
}

/** `nailup pacing decide --stdio | simulate SCENARIO | report SCENARIO… | explain --job J --at TIME`; docs/pacing.md. */
export function registerPacing(program: Command): void {
  const pacing = program.command('pacing').description('decide how many to dial; simulate a call centre; compare pacers');
  pacing
    .command('decide')
    .description("answer pacing questions with the product's own pacers, so that any simulator can drive them")
    .requiredOption('--stdio', 'one JSON object a line on standard input, one answer a line on standard output')
    .action(decideOverStdio);
  pacing
    .command('simulate <scenario>')
    .description('run a scenario with a pacer, once for each seed, and print what came of it')
    .option('--kind <kind>', 'pacer: cruise, cruise:0.02, progressive, ratio:1.5 … or a baseline', 'cruise')
    .option('--seeds <count>', 'number of seeds', wholeNumber, 5)
    .option('--first-seed <seed>', 'the first seed', wholeNumber, 1)
    .option('--json <file>', 'write the figures of every run as JSON')
    .option('--plot <file>', 'draw the first run over time as SVG')
    .action(simulateScenario);
  pacing
    .command('report <scenario...>')
    .description('draw occupancy against abandonment for every pacer and baseline, and a cruise run over time, for each scenario')
    .option('--seeds <count>', 'number of seeds', wholeNumber, 3)
    .option('--out <folder>', 'where the SVG and JSON files go', 'out/pacing')
    .action(report);
  addExplain(pacing);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number above 0 is needed');
  return value;
}

async function decideOverStdio(): Promise<void> {
  const protocol = new DecideProtocol();
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() !== '') process.stdout.write(`${protocol.answer(line)}\n`);
  }
}

function loadScenario(file: string): Scenario {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new NailupError('SCENARIO_INVALID', `${file}: ${String(error)}`, { mend: 'Give a scenario file of the form in docs/pacing.md.' });
  }
  const scenario = parseScenario(value);
  if (typeof scenario === 'string') throw new NailupError('SCENARIO_INVALID', `${file}: ${scenario}`, { mend: 'The fields of a scenario are in docs/pacing.md.' });
  return scenario;
}

function contender(kind: string, scenario: Scenario): Contender {
  const known = contenderOf(kind);
  if (known !== undefined) return known;
  const parsed = pacingOfText(kind);
  if (typeof parsed === 'string') throw new NailupError('PACING_INVALID', `--kind ${kind}: ${parsed}`, { mend: `The baselines are ${contenders.map((c) => c.name).join(', ')}.` });
  const options = parsed.kind === 'cruise' ? { ...parsed, promise: { ...scenario.promise, ...(parsed.promise === undefined ? {} : { targetRate: parsed.promise.targetRate }) } } : parsed;
  const fault = createPacer(options);
  if (typeof fault === 'string') throw new NailupError('PACING_INVALID', `--kind ${kind}: ${fault}`, { mend: `The baselines are ${contenders.map((c) => c.name).join(', ')}.` });
  return {
    name: kind,
    run: (of, seed, sample) => {
      const pacer = createPacer(options);
      if (typeof pacer === 'string') throw new Error(pacer);
      return simulate(of, seed, pacer, sample);
    },
  };
}

const percent = (share: number): string => (share * 100).toFixed(2);

function line(name: string, reports: readonly SimulationReport[]): string {
  const mean = (of: (r: SimulationReport) => number): number => reports.reduce((sum, r) => sum + of(r), 0) / reports.length;
  const most = (of: (r: SimulationReport) => number): number => Math.max(...reports.map(of));
  return [
    name.padEnd(26), percent(mean((r) => r.occupancy)).padStart(7), percent(mean((r) => r.abandonRate)).padStart(7), percent(most((r) => r.worst24h)).padStart(8), percent(most((r) => r.worst1h)).padStart(8),
    (mean((r) => r.waitP50Ms) / 1000).toFixed(1).padStart(7), (mean((r) => r.waitP95Ms) / 1000).toFixed(1).padStart(7), mean((r) => r.dialsPerConnect).toFixed(2).padStart(6), String(Math.round(mean((r) => r.limitHits))).padStart(6),
  ].join(' ');
}

const heading = `${'pacer'.padEnd(26)} ${'occ %'.padStart(7)} ${'ab %'.padStart(7)} ${'max 24h'.padStart(8)} ${'max 1h'.padStart(8)} ${'p50 s'.padStart(7)} ${'p95 s'.padStart(7)} ${'d/c'.padStart(6)} ${'limits'.padStart(6)}`;

function simulateScenario(file: string, flags: SimulateFlags): void {
  const scenario = loadScenario(file);
  const pacer = contender(flags.kind, scenario);
  const samples: SimulationSample[] = [];
  const reports: SimulationReport[] = [];
  const started = performance.now();
  for (let i = 0; i < flags.seeds; i++) reports.push(pacer.run(scenario, flags.firstSeed + i, i === 0 && flags.plot !== undefined ? (s) => void samples.push(s) : undefined));
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`${scenario.name}: ${flags.seeds} seeds of ${(scenario.durationMs / 3_600_000).toFixed(1)} h in ${seconds.toFixed(1)} s\n${heading}\n${line(flags.kind, reports)}\n`);
  if (flags.json !== undefined) writeFileSync(flags.json, JSON.stringify({ scenario: scenario.name, kind: flags.kind, seconds, runs: reports }, null, 2) + '\n');
  if (flags.plot !== undefined) writeFileSync(flags.plot, overTime(`${scenario.name}: ${flags.kind}`, samples, scenario));
}

/** A run over time: occupancy in a quarter of an hour, and the abandonment rate of the day so far. */
function overTime(title: string, samples: readonly SimulationSample[], scenario: Scenario): string {
  const hour = (ms: number): number => ms / 3_600_000;
  const smooth = samples.map((s, i) => {
    const recent = samples.slice(Math.max(0, i - 14), i + 1);
    const busy = recent.reduce((sum, each) => sum + each.busy, 0);
    const staffed = recent.reduce((sum, each) => sum + each.staffed, 0);
    return { x: hour(s.atMs), y: staffed === 0 ? 0 : (100 * busy) / staffed };
  });
  return chart({
    title,
    xTitle: 'time, hours',
    yTitle: 'busy agents, %',
    yTo: 100,
    rightTitle: 'abandoned, % of answered people',
    yLine: { at: 100 * scenario.promise.targetRate, name: `promise, ${figureOf(100 * scenario.promise.targetRate)} % (right)` },
    series: [
      { name: 'busy, last 15 min (left)', points: smooth },
      { name: 'abandoned, so far (right)', right: true, points: samples.map((s) => ({ x: hour(s.atMs), y: s.answered < 100 ? 0 : (100 * s.abandoned) / s.answered })) },
    ],
  });
}

const figureOf = (value: number): string => String(Number(value.toFixed(2)));

function report(files: readonly string[], flags: ReportFlags): void {
  mkdirSync(flags.out, { recursive: true });
  for (const file of files) {
    const scenario = loadScenario(file);
    const name = basename(file, '.json');
    const samples: SimulationSample[] = [];
    const runs: { readonly name: string; readonly reports: readonly SimulationReport[] }[] = [];
    process.stdout.write(`${scenario.name}\n${heading}\n`);
    for (const each of contenders) {
      const reports = Array.from({ length: flags.seeds }, (_, i) => each.run(scenario, i + 1, each.name === 'cruise' && i === 0 ? (s) => void samples.push(s) : undefined));
      runs.push({ name: each.name, reports });
      process.stdout.write(line(each.name, reports) + '\n');
    }
    const cell = markovCellOf(scenario);
    const optimum = cell === undefined ? undefined : markovOptimum(cell);
    if (optimum !== undefined) process.stdout.write(`${'constrained optimum'.padEnd(26)} ${percent(optimum.occupancy).padStart(7)} ${percent(optimum.abandonRate).padStart(7)}   in the long run\n`);
    const plot = chart({
      title: `${scenario.name}: occupancy against abandonment, ${flags.seeds} seeds`,
      xTitle: 'abandoned, % of answered people',
      yTitle: 'occupancy, %',
      yFrom: 50,
      yTo: 100,
      xLine: { at: 100 * scenario.promise.targetRate, name: `promise, ${figureOf(100 * scenario.promise.targetRate)} %` },
      series: [
        ...runs.map((run) => ({ name: run.name, marks: true, points: run.reports.map((r) => ({ x: 100 * r.abandonRate, y: 100 * r.occupancy, label: `${run.name}, seed ${r.seed}: ${percent(r.occupancy)} % busy, ${percent(r.abandonRate)} % abandoned` })) })),
        ...(optimum === undefined ? [] : [{ name: 'constrained optimum', marks: true, points: [{ x: 100 * optimum.abandonRate, y: 100 * optimum.occupancy }] }]),
      ],
    });
    writeFileSync(join(flags.out, `${name}-occupancy.svg`), plot);
    writeFileSync(join(flags.out, `${name}-time.svg`), overTime(`${scenario.name}: cruise over time`, samples, scenario));
    writeFileSync(join(flags.out, `${name}.json`), JSON.stringify({ scenario: scenario.name, runs, ...(optimum === undefined ? {} : { constrainedOptimum: optimum }) }, null, 2) + '\n');
  }
  process.stdout.write(`written to ${flags.out}\n`);
}
