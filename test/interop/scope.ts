import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const host = '127.0.0.1';
const firstPort = 27_000;
const lastPort = 27_499;
/** RTP of Nailup's own server lies above the peers' ports. */
export const nailupMediaPorts = { from: 27_500, to: 27_999 } as const;

let nextPort = firstPort;

export interface PeerProcess {
  readonly process: ChildProcess;
  /** Standard output and error together. */
  readonly output: () => string;
  /** Exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** What one case opened: processes, folders, servers. All of it is closed when the case is over, however it ends. */
export class Scope {
  readonly folder = mkdtempSync(join(tmpdir(), 'nailup-interop-'));
  readonly #closers: (() => unknown)[] = [];
  readonly #outputs: { name: string; output: () => string }[] = [];

  /** Called at the end, last first. */
  defer(close: () => unknown): void {
    this.#closers.push(close);
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  start(name: string, command: string, args: readonly string[], options: { cwd?: string; env?: Readonly<Record<string, string>>; keepInput?: boolean; logFile?: string } = {}): PeerProcess {
    const child = spawn(command, args, { cwd: options.cwd ?? this.folder, env: { ...process.env, ...options.env }, stdio: [options.keepInput === true ? 'pipe' : 'ignore', 'pipe', 'pipe'] });
    let text = '';
    const take = (data: Buffer): void => {
      text = (text + data.toString('utf8')).slice(-400_000);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.on('error', (error) => (text += `${error.message}\n`));
    const exited = new Promise<number | null>((done) => {
      child.once('exit', (code) => done(code));
      child.once('error', () => done(127));
    });
    const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      const hard = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await exited;
      clearTimeout(hard);
    };
    this.defer(() => stop());
    const { logFile } = options;
    this.#outputs.push({ name, output: () => (logFile !== undefined && existsSync(logFile) ? readFileSync(logFile, 'utf8') : text) });
    return { process: child, output: () => text, exited, stop };
  }

  /** A port that is free for UDP and TCP now, and `span` − 1 free ones above it. */
  async port(span = 1): Promise<number> {
    for (let tries = 0; tries < 200; tries++) {
      if (nextPort + span - 1 > lastPort) nextPort = firstPort;
      const port = nextPort;
      nextPort += span + (span & 1);
      const free = await Promise.all(Array.from({ length: span }, (_, i) => isFree(port + i)));
      if (free.every(Boolean)) return port;
    }
    throw new Error(`no free port between ${firstPort} and ${lastPort}`);
  }

  /** The last words of every process of the case. */
  lastWords(lines = 12): string {
    return this.#outputs.map(({ name, output }) => `--- ${name}\n${tail(output(), lines)}`).join('\n');
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch {
        // What a case leaves broken is told by the case itself.
      }
    }
    if (process.env['NAILUP_INTEROP_KEEP'] === undefined) rmSync(this.folder, { recursive: true, force: true });
  }
}

function tail(text: string, lines: number): string {
  return text.trim().split(/[\r\n]+/).filter((line) => !/audio=\d+\/\d+/.test(line)).slice(-lines).join('\n').slice(-2_000);
}

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Waits for a condition on the other side of a wire. */
export async function until<T>(what: string, limitMs: number, look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (const end = performance.now() + limitMs; ; ) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`${what}: not within ${limitMs / 1_000} s`);
    await pause(25);
  }
}

export function expect(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise);
}

async function isFree(port: number): Promise<boolean> {
  const tcp = createServer();
  const tcpFree = await new Promise<boolean>((done) => {
    tcp.once('error', () => done(false));
    tcp.listen(port, host, () => tcp.close(() => done(true)));
  });
  if (!tcpFree) return false;
  const udp = createSocket('udp4');
  return new Promise<boolean>((done) => {
    udp.once('error', () => done(false));
    udp.bind(port, host, () => udp.close(() => done(true)));
  });
}
