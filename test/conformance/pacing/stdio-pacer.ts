import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** `nailup pacing decide --stdio` as a process of its own: one line in, one line out. */
export class StdioPacer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #awaited: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  #rest = '';
  #errors = '';

  constructor() {
    this.#child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', 'pacing', 'decide', '--stdio'], { cwd: root });
    this.#child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (this.#rest + chunk).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#awaited.shift()?.resolve(line);
    });
    this.#child.stderr.setEncoding('utf8').on('data', (chunk: string) => (this.#errors += chunk));
    this.#child.on('exit', (code) => {
      for (const { reject } of this.#awaited.splice(0)) reject(new Error(`the process ended with ${code}: ${this.#errors.slice(-500)}`));
    });
  }

  ask(line: unknown): Promise<Record<string, unknown>> {
    return new Promise<string>((resolve, reject) => {
      this.#awaited.push({ resolve, reject });
      this.#child.stdin.write((typeof line === 'string' ? line : JSON.stringify(line)) + '\n');
    }).then((text) => JSON.parse(text) as Record<string, unknown>);
  }

  /** Ends its input and waits until it has gone. */
  async close(): Promise<number | null> {
    const gone = new Promise<number | null>((resolve) => this.#child.on('exit', resolve));
    this.#child.stdin.end();
    return gone;
  }
}
