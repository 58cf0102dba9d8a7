/**
 * `npm run bench -- sip [--rates 100,400,1000,2000] [--seconds 5] [--repeats 3]`: INVITE, 180, 200, ACK, BYE, 200 over UDP on loopback with sipp
 * as the peer. CPU milliseconds per call of the Node process alone (`process.cpuUsage`), each stack in a process of its own:
 * ours, npm `sip`, and a bare dgram responder, which is the least that Node can spend. Every stack makes or takes `warmUp` calls first:
 * a server runs for days, its first seconds are the compiler's. At the rate that the goals are about the stacks take turns `repeats`
 * times, and the median of each counts.
 */
import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Benchmark, BenchmarkOutcome } from '../benchmark.ts';
import { compileStacks } from './compile-stacks.ts';
import { sippCalls, sippServes } from './sipp-run.ts';
import type { ChildOrder, ChildReport } from './stack-child.ts';

const stacks = ['nailup', 'sip', 'dgram'] as const;
type StackName = (typeof stacks)[number];
type Role = 'UAS' | 'UAC';

interface Measured {
  readonly stack: StackName;
  readonly role: Role;
  readonly rate: number;
  readonly cpuMsPerCall: number;
  readonly failed: number;
  readonly retransmissions: number;
  readonly p99Ms: number | undefined;
}

class Child {
  readonly #process: ChildProcess;
  readonly #waiting: ((report: ChildReport) => void)[] = [];

  constructor(file: string, stack: StackName, role: Role) {
    this.#process = fork(file, [stack, role.toLowerCase()], { execArgv: [] });
    this.#process.on('message', (report: ChildReport) => this.#waiting.shift()?.(report));
  }

  next(): Promise<ChildReport> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  order(order: ChildOrder): void {
    this.#process.send(order);
  }

  async quit(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
    this.order({ do: 'quit' });
    await gone;
  }
}

let nextPort = 22_600;
const port = (): number => (nextPort = nextPort >= 22_990 ? 22_600 : nextPort + 2);

const warmUp = { rate: 500, calls: 5_000 };

/** One stack in one role, warm; measures itself at any rate. */
interface Runner {
  measure(rate: number, calls: number): Promise<Measured>;
  quit(): Promise<void>;
}

async function serverRunner(file: string, stack: StackName): Promise<Runner> {
  const child = new Child(file, stack, 'UAS');
  const { port: target = 0 } = await child.next();
  const runner: Runner = {
    measure: async (rate, calls) => {
      child.order({ do: 'mark' });
      const result = await sippCalls({ target, port: port(), rate, calls });
      const answer = child.next();
      child.order({ do: 'read' });
      const { cpuMs = NaN, retransmissions = 0 } = await answer;
      return {
        stack, role: 'UAS', rate, cpuMsPerCall: cpuMs / calls, failed: calls - result.successful, retransmissions: retransmissions + result.retransmissions, p99Ms: result.responseMs.p99,
      };
    },
    quit: () => child.quit(),
  };
  await runner.measure(warmUp.rate, warmUp.calls);
  return runner;
}

async function clientRunner(file: string, stack: StackName): Promise<Runner> {
  const child = new Child(file, stack, 'UAC');
  await child.next();
  const runner: Runner = {
    measure: async (rate, calls) => {
      const target = port();
      const server = await sippServes({ port: target, calls });
      const answer = child.next();
      child.order({ do: 'call', port: target, rate, calls });
      const { cpuMs = NaN, failed = NaN, retransmissions = 0 } = await answer;
      const result = await server.finish();
      return { stack, role: 'UAC', rate, cpuMsPerCall: cpuMs / calls, failed, retransmissions: retransmissions + result.retransmissions, p99Ms: undefined };
    },
    quit: () => child.quit(),
  };
  await runner.measure(warmUp.rate, warmUp.calls);
  return runner;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? NaN;

/** CPU and response time of the median run; what failed or was repeated in any of them. */
function settled(runs: readonly Measured[]): Measured {
  const [first] = runs as [Measured];
  const times = runs.flatMap(({ p99Ms }) => (p99Ms === undefined ? [] : [p99Ms]));
  return {
    ...first, cpuMsPerCall: median(runs.map((run) => run.cpuMsPerCall)), p99Ms: times.length === 0 ? undefined : median(times),
    failed: runs.reduce((sum, run) => sum + run.failed, 0), retransmissions: runs.reduce((sum, run) => sum + run.retransmissions, 0),
  };
}

export const benchmark: Benchmark = {
  async run({ args }): Promise<BenchmarkOutcome> {
    if (spawnSync('sipp', ['-v']).error !== undefined) throw new Error('sipp is not installed; it is in the Debian package sip-tester');
    const option = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
    const rates = (option('--rates') ?? '100,400,1000,2000').split(',').map(Number);
    const seconds = Number(option('--seconds') ?? 5);
    const file = compileStacks(fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, ''));
    const repeats = Number(option('--repeats') ?? 3);
    const judged = rates.includes(1_000) ? 1_000 : (rates.at(-1) ?? 0);
    const runs: Measured[] = [];
    for (const start of [serverRunner, clientRunner]) {
      const runners: Runner[] = [];
      for (const stack of stacks) runners.push(await start(file, stack));
      for (const rate of rates) {
        // The stacks take turns: what else the machine does then hits all of them alike.
        for (let i = 0; i < (rate === judged ? repeats : 1); i += 1) for (const runner of runners) runs.push(await runner.measure(rate, rate * seconds));
      }
      for (const runner of runners) await runner.quit();
    }
    const roles: readonly Role[] = ['UAS', 'UAC'];
    const measured = roles.flatMap((role) => stacks.flatMap((stack) => rates.map((rate) => settled(runs.filter((run) => run.role === role && run.stack === stack && run.rate === rate)))));
    const find = (stack: StackName, role: Role, rate: number): Measured | undefined =>
      measured.find((one) => one.stack === stack && one.role === role && one.rate === rate);
    const ratio = (role: Role, other: StackName): number => (find('nailup', role, judged)?.cpuMsPerCall ?? NaN) / (find(other, role, judged)?.cpuMsPerCall ?? NaN);
    const ours = measured.filter((one) => one.stack === 'nailup' && one.rate <= judged);
    const p99 = find('nailup', 'UAS', judged)?.p99Ms ?? NaN;
    const retransmissions = ours.reduce((sum, one) => sum + one.retransmissions, 0);
    const failed = ours.reduce((sum, one) => sum + one.failed, 0);
    return {
      title: `SIP over UDP against sipp, ${seconds} s each: CPU per call of the Node process`,
      columns: ['stack', 'role', 'calls/s', 'CPU ms/call', 'failed', 'retransmitted', 'p99 ms'],
      rows: measured.map((one) => [one.stack === 'dgram' ? 'bare dgram' : one.stack === 'sip' ? 'npm sip' : 'nailup', one.role, one.rate, one.cpuMsPerCall.toFixed(3), one.failed, one.retransmissions, one.p99Ms === undefined ? '-' : one.p99Ms.toFixed(1)]),
      goals: [
        ...roles.map((role) => ({ name: `${role} CPU at ${judged}/s to npm sip`, goal: 'at most 0.8', measured: ratio(role, 'sip').toFixed(2), met: ratio(role, 'sip') <= 0.8 })),
        ...roles.map((role) => ({ name: `${role} CPU at ${judged}/s to bare dgram`, goal: 'at most 3', measured: ratio(role, 'dgram').toFixed(2), met: ratio(role, 'dgram') <= 3 })),
        { name: `calls failed up to ${judged}/s`, goal: '0', measured: failed, met: failed === 0 },
        { name: `retransmissions up to ${judged}/s`, goal: '0', measured: retransmissions, met: retransmissions === 0 },
        { name: `response time p99 at ${judged}/s`, goal: 'at most 10 ms', measured: `${p99.toFixed(1)} ms`, met: p99 <= 10 },
      ],
      measured: { settled: measured, runs },
    };
  },
};
