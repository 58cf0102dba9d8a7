import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/kernel/package-root.ts';
import { expect, host, pause, until, type PeerProcess, type Scope } from '../scope.ts';

export interface SippOptions {
  /** A file of `test/interop/scenarios`. */
  readonly scenario: string;
  /** Our address, for a scenario that calls; absent: it waits for calls. */
  readonly target?: string;
  readonly calls?: number;
  readonly rate?: number;
  /** `{name}` in the scenario. */
  readonly values?: Readonly<Record<string, string>>;
  /** A CSV of fields for the calls, its text. */
  readonly fields?: string;
  /** The user part that it calls. */
  readonly service?: string;
  readonly transport?: 'u1' | 't1' | 'tn' | 'l1' | 'ln';
  readonly extra?: readonly string[];
  readonly limitSeconds?: number;
}

/** A sipp that runs one of our scenario files. */
export class Sipp {
  readonly port: number;
  readonly #process: PeerProcess;
  readonly #folder: string;
  readonly #scenario: string;

  private constructor(port: number, process: PeerProcess, folder: string, scenario: string) {
    this.port = port;
    this.#process = process;
    this.#folder = folder;
    this.#scenario = scenario;
  }

  static async start(scope: Scope, options: SippOptions): Promise<Sipp> {
    const port = await scope.port();
    const media = await scope.port(mediaPorts);
    const scenario = join(scope.folder, `${port}-${options.scenario}`);
    const text = readFileSync(join(packageRoot(), 'test', 'interop', 'scenarios', options.scenario), 'utf8');
    writeFileSync(scenario, text.replace(/\{(\w+)\}/g, (whole, name: string) => options.values?.[name] ?? whole));
    if (options.fields !== undefined) writeFileSync(scope.file(`${options.scenario}-${port}.csv`), options.fields);
    const process = scope.start(`sipp ${options.scenario}`, 'sipp', [
      ...(options.target === undefined ? [] : [options.target]),
      '-sf', scenario, '-i', host, '-p', String(port), '-mi', host, '-mp', String(media),
      '-m', String(options.calls ?? 1), '-r', String(options.rate ?? 10), '-nostdin', '-timeout', `${options.limitSeconds ?? 60}s`, '-timeout_error', '-trace_err', '-trace_msg', '-fd', '1',
      '-t', options.transport ?? 'u1', ...(options.service === undefined ? [] : ['-s', options.service]),
      ...(options.fields === undefined ? [] : ['-inf', scope.file(`${options.scenario}-${port}.csv`)]),
      ...(options.extra ?? []),
    ], { cwd: scope.folder });
    const sipp = new Sipp(port, process, scope.folder, `${port}-${options.scenario}`);
    // It says nothing when it is ready; its port tells.
    if (options.target === undefined) await until('sipp opens its port', 5_000, async () => (process.process.exitCode === null ? bound(port) : expect(false, `sipp ended: ${process.output().slice(-600)}`)));
    return sipp;
  }

  get uri(): string {
    return `sip:sipp@${host}:${this.port}`;
  }

  get exited(): Promise<number | null> {
    return this.#process.exited;
  }

  /** Waits for its last call. @throws Error with what went wrong in its own words when a call was not as scripted */
  async finish(limitMs = 60_000): Promise<void> {
    const code = await Promise.race([this.#process.exited, pause(limitMs).then(() => 'late' as const)]);
    if (code === 0) return;
    const name = this.#scenario.replace(/\.xml$/, '');
    const errors = readdirSync(this.#folder).filter((file) => file.startsWith(name) && file.endsWith('_errors.log')).map((file) => readFileSync(join(this.#folder, file), 'utf8').slice(0, 1_200));
    throw new Error(`sipp ${this.#scenario}: ${code === 'late' ? 'did not end' : `exit code ${code}`}; ${errors.join('\n') || this.#process.output().slice(-400)}`);
  }

  /** Every message that it saw, as text. */
  get messages(): string {
    const name = this.#scenario.replace(/\.xml$/, '');
    return readdirSync(this.#folder).filter((file) => file.startsWith(name) && file.endsWith('_messages.log')).map((file) => readFileSync(join(this.#folder, file), 'utf8')).join('\n');
  }

  stop(): Promise<void> {
    return this.#process.stop('SIGKILL');
  }
}

/** A call takes two ports for audio and two for video. */
const mediaPorts = 40;

function bound(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return ['/proc/net/udp', '/proc/net/tcp'].some((file) => readFileSync(file, 'latin1').split('\n').some((line) => line.includes(`0100007F:${hex} `)));
}
