import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/kernel/package-root.ts';
import { Operator } from '../../sim/demo/operator.ts';

/** A `nailup serve` of the test's own. */
export class RunningServer {
  readonly operator: Operator;
  stderr = '';
  readonly #process: ChildProcess;
  readonly #gone: Promise<number | null>;

  private constructor(process: ChildProcess, operator: Operator) {
    this.#process = process;
    this.operator = operator;
    this.#gone = new Promise((done) => process.once('exit', done));
    process.stderr?.on('data', (d) => (this.stderr += d));
  }

  static async start(configFile: string, httpPort: number): Promise<RunningServer> {
    const child = spawn(process.execPath, [join(packageRoot(), 'bin', 'nailup.js'), 'serve', '--config', configFile], { stdio: ['ignore', 'ignore', 'pipe'] });
    const server = new RunningServer(child, new Operator(`http://127.0.0.1:${httpPort}`));
    try {
      await server.operator.healthy(45_000);
    } catch (error) {
      child.kill('SIGKILL');
      throw new Error(`the server did not come up:\n${server.stderr.slice(-2_000)}`, { cause: error });
    }
    return server;
  }

  /** Runs the campaign's job to its end and answers its attempts. */
  async campaign(name: string, limitMs = 60_000): Promise<{ job: string; attempts: { completionCode: string; exit: Record<string, unknown>; sipStatus: number | null }[] }> {
    const { job } = await this.operator.post<{ job: string }>('/api/jobs', { campaign: name });
    for (const end = Date.now() + limitMs; ; ) {
      const jobs = await this.operator.get<{ id: string; state: string }[]>('/api/jobs');
      if (jobs.find((j) => j.id === job)?.state === 'Completed') break;
      if (Date.now() > end) throw new Error(`the job did not end: ${JSON.stringify(jobs)}\n${this.stderr}`);
      await new Promise((done) => setTimeout(done, 100));
    }
    return { job, attempts: await this.operator.get(`/api/jobs/${job}/attempts`) };
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  async stop(): Promise<number | null> {
    this.#process.kill('SIGTERM');
    return this.#gone;
  }
}
