import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/kernel/package-root.ts';
import type { CallTruth } from '../carrier/callee.ts';
import { Child } from './child.ts';
import { demoConfig } from './demo-config.ts';
import { LiveView } from './live-view.ts';
import { Operator, type AttemptRow, type Status } from './operator.ts';
import { demoReport, type DemoReport, type ServerReport, type ServerStats } from './report.ts';

export interface DemoOptions {
  readonly contactsFile: string;
  readonly agents: number;
  readonly seed: number;
  readonly pacing: string;
  readonly classify: boolean;
  readonly shares: string;
  /** Leave everything running after the report. */
  readonly keep: boolean;
  /** Kill the server with SIGKILL at these moments of the campaign (milliseconds after its start) and start it again. */
  readonly killAtMs?: readonly number[];
  readonly out: NodeJS.WriteStream;
  /** Milliseconds, `MIN-MAX`: how long phones ring before they are answered, agents talk and wrap up. Absent: short times, for a short demo. */
  readonly ring?: string;
  readonly noAnswerMs?: number;
  readonly talk?: string;
  readonly wrap?: string;
  /** Contacts that were busy or out are not tried again. */
  readonly once?: boolean;
  /** The job is stopped so long after its start, whatever contacts are left, and what was so far is kept in `measured`. */
  readonly stopAfterMs?: number;
  readonly trunk?: { readonly address: string };
}

/** The job until it was stopped: from its start, for so long. */
export interface DemoMeasured {
  readonly startedAt: number;
  readonly ms: number;
  readonly occupancy: number;
}

const campaignLimitMs = 600_000;
/** Longer than any retry of the demo waits: who is left after so long without a call may be called in some days (72 hours after a call that was abandoned). */
const idleLimitMs = 45_000;
const restartRetries = { count: 6, delayMs: 1_000 };

/** Starts everything, runs the campaign to its end, reports. Each part is a process of its own; they meet on the wire alone. */
export class Demo {
  readonly #options: DemoOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), 'nailup-demo-'));
  readonly #truths: CallTruth[] = [];
  #carrier: Child | undefined;
  #agents: Child | undefined;
  #server: Child | undefined;
  #kills = 0;
  #measured: DemoMeasured | undefined;
  #attempts: readonly AttemptRow[] = [];

  constructor(options: DemoOptions) {
    this.#options = options;
  }

  async run(): Promise<DemoReport> {
    const { options } = { options: this.#options };
    const { out } = options;
    const password = randomBytes(12).toString('base64url');
    const [sipPort, httpPort, agentPort] = await freePorts(3);
    if (sipPort === undefined || httpPort === undefined || agentPort === undefined) throw new Error('no free ports');
    out.write('Starting the carrier …\n');
    const carrierPort = await this.#startCarrier();
    const config = join(this.#folder, 'nailup.yaml');
    writeFileSync(config, await demoConfig({ folder: this.#folder, sipPort, httpPort, agentPort, carrierAddress: `127.0.0.1:${carrierPort}`, password, agents: options.agents, pacing: options.pacing, classify: options.classify, retry: restartRetries, once: options.once === true }), { mode: 0o600 });
    out.write('Starting the database, importing contacts …\n');
    await this.#import(config);
    out.write('Starting the server and the agents …\n');
    const operator = new Operator(`http://127.0.0.1:${httpPort}`);
    await this.#startServer(config, operator);
    await this.#startAgents(httpPort, agentPort, password);
    const view = new LiveView(out);
    await this.#until('the agents are nailed up', 30_000, async () => {
      const status = await operator.get<Status>('/api/status');
      return (status.agents['idle'] ?? 0) === options.agents;
    });
    const startedAt = Date.now();
    const { job } = await operator.post<{ job: string }>('/api/jobs', { campaign: 'demo' });
    const status = await this.#watch(job, config, operator, view, startedAt);
    const wallSeconds = (Date.now() - startedAt) / 1_000;
    const report = await operator.get<ServerReport>(`/api/jobs/${job}/report`);
    const attempts = await operator.get<AttemptRow[]>(`/api/jobs/${job}/attempts`);
    this.#attempts = attempts;
    if (options.keep) {
      const made = this.#report(report, await operator.get<ServerStats>('/api/stats'), attempts, status, wallSeconds);
      out.write(`\nLeft running. Server http://127.0.0.1:${httpPort} (SIP 127.0.0.1:${sipPort}), carrier 127.0.0.1:${carrierPort}, configuration ${config}. Ctrl-C ends it.\n`);
      return made;
    }
    await this.#agents?.stop();
    const stats = await this.#quiet(operator);
    return this.#report(report, stats, attempts, status, wallSeconds);
  }

  /** What was measured with `stopAfterMs`, once the demo has run. */
  get measured(): DemoMeasured | undefined {
    return this.#measured;
  }

  /** Every attempt as the server reports it, once the demo has run. */
  get attempts(): readonly AttemptRow[] {
    return this.#attempts;
  }

  /** Every call as the carrier knows it. */
  get truths(): readonly CallTruth[] {
    return this.#truths;
  }

  /** The last lines that the server wrote, for when the demo fails. */
  get serverWords(): readonly string[] {
    return this.#server?.errors ?? [];
  }

  async close(): Promise<void> {
    await this.#agents?.stop();
    await this.#server?.stop(15_000);
    await this.#carrier?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #report(report: ServerReport, stats: ServerStats, attempts: readonly AttemptRow[], status: Status, wallSeconds: number): DemoReport {
    return demoReport({ report, stats, attempts, truths: this.#truths, agents: this.#options.agents, occupancy: status.occupancy, wallSeconds, seed: this.#options.seed, kills: this.#kills });
  }

  async #startCarrier(): Promise<number> {
    const { seed, shares, ring, noAnswerMs } = this.#options;
    const ready = defer<number>();
    const carrier = new Child('the carrier', [process.execPath, simMain(), 'carrier', '--seed', String(seed), ...(shares === '' ? [] : ['--shares', shares]), ...(ring === undefined ? [] : ['--ring', ring]), ...(noAnswerMs === undefined ? [] : ['--no-answer', String(noAnswerMs)])], {
      onLine: (line) => {
        const message = JSON.parse(line) as { type: string; port?: number } & CallTruth;
        if (message.type === 'ready') ready.resolve(message.port ?? 0);
        if (message.type === 'call') this.#truths.push(message);
      },
    });
    this.#carrier = carrier;
    return carrier.whileAlive(ready.promise);
  }

  async #import(config: string): Promise<void> {
    const work = new Child('the import', [process.execPath, nailup(), 'contacts', 'import', this.#options.contactsFile, '--list', 'demo', '--config', config, '--rejects', join(this.#folder, 'rejects.csv')]);
    const code = await work.exited;
    if (code !== 0) throw new Error(`the contacts were not imported:\n${work.lastWords}`);
  }

  async #startServer(config: string, operator: Operator): Promise<void> {
    const server = new Child('the server', [process.execPath, nailup(), 'serve', '--config', config]);
    this.#server = server;
    await server.whileAlive(operator.healthy(30_000));
  }

  async #startAgents(httpPort: number, agentPort: number, password: string): Promise<void> {
    const { talk, wrap } = this.#options;
    const ready = defer<void>();
    const agents = new Child('the agents', [process.execPath, simMain(), 'agents', '--url', `ws://127.0.0.1:${httpPort}/agent`, '--port', String(agentPort), '--count', String(this.#options.agents), '--seed', String(this.#options.seed), ...(talk === undefined ? [] : ['--talk', talk]), ...(wrap === undefined ? [] : ['--wrap', wrap])], {
      env: { NAILUP_AGENT_PASSWORD: password },
      onLine: (line) => {
        if ((JSON.parse(line) as { type: string }).type === 'ready') ready.resolve();
      },
    });
    this.#agents = agents;
    await agents.whileAlive(ready.promise);
  }

  /** Shows the campaign until its job is completed; kills and restarts the server where that was asked for. */
  async #watch(job: string, config: string, operator: Operator, view: LiveView, startedAt: number): Promise<Status> {
    const kills = [...(this.#options.killAtMs ?? [])].sort((a, b) => a - b);
    let last: Status | undefined;
    let movedAt = startedAt;
    for (;;) {
      const elapsed = Date.now() - startedAt;
      if (elapsed > campaignLimitMs) throw new Error(`the campaign did not end within ${campaignLimitMs / 1_000} s:\n${this.#server?.lastWords ?? ''}`);
      if (kills[0] !== undefined && elapsed >= kills[0]) {
        kills.shift();
        this.#server?.process.kill('SIGKILL');
        await this.#server?.exited;
        this.#kills += 1;
        await this.#startServer(config, operator);
        continue;
      }
      const server = this.#server;
      if (server === undefined) throw new Error('no server');
      last = await server.whileAlive(operator.get<Status>('/api/status'));
      view.show(last, elapsed / 1_000);
      if (this.#options.stopAfterMs !== undefined && this.#measured === undefined && elapsed >= this.#options.stopAfterMs) {
        this.#measured = { startedAt, ms: Date.now() - startedAt, occupancy: last.occupancy };
        await operator.post(`/api/jobs/${job}/stop`);
      }
      if (last.jobs.find((j) => j.id === job)?.state === 'Completed' && (last.calls['open'] ?? 0) === 0) return last;
      if ((last.calls['open'] ?? 0) > 0 || kills.length > 0) movedAt = Date.now();
      else if (Date.now() - movedAt > idleLimitMs) {
        movedAt = Date.now();
        await operator.post(`/api/jobs/${job}/stop`);
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  /** What is still open once everybody has left; waits a little for the last BYE and its answer. */
  async #quiet(operator: Operator): Promise<ServerStats> {
    let stats = await operator.get<ServerStats>('/api/stats');
    for (let i = 0; i < 50 && (stats.openDialogs > 0 || stats.openRtpPorts > 0 || stats.openTimers > 0); i++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      stats = await operator.get<ServerStats>('/api/stats');
    }
    return stats;
  }

  async #until(what: string, limitMs: number, done: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + limitMs; !(await done()); ) {
      if (Date.now() > end) throw new Error(`${what}: not within ${limitMs / 1_000} s:\n${this.#server?.lastWords ?? ''}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const nailup = (): string => join(packageRoot(), 'bin', 'nailup.js');
const simMain = (): string => join(packageRoot(), 'dist', 'sim', 'main.js');

function defer<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((r) => (resolve = r));
  return { promise, resolve };
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  })));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
