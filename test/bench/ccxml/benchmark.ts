import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { createCcxmlServer, type RunningCcxmlServer } from '../../../src/ccxml/index.ts';
import { UndiciFetcher } from '../../../src/fetch/undici/undici-fetcher.ts';
import { SystemClock } from '../../../src/kernel/clock.ts';
import { RandomIds } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import type { Benchmark, Goal } from '../benchmark.ts';
import { EagerPlatform } from './eager-platform.ts';

const driver = pathToFileURL(join(packageRoot(), 'ccxml', 'driver.ccxml')).href;
const values = {
  avaya: {
    ParameterMap: {
      attempt: 'a-1', dnis: 'sip:+4930901820@bench', ani: 'sip:+493012345@bench', trunk: '', noAnsTime: 20000, enhCCA: true, mode: 'agent', humanUrl: 'http://bench/safe-harbour.vxml', machineUrl: '', sovTimeout: 2000,
      liveVoiceTimeout: 1800, callerName: 'Bench', callbackNumber: '', campaign: 'bench', message: '',
    },
  },
};

/** `npm run bench -- ccxml [--seconds N] [--idle N]`: the shipped driver page against a platform that answers at once. */
export const benchmark: Benchmark = {
  run: async ({ args }) => {
    const option = (name: string, otherwise: number): number => {
      const at = args.indexOf(`--${name}`);
      return at < 0 ? otherwise : Number(args[at + 1]);
    };
    const seconds = option('seconds', 5);
    // Memory first, while nothing that was given back can be taken again.
    const idle = await idleMemory(option('idle', 5000));
    const through = await throughput(seconds);
    const latency = await latencyAt(100, seconds);
    const goals: Goal[] = [
      { name: 'driver sessions', goal: 'at least 300 per second of one core', measured: Math.round(through.perCoreSecond), met: through.perCoreSecond >= 300 },
      { name: 'event to command at 100 sessions/s, p99', goal: 'at most 5 ms', measured: `${latency.p99.toFixed(2)} ms`, met: latency.p99 <= 5 },
      { name: 'memory of an idle session', goal: 'at most 150 KB', measured: `${idle.kilobytes.toFixed(0)} KB`, met: idle.kilobytes <= 150 },
      { name: 'idle sessions in one process', goal: 'at least 5000', measured: idle.sessions, met: idle.sessions >= 5000 },
    ];
    return {
      title: 'CCXML: the driver page, launch to exit, on one session thread',
      columns: ['measure', 'figure'],
      rows: [
        ['sessions run', through.sessions], ['wrong ends', through.wrong + latency.wrong], ['sessions/s of wall time', through.perSecond.toFixed(0)], ['sessions per CPU second (all threads)', through.perCoreSecond.toFixed(0)],
        ['CPU ms per session', (1000 / through.perCoreSecond).toFixed(2)], ['latency p50 at 100/s, ms', latency.p50.toFixed(2)], ['latency p99 at 100/s, ms', latency.p99.toFixed(2)],
        ['idle sessions', idle.sessions], ['KB per idle session', idle.kilobytes.toFixed(1)],
      ],
      goals,
      measured: { through, latency, idle },
    };
  },
};

interface Bench {
  readonly server: RunningCcxmlServer;
  readonly platform: EagerPlatform;
  close(): Promise<void>;
}

async function open(answers = true): Promise<Bench> {
  const platform = new EagerPlatform(answers);
  const fetcher = new UndiciFetcher({ fileRoots: [packageRoot()] });
  const server = await createCcxmlServer(platform, { workers: 1 }, { clock: new SystemClock(), ids: new RandomIds(), logger: silentLogger, fetcher });
  platform.connect((event) => server.deliver(event), (session, event, data) => server.inject(session, event, data));
  const close = async (): Promise<void> => {
    await server.stop();
    await fetcher.close();
  };
  return { server, platform, close };
}

const ids = new RandomIds();

/** One session from launch to exit; whether it ended as the happy path does. */
function runDriver(server: RunningCcxmlServer): Promise<boolean> {
  return new Promise((resolve) => {
    server.start({ session: ids.next('session'), uri: driver, values, onEnd: (end) => resolve(end.how === 'exit' && end.values['completioncode'] === 'Answer_Human') });
  });
}

async function throughput(seconds: number): Promise<{ sessions: number; wrong: number; perSecond: number; perCoreSecond: number }> {
  const bench = await open();
  // A server runs for days: the first thousand sessions, in which the engines compile their code, are not counted.
  await Promise.all(Array.from({ length: 40 }, async () => {
    for (let i = 0; i < 25; i++) await runDriver(bench.server);
  }));
  let sessions = 0;
  let wrong = 0;
  const begun = performance.now();
  const cpu = process.cpuUsage();
  const until = begun + seconds * 1000;
  await Promise.all(Array.from({ length: 40 }, async () => {
    while (performance.now() < until) {
      if (!(await runDriver(bench.server))) wrong += 1;
      sessions += 1;
    }
  }));
  const used = process.cpuUsage(cpu);
  const wall = (performance.now() - begun) / 1000;
  await bench.close();
  return { sessions, wrong, perSecond: sessions / wall, perCoreSecond: sessions / ((used.user + used.system) / 1e6) };
}

async function latencyAt(rate: number, seconds: number): Promise<{ p50: number; p99: number; samples: number; wrong: number }> {
  const bench = await open();
  for (let i = 0; i < 100; i++) await runDriver(bench.server);
  bench.platform.latencies.length = 0;
  const running: Promise<boolean>[] = [];
  const begun = performance.now();
  for (let i = 0; i < rate * seconds; i++) {
    const wait = begun + (i * 1000) / rate - performance.now();
    if (wait > 0) await pause(wait);
    running.push(runDriver(bench.server));
  }
  const results = await Promise.all(running);
  const sorted = [...bench.platform.latencies].sort((a, b) => a - b);
  await bench.close();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), samples: sorted.length, wrong: results.filter((right) => !right).length };
}

async function idleMemory(count: number): Promise<{ sessions: number; kilobytes: number }> {
  const bench = await open(false);
  await Promise.all(Array.from({ length: 20 }, () => startIdle(bench)));
  await pause(500);
  const before = process.memoryUsage().rss;
  for (let started = 0; started < count; started += 50) {
    await Promise.all(Array.from({ length: Math.min(50, count - started) }, () => startIdle(bench)));
  }
  await pause(500);
  const sessions = bench.server.sessionCount - 20;
  const kilobytes = (process.memoryUsage().rss - before) / 1024 / Math.max(sessions, 1);
  await bench.close();
  return { sessions, kilobytes };
}

/** Resolves when the session has dialled, and so waits for an answer that never comes. */
async function startIdle(bench: Bench): Promise<void> {
  const before = bench.platform.commands;
  bench.server.start({ session: ids.next('session'), uri: driver, values, onEnd: () => undefined });
  while (bench.platform.commands < before + 1) await pause(2);
}
