/**
 * `npm run bench -- media [--legs 300,1000] [--io io_uring,koffi,dgram] [--seconds 6]`: the legs that one media thread carries
 * with everything on (DTMF detection, speech detection and background call progress on every leg, 3-way conferences), server
 * and load in two processes; then the same on two threads; then two-party calls that are only forwarded, beside rtpengine's
 * userspace daemon (of Debian, installed if need be) under the same load at the same time. CPU is that of the whole server process;
 * a leg's memory is what that process grows by with the number of legs, from one run to another.
 */
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installDebianPackages } from '../../interop/debian-packages.ts';
import type { Benchmark, BenchmarkOutcome, Goal } from '../benchmark.ts';
import { Load } from './load.ts';
import type { ServerReply, ServerRequest } from './protocol.ts';
import { Rtpengine, rtpenginePackage } from './rtpengine.ts';

const forwardLegs = 400;
/** Until what is compared with a peer that needs no compiling is measured. */
const warmMs = 12_000;
/** Each leg's window begins with its first packet, at most a tick later. */
const afterMs = 100;
/** Until what has begun with the calls is over: call progress listens closely to their first eight seconds. */
const settledMs = 10_000;
/** Legs of each thread when one is compared with two. */
const sharedLegs = 200;
/** One after the other and not at once, for they would share the machine: three times, since a shared machine is not as quick at all times. */
const sharedRounds = 3;

interface Measured {
  readonly io: string;
  readonly work: 'full' | 'forward';
  readonly legs: number;
  readonly threads: number;
  readonly cpu: number;
  readonly latenessP99: number;
  readonly workP50: number;
  readonly returned: number;
  readonly lost: number;
  /** Of the whole process, bytes. */
  readonly rss: number;
}

export const benchmark: Benchmark = {
  async run({ args }): Promise<BenchmarkOutcome> {
    const option = (name: string, otherwise: string): string => {
      const at = args.indexOf(`--${name}`);
      return at < 0 ? otherwise : (args[at + 1] ?? otherwise);
    };
    const seconds = Number(option('seconds', '6'));
    const plan: Record<string, number[]> = { io_uring: [300, 1000], koffi: [600], dgram: [500] };
    const legs = option('legs', '');
    const kinds = option('io', 'io_uring,koffi,dgram').split(',');
    const absent = installDebianPackages([rtpenginePackage], console.log);
    // What is measured is what ships.
    execFileSync(process.execPath, [fileURLToPath(new URL('../../../build.mjs', import.meta.url))]);
    const measured: Measured[] = [];
    for (const io of kinds) {
      for (const count of legs === '' ? (plan[io] ?? []) : legs.split(',').map(Number)) {
        measured.push(await measure(io, 'full', count, seconds));
        console.log(JSON.stringify(measured[measured.length - 1]));
      }
    }
    const [kind = 'koffi'] = kinds;
    const shared: (readonly [one: Measured, two: Measured])[] = [];
    for (let round = 0; round < sharedRounds; round++) shared.push([await measure(kind, 'full', sharedLegs, seconds), await measure(kind, 'full', sharedLegs * 2, seconds, 2)]);
    console.log(JSON.stringify(shared));
    // Side by side, so that both have the same machine, and both warm, as a server is that has run for a while.
    const [forward, peer] = await Promise.all([
      measure(kind, 'forward', forwardLegs, seconds, 1, warmMs), absent ?? measureRtpengine(forwardLegs, seconds, warmMs).catch((error: unknown) => String(error)),
    ]);
    console.log(JSON.stringify([forward, peer]));
    const goal = (io: readonly string[], count: number): Goal[] => {
      const at = measured.find((row) => io.includes(row.io) && row.legs >= count);
      if (at === undefined) return [];
      return [{
        name: `${count} full-function legs on one thread, ${at.io}`, goal: 'tick lateness p99 < 10 ms and 99.9 % of the packets sent',
        measured: `${at.latenessP99.toFixed(1)} ms, ${(at.returned * 100).toFixed(2)} %`, met: at.latenessP99 < 10 && at.returned >= 0.999,
      }];
    };
    const memory = memoryPerLeg(measured.filter(({ io }) => io === kind));
    // The same legs on each thread: what a tick takes longer when both run is what the second does not add.
    const adds = shared.map(([one, two]) => (2 * one.workP50) / two.workP50 - 1).sort((a, b) => a - b);
    const added = adds[adds.length >> 1] ?? 0;
    return {
      title: `Media plane: full function, 3-way mix, ${seconds} s each`,
      columns: ['packets by', 'work', 'threads', 'legs', 'CPU % of a core', 'tick work ms', 'lateness p99 ms', 'packets returned %', 'lost', 'MB in all'],
      rows: [...measured, ...shared.flat(), forward, ...(typeof peer === 'string' ? [] : [peer])].map((row) => [row.io, row.work, row.threads, row.legs, (row.cpu * 100).toFixed(0), row.workP50.toFixed(1), row.latenessP99.toFixed(1), (row.returned * 100).toFixed(2), row.lost, (row.rss / 1e6).toFixed(0)]),
      goals: [
        ...goal(['io_uring', 'koffi'], 1000), ...goal(['dgram'], 500),
        ...(memory === undefined ? [] : [{ name: 'memory', goal: 'at most 60 KB per leg', measured: `${(memory / 1e3).toFixed(0)} KB`, met: memory <= 60e3 }]),
        { name: 'a second thread', goal: 'adds at least 80 %', measured: `${(added * 100).toFixed(0)} % (the median of ${adds.map((one) => (one * 100).toFixed(0)).join(', ')})`, met: added >= 0.8 }, ...against(forward, peer),
      ],
      measured: { full: measured, threads: shared, forward, rtpengine: peer },
    };
  },
};

/** Bytes: what a leg more takes, from the fewest to the most of them. Undefined when all had as many. */
function memoryPerLeg(rows: readonly Measured[]): number | undefined {
  const sorted = rows.toSorted((a, b) => a.legs - b.legs);
  const [least, most] = [sorted[0], sorted[sorted.length - 1]];
  return least === undefined || most === undefined || most.legs === least.legs ? undefined : (most.rss - least.rss) / (most.legs - least.legs);
}

/** CPU per packet that came back, so that a busy machine that drops some does not flatter either. Without the peer, which there is a reason for, the goal is missed. */
function against(ours: Measured, peer: Measured | string): Goal[] {
  if (typeof peer === 'string') return [{ name: 'forward only', goal: 'at most 0.8 of rtpengine’s CPU per call', measured: peer, met: false }];
  const ratio = ours.cpu / ours.returned / (peer.cpu / peer.returned);
  return [{ name: 'forward only', goal: 'at most 0.8 of rtpengine’s CPU per call', measured: ratio.toFixed(2), met: ratio <= 0.8 }];
}

async function measureRtpengine(legs: number, seconds: number, settleMs: number): Promise<Measured> {
  const engine = await Rtpengine.start(23_999, { from: 23_000, to: 24_998 });
  const load = new Load();
  try {
    const ports: number[] = [];
    for (let call = 0; call < legs / 2; call++) ports.push(...(await engine.call(`call${call}`, load.port)));
    load.start(ports);
    await wait(settleMs);
    const [cpu, since] = [engine.cpuSeconds(), performance.now()];
    load.openWindow(seconds);
    await wait(seconds * 1000);
    const used = (engine.cpuSeconds() - cpu) / ((performance.now() - since) / 1000);
    await wait(afterMs);
    return { io: 'rtpengine', work: 'forward', legs, threads: 1, cpu: used, latenessP99: 0, workP50: 0, returned: load.returned(), lost: 0, rss: 0 };
  } finally {
    load.close();
    await engine.stop();
  }
}

async function measure(io: string, work: 'full' | 'forward', legs: number, seconds: number, threads = 1, settleMs = settledMs): Promise<Measured> {
  const server = fork(fileURLToPath(new URL('./server.ts', import.meta.url)), [io, work, String(threads)], { execArgv: ['--import', 'tsx'], stdio: 'inherit' });
  const next = replies(server);
  const ask = (request: ServerRequest): Promise<ServerReply> => {
    server.send(request);
    return next();
  };
  await next();
  const load = new Load();
  try {
    const opened = await ask({ kind: 'open', legs, remotePort: load.port });
    if (opened.kind !== 'opened') throw new Error(`the server could not open ${legs} legs: ${JSON.stringify(opened)}`);
    load.start(opened.ports);
    await wait(settleMs);
    await ask({ kind: 'reset' });
    load.openWindow(seconds);
    await wait(seconds * 1000);
    const after = await ask({ kind: 'measure' });
    if (after.kind !== 'measured') throw new Error('the server did not answer');
    await wait(afterMs);
    return { io, work, legs, threads, cpu: after.cpu, latenessP99: after.latenessP99, workP50: after.workP50, returned: load.returned(), lost: after.lost, rss: after.rss };
  } finally {
    load.close();
    server.send({ kind: 'stop' } satisfies ServerRequest);
    await new Promise((resolve) => server.once('exit', resolve));
  }
}

function replies(server: ChildProcess): () => Promise<ServerReply> {
  const queue: ServerReply[] = [];
  const waiting: ((reply: ServerReply) => void)[] = [];
  server.on('message', (message) => {
    const taker = waiting.shift();
    if (taker === undefined) queue.push(message as ServerReply);
    else taker(message as ServerReply);
  });
  return () => {
    const first = queue.shift();
    return first === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(first);
  };
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
