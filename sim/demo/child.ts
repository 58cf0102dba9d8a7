import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process of the demo: its JSON lines, its end, its last words when it fails. */
export class Child {
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  readonly #name: string;
  readonly #stderr: string[] = [];

  constructor(name: string, command: readonly string[], options: { env?: Readonly<Record<string, string>>; onLine?: (line: string) => void } = {}) {
    this.#name = name;
    const [program, ...args] = command;
    if (program === undefined) throw new Error('a command is needed');
    this.process = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...options.env } });
    if (this.process.stdout !== null) createInterface({ input: this.process.stdout }).on('line', (line) => options.onLine?.(line));
    if (this.process.stderr !== null) {
      createInterface({ input: this.process.stderr }).on('line', (line) => {
        this.#stderr.push(line);
        if (this.#stderr.length > 200) this.#stderr.shift();
      });
    }
    this.exited = new Promise((resolve) => this.process.once('exit', (code) => resolve(code)));
  }

  get lastWords(): string {
    return this.#stderr.slice(-15).join('\n');
  }

  get errors(): readonly string[] {
    return this.#stderr;
  }

  /** Resolves with `value`'s result, or rejects when the process ends first. */
  async whileAlive<T>(value: Promise<T>): Promise<T> {
    return Promise.race([value, this.exited.then((code) => Promise.reject(new Error(`${this.#name} ended with ${code}:\n${this.lastWords}`)))]);
  }

  /** SIGTERM, then SIGKILL when it is not gone within `graceMs`. */
  async stop(graceMs = 10_000): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), graceMs);
    const code = await this.exited;
    clearTimeout(timer);
    return code;
  }
}
