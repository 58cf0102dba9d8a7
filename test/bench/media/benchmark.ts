/**
 * `npm run bench -- media [--legs 300,600,1000] [--io koffi,dgram] [--seconds 6]`: the legs that one media thread carries with
 * everything on (DTMF detection, speech detection and background call progress on every leg, 3-way conferences), server and
 * load in two processes; then two-party calls that are only forwarded, beside rtpengine's userspace daemon under the same
 * load. CPU is that of the whole server process.
 */
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Benchmark, BenchmarkOutcome, Goal } from '../benchmark.ts';
import { Load } from './load.ts';
import type { ServerReply, ServerRequest } from './protocol.ts';
import { isRtpengineThere, Rtpengine } from './rtpengine.ts';

const forwardLegs = 400;

interface Measured {
  readonly io: string;
  readonly work: 'full' | 'forward';
  readonly legs: number;
  readonly cpu: number;
  readonly latenessP99: number;
  readonly workP50: number;
  readonly returned: number;
  readonly lost: number;
  readonly kilobytesPerLeg: number;
}

export const benchmark: Benchmark = {
  async run({ args }): Promise<BenchmarkOutcome> {
    const option = (name: string, otherwise: string): string => {
      const at = args.indexOf(`--${name}`);
      return at < 0 ? otherwise : (args[at + 1] ?? otherwise);
    };
    const seconds = Number(option('seconds', '6'));
    const plan: Record<string, number[]> = { koffi: [300, 600, 1000], dgram: [300, 500] };
    const legs = option('legs', '');
    // What is measured is what ships.
    execFileSync(process.execPath, [fileURLToPath(new URL('../../../build.mjs', import.meta.url))]);
    const measured: Measured[] = [];
    for (const io of option('io', 'koffi,dgram').split(',')) {
      for (const count of legs === '' ? (plan[io] ?? []) : legs.split(',').map(Number)) {
        measured.push(await measure(io, 'full', count, seconds));
        console.log(JSON.stringify(measured[measured.length - 1]));
      }
    }
    const forward = await measure(option('io', 'koffi').split(',')[0] ?? 'koffi', 'forward', forwardLegs, seconds);
    console.log(JSON.stringify(forward));
    const peer = isRtpengineThere() ? await measureRtpengine(forwardLegs, seconds) : undefined;
    console.log(JSON.stringify(peer));
    const goal = (io: string, count: number): Goal[] => {
      const at = measured.find((one) => one.io === io && one.legs >= count);
      if (at === undefined) return [];
      return [{
        name: `${count} full-function legs on one thread, ${io}`, goal: 'tick lateness p99 < 10 ms and 99.9 % of the packets sent',
        measured: `${at.latenessP99.toFixed(1)} ms, ${(at.returned * 100).toFixed(2)} %`, met: at.latenessP99 < 10 && at.returned >= 0.999,
      }];
    };
    const memory = Math.max(...measured.map((one) => one.kilobytesPerLeg));
    return {
      title: `Media plane: full function, 3-way mix, ${seconds} s each`,
      columns: ['packets by', 'work', 'legs', 'CPU % of a core', 'tick work ms', 'lateness p99 ms', 'packets returned %', 'lost', 'KB per leg'],
      rows: [...measured, forward, ...(peer === undefined ? [] : [peer])].map((one) => [one.io, one.work, one.legs, (one.cpu * 100).toFixed(0), one.workP50.toFixed(1), one.latenessP99.toFixed(1), (one.returned * 100).toFixed(2), one.lost, one.kilobytesPerLeg.toFixed(0)]),
      goals: [...goal('koffi', 1000), ...goal('dgram', 500), { name: 'memory', goal: 'at most 60 KB per leg', measured: `${memory.toFixed(0)} KB`, met: memory <= 60 }, ...against(forward, peer)],
      measured: { full: measured, forward, rtpengine: peer },
    };
  },
};

/** CPU per packet that came back, so that a busy machine that drops some does not flatter either. */
function against(ours: Measured, peer: Measured | undefined): Goal[] {
  if (peer === undefined) return [{ name: 'forward only', goal: 'at most 0.8 of rtpengine’s CPU per call', measured: 'rtpengine-daemon is not installed', met: false }];
  const ratio = ours.cpu / ours.returned / (peer.cpu / peer.returned);
  return [{ name: 'forward only', goal: 'at most 0.8 of rtpengine’s CPU per call', measured: ratio.toFixed(2), met: ratio <= 0.8 }];
}

async function measureRtpengine(legs: number, seconds: number): Promise<Measured> {
  const engine = await Rtpengine.start(23_999, { from: 23_000, to: 24_998 });
  const load = new Load();
  try {
    const ports: number[] = [];
    for (let call = 0; call < legs / 2; call++) ports.push(...(await engine.call(`call${call}`, load.port)));
    load.start(ports);
    await wait(4000);
    const [sent, received, cpu, since] = [load.sent, load.received, engine.cpuSeconds(), performance.now()];
    await wait(seconds * 1000);
    return {
      io: 'rtpengine', work: 'forward', legs, cpu: (engine.cpuSeconds() - cpu) / ((performance.now() - since) / 1000), latenessP99: 0, workP50: 0,
      returned: Math.min(1, (load.received - received) / (load.sent - sent)), lost: 0, kilobytesPerLeg: 0,
    };
  } finally {
    load.close();
    await engine.stop();
  }
}

async function measure(io: string, work: 'full' | 'forward', legs: number, seconds: number): Promise<Measured> {
  const server = fork(fileURLToPath(new URL('./server.ts', import.meta.url)), [io, work], { execArgv: ['--import', 'tsx'], stdio: 'inherit' });
  const next = replies(server);
  const ask = (request: ServerRequest): Promise<ServerReply> => {
    server.send(request);
    return next();
  };
  await next();
  const before = await ask({ kind: 'measure' });
  const load = new Load();
  try {
    const opened = await ask({ kind: 'open', legs, remotePort: load.port });
    if (opened.kind !== 'opened' || before.kind !== 'measured') throw new Error(`the server could not open ${legs} legs: ${JSON.stringify(opened)}`);
    load.start(opened.ports);
    await wait(4000);
    await ask({ kind: 'reset' });
    const [sent, received] = [load.sent, load.received];
    await wait(seconds * 1000);
    const after = await ask({ kind: 'measure' });
    if (after.kind !== 'measured') throw new Error('the server did not answer');
    return {
      io, work, legs, cpu: after.cpu, latenessP99: after.latenessP99, workP50: after.workP50, returned: Math.min(1, (load.received - received) / (load.sent - sent)), lost: after.lost,
      kilobytesPerLeg: (after.rss - before.rss) / 1024 / legs,
    };
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
