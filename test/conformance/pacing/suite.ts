import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { contenderOf } from '../../../src/core/pacing/simulation/baselines/contenders.ts';
import { parseScenario, type Scenario } from '../../../src/core/pacing/simulation/scenario.ts';
import { Simulation } from '../../../src/core/pacing/simulation/simulation.ts';
import type { SimulationReport } from '../../../src/core/pacing/simulation/simulation-report.ts';
import type { ConformanceOutcome, ConformanceSuite } from '../conformance-suite.ts';
import { StdioPacer } from './stdio-pacer.ts';

const seedsInProcess = [1, 2, 3];
const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

/** What a run of cruise control breaks of its promise, if anything. */
function broken(scenario: Scenario, report: SimulationReport): string | undefined {
  const { targetRate } = scenario.promise;
  if (report.worst24h > targetRate + 1e-12) return `seed ${report.seed}: worst 24 h window ${percent(report.worst24h)} of ${percent(targetRate)}`;
  if (report.worst1h > 2 * targetRate + 1e-12) return `seed ${report.seed}: worst hour ${percent(report.worst1h)} of ${percent(2 * targetRate)}`;
  if (report.limitHits > 0) return `seed ${report.seed}: ${report.limitHits} dials above a limit`;
  return undefined;
}

async function overStdio(scenario: Scenario, seed: number): Promise<SimulationReport> {
  const pacer = new StdioPacer();
  const { promise, limits } = scenario;
  const started = await pacer.ask({ type: 'start', kind: 'cruise', promise, limits, options: {} });
  if (started['ok'] !== true) throw new Error(`start was answered with ${JSON.stringify(started)}`);
  const malformed = await pacer.ask('{"type":"tick","now":');
  if (typeof malformed['error'] !== 'string') throw new Error(`a malformed line was answered with ${JSON.stringify(malformed)}`);
  const run = new Simulation(scenario, seed).run();
  let step = run.next(0);
  while (step.done !== true) {
    const { now, state, facts } = step.value;
    const { agents, calls, contactsLeft, next } = state;
    const known = calls.ringingOf === undefined ? {} : { next };
    const answer = await pacer.ask({ type: 'tick', now, agents, calls, contactsLeft, ...known, since: facts });
    if (typeof answer['dial'] !== 'number' || typeof answer['why'] !== 'string') throw new Error(`the tick at ${now} was answered with ${JSON.stringify(answer)}`);
    step = run.next(answer['dial']);
  }
  const ended = await pacer.ask({ type: 'end' });
  if (ended['ok'] !== true) throw new Error(`end was answered with ${JSON.stringify(ended)}`);
  const code = await pacer.close();
  if (code !== 0) throw new Error(`the process ended with ${code}`);
  return step.value;
}

/** For each scenario: cruise control keeps its promise in this process and behind a pipe, decides the same there, and beats progressive. */
export const suite: ConformanceSuite = {
  async run({ path, only }) {
    const files = statSync(path).isDirectory() ? scenarioFiles(path) : [path];
    const cases: { name: string; passed: boolean; reason?: string }[] = [];
    const notes: string[] = [];
    const say = (name: string, reason: string | undefined): void => {
      cases.push({ name, passed: reason === undefined, ...(reason === undefined ? {} : { reason }) });
      if (reason !== undefined) console.log(`FAILED ${name}: ${reason}`);
    };
    const cruise = contenderOf('cruise');
    const progressive = contenderOf('progressive');
    if (cruise === undefined || progressive === undefined) throw new Error('cruise and progressive are contenders');
    for (const file of files) {
      const name = basename(file, '.json');
      if (only.length > 0 && !only.includes(name)) continue;
      const scenario = parseScenario(JSON.parse(readFileSync(file, 'utf8')));
      if (typeof scenario === 'string') {
        say(`${name} is a scenario`, scenario);
        continue;
      }
      const reports = seedsInProcess.map((seed) => cruise.run(scenario, seed));
      say(`${name} keeps the promise in process`, reports.map((r) => broken(scenario, r)).find((b) => b !== undefined));
      const plain = progressive.run(scenario, 1);
      const [first] = reports;
      say(`${name} keeps agents busier than progressive`, first !== undefined && first.occupancy > plain.occupancy ? undefined : `${percent(first?.occupancy ?? 0)} against ${percent(plain.occupancy)}`);
      try {
        const piped = await overStdio(scenario, 1);
        say(`${name} keeps the promise over stdio`, broken(scenario, piped));
        say(`${name} decides over stdio as in process`, JSON.stringify(piped) === JSON.stringify(first) ? undefined : `${piped.dials} dials, ${piped.abandoned} abandoned against ${first?.dials} and ${first?.abandoned}`);
      } catch (error) {
        say(`${name} keeps the promise over stdio`, String(error));
      }
      const mean = (of: (r: SimulationReport) => number): number => reports.reduce((sum, r) => sum + of(r), 0) / reports.length;
      notes.push(`${name}: occupancy ${percent(mean((r) => r.occupancy))} (progressive ${percent(plain.occupancy)}), abandoned ${percent(mean((r) => r.abandonRate))}, worst 24 h ${percent(Math.max(...reports.map((r) => r.worst24h)))}, worst hour ${percent(Math.max(...reports.map((r) => r.worst1h)))}`);
    }
    return { passed: cases.filter((c) => c.passed).length, failed: cases.filter((c) => !c.passed).length, notes, cases } satisfies ConformanceOutcome;
  },
};

function scenarioFiles(folder: string): string[] {
  const inside = readdirSync(folder).includes('scenarios') ? join(folder, 'scenarios') : folder;
  return readdirSync(inside).filter((f) => f.endsWith('.json')).sort().map((f) => join(inside, f));
}
