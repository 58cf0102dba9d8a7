import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SippResult {
  readonly failed: number;
  readonly successful: number;
  /** Calls that it saw begin. */
  readonly begun: number;
  /** Messages that sipp received a second time or had to send again. */
  readonly retransmissions: number;
  /** INVITE to 200 as sipp saw it, milliseconds. */
  readonly responseMs: { readonly p50: number; readonly p99: number };
}

/** A network that loses, played by sipp itself. */
export interface SippLoss {
  /** Per cent of the messages that it sends and receives. */
  readonly lostPercent?: number;
  /** What its calls may take beyond the time in which they begin, seconds. */
  readonly drainSeconds?: number;
}

const lossOf = ({ lostPercent }: SippLoss): string[] => (lostPercent === undefined ? [] : ['-lost', String(lostPercent)]);

/** sipp as the caller of its built-in scenario, or of the file named. */
export async function sippCalls(options: { target: number; port: number; rate: number; calls: number; talkMs?: number; scenario?: string } & SippLoss): Promise<SippResult> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-sip-'));
  try {
    const child = start(folder, [...(options.scenario === undefined ? ['-sn', 'uac'] : ['-sf', options.scenario]), `127.0.0.1:${options.target}`, '-p', String(options.port), '-r', String(options.rate), '-m', String(options.calls),
      '-l', String(options.rate * 10), '-d', String(options.talkMs ?? 0), '-trace_rtt', '-rtt_freq', '1', ...lossOf(options)], options.calls / options.rate + (options.drainSeconds ?? drainSeconds));
    await new Promise<void>((resolve) => child.once('close', () => resolve()));
    return readResult(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** sipp as the called side, with its built-in scenario or the file named; `finish` waits for its last call and reads its figures. */
export async function sippServes(options: { port: number; calls: number; scenario?: string } & SippLoss): Promise<{ finish(): Promise<SippResult> }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-sip-'));
  const child = start(folder, [...(options.scenario === undefined ? ['-sn', 'uas'] : ['-sf', options.scenario]), '-p', String(options.port), '-m', String(options.calls), ...lossOf(options)], Math.max(60, (options.drainSeconds ?? 0) + 60));
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise((resolve) => setTimeout(resolve, 500));
  return {
    finish: async () => {
      const patience = setTimeout(() => child.kill('SIGKILL'), Math.max(1_500, (options.drainSeconds ?? 0) * 1_000));
      await closed;
      clearTimeout(patience);
      const result = readResult(folder);
      rmSync(folder, { recursive: true, force: true });
      return result;
    },
  };
}

/** What a stack that loses calls may take beyond the time in which they begin. */
const drainSeconds = 5;

function start(folder: string, args: readonly string[], limitSeconds: number): ChildProcess {
  return spawn('sipp', [...args, '-i', '127.0.0.1', '-mi', '127.0.0.1', '-nostdin', '-trace_stat', '-fd', '1', '-timeout', `${Math.ceil(limitSeconds)}s`, '-buff_size', '4194304'], { cwd: folder, stdio: 'ignore' });
}

function readResult(folder: string): SippResult {
  const files = readdirSync(folder);
  const statistics = files.find((file) => /_\d+_\.csv$/.test(file));
  const lines = statistics === undefined ? [] : readFileSync(join(folder, statistics), 'utf8').trim().split('\n');
  const names = lines[0]?.split(';') ?? [];
  const last = lines.at(-1)?.split(';') ?? [];
  const value = (name: string): number => Number(last[names.indexOf(name)] ?? NaN);
  const times = files.filter((file) => file.endsWith('_rtt.csv')).flatMap((file) =>
    readFileSync(join(folder, file), 'utf8').trim().split('\n').slice(1).map((line) => Number(line.split(';')[1]))).filter(Number.isFinite).toSorted((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN;
  return {
    begun: value('TotalCallCreated'), failed: value('FailedCall(C)'), successful: value('SuccessfulCall(C)'), retransmissions: value('Retransmissions(C)'),
    responseMs: { p50: at(0.5), p99: at(0.99) },
  };
}
