import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { Child } from '../../../sim/demo/child.ts';
import { makeContacts } from '../../../sim/demo/contacts-file.ts';
import { Operator, type AttemptRow, type Status } from '../../../sim/demo/operator.ts';
import { packageRoot } from '../../../src/kernel/package-root.ts';

/** One rate, held for some seconds. */
export interface Step {
  /** Asked for, calls per second. */
  readonly rate: number;
  readonly attempts: number;
  readonly answered: number;
  /** Attempts that were not answered, although the carrier answers every call. */
  readonly failed: number;
  /** Their completion codes and reasons. */
  readonly failures: Readonly<Record<string, number>>;
  /** Answered calls per second that were really begun. */
  readonly perSecond: number;
  /** User and system time of the server's process, all threads, by answered call. */
  readonly cpuMsPerCall: number;
  /** Attempt begun → 200 OK, less than the carrier's ringing (200–800 ms) is not possible. */
  readonly answerMsP95: number;
}

const clockTicksPerSecond = 100;
const contacts = 5_000;

/** The built server with its database, and the simulated carrier, whose people all answer and hang up 150 ms later. */
export class NailupRun {
  readonly #folder = mkdtempSync(join(tmpdir(), 'nailup-bench-'));
  #carrier: Child | undefined;
  #server: Child | undefined;
  #operator: Operator | undefined;

  async start(): Promise<void> {
    const [sipPort, httpPort] = await freePorts(2);
    let ready: (port: number) => void = () => undefined;
    const listening = new Promise<number>((resolve) => (ready = resolve));
    this.#carrier = new Child('the carrier', [process.execPath, join(packageRoot(), 'dist/sim/main.js'), 'carrier', '--seed', '1', '--shares', 'hangup=1'], {
      onLine: (line) => {
        const message = JSON.parse(line) as { type: string; port?: number };
        if (message.type === 'ready') ready(message.port ?? 0);
      },
    });
    const carrierPort = await this.#carrier.whileAlive(listening);
    const config = join(this.#folder, 'nailup.yaml');
    writeFileSync(config, stringify({
      log: { level: 'error' },
      database: { directory: join(this.#folder, 'postgres') },
      sip: { port: sipPort, transports: ['udp'] },
      http: { port: httpPort },
      trunks: [{ name: 'carrier', address: `127.0.0.1:${carrierPort}`, callerId: '+12025550100', callsPerSecond: 2_000, maxConcurrentCalls: 2_000, pingMs: 0 }],
      campaign: {
        name: 'bench', list: 'bench', trunk: 'carrier', callerId: '+12025550100', mode: 'dialog', classify: false, pacing: 'rate:1/s', ringTimeoutMs: 15_000, maxConcurrentCalls: 2_000,
        guardTimes: { from: '00:00', to: '24:00', unknownZone: 'allow' }, frequency: { perAddressIn24Hours: 0, minIntervalMs: 0 }, machineHours: 0, nuisanceHours: 0, maxAttempts: 1, retries: {},
      },
    }), { mode: 0o600 });
    const list = join(this.#folder, 'contacts.csv');
    writeFileSync(list, makeContacts(contacts, 1));
    const work = new Child('the import', [process.execPath, join(packageRoot(), 'bin/nailup.js'), 'contacts', 'import', list, '--list', 'bench', '--config', config]);
    if ((await work.exited) !== 0) throw new Error(`the contacts were not imported:\n${work.lastWords}`);
    this.#operator = new Operator(`http://127.0.0.1:${httpPort}`);
    this.#server = new Child('the server', [process.execPath, join(packageRoot(), 'bin/nailup.js'), 'serve', '--config', config]);
    await this.#server.whileAlive(this.#operator.healthy(30_000));
  }

  /** A job that dials at `rate`; what is begun within `seconds`, after two of getting under way, counts. */
  async step(rate: number, seconds: number): Promise<Step> {
    const { operator, server } = this.#parts();
    const { job } = await operator.post<{ job: string }>('/api/jobs', { campaign: 'bench' });
    await pause(100);
    await operator.post(`/api/jobs/${job}/pacing`, { pacing: `rate:${rate}/s` });
    await pause(2_000);
    const from = Date.now();
    const cpuBefore = cpuMs(server.process.pid ?? 0);
    await server.whileAlive(pause(seconds * 1_000));
    const to = Date.now();
    const cpu = cpuMs(server.process.pid ?? 0) - cpuBefore;
    await operator.post(`/api/jobs/${job}/stop`);
    for (const end = Date.now() + 20_000; ((await operator.get<Status>('/api/status')).calls['open'] ?? 0) > 0 && Date.now() < end; ) await pause(100);
    await pause(300);
    const begun = (await operator.get<AttemptRow[]>(`/api/jobs/${job}/attempts`)).filter((a) => a.startedAt >= from && a.startedAt < to);
    const answered = begun.filter((a) => a.answeredAt !== null);
    const failures: Record<string, number> = {};
    for (const { completionCode, exit } of begun.filter((a) => a.answeredAt === null)) {
      const why = [completionCode, exit['_avayaExitReason'], exit['_avayaExitInfo1'], exit['reason']].filter((word) => typeof word === 'string' && word !== '').join(' ');
      failures[why] = (failures[why] ?? 0) + 1;
    }
    const waits = answered.map((a) => (a.answeredAt ?? 0) - a.startedAt).toSorted((a, b) => a - b);
    return {
      rate, attempts: begun.length, answered: answered.length, failed: begun.length - answered.length, failures,
      perSecond: answered.length / ((to - from) / 1_000), cpuMsPerCall: cpu / answered.length, answerMsP95: waits[Math.floor(waits.length * 0.95)] ?? Number.NaN,
    };
  }

  async close(): Promise<void> {
    await this.#server?.stop(15_000);
    await this.#carrier?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #parts(): { operator: Operator; server: Child } {
    if (this.#operator === undefined || this.#server === undefined) throw new Error('not started');
    return { operator: this.#operator, server: this.#server };
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** utime and stime of proc(5), all threads. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / clockTicksPerSecond;
}

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
