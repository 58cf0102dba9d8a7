import { scryptSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { packageRoot } from '../../src/kernel/package-root.ts';
import type { AgentCallRecord } from '../../sim/agents/agent-phones.ts';
import type { CallTruth } from '../../sim/carrier/callee.ts';
import { makeContacts } from '../../sim/demo/contacts-file.ts';
import { Child } from '../../sim/demo/child.ts';
import { Desktop } from './desktop.ts';
import { freePort, nailup, scratch } from './nailup-process.ts';
import { RunningServer } from './running-server.ts';

/** GET /api/status, as far as these tests look. */
export interface JobStatus {
  readonly id: string;
  readonly state: string;
  readonly campaign: string;
  readonly pacing?: {
    readonly kind: string;
    readonly agents: { readonly agents: number; readonly target: number; readonly leaving: number };
    readonly account?: { readonly room: number };
    readonly ledger: { readonly day: { readonly answered: number; readonly abandoned: number } };
    readonly last?: { readonly dial: number; readonly why: string };
  };
}

const simMain = (): string => join(packageRoot(), 'dist', 'sim', 'main.js');

/** A carrier, agents with phones, and a server with several campaigns, each a process of its own. */
export class PacingWorld {
  readonly #folder = scratch();
  #carrier: Child | undefined;
  #agents: Child | undefined;
  #config = '';
  #httpPort = 0;
  readonly #desktops: Desktop[] = [];
  server: RunningServer | undefined;
  /** Of every agent. */
  readonly password = randomBytes(9).toString('base64url');
  /** Contacts' numbers, by campaign. */
  readonly numbers = new Map<string, readonly string[]>();
  /** What agents' commands were refused with. */
  readonly agentLog: string[] = [];
  /** What the phones of people and agents saw of their calls, once those are over. */
  readonly calls: CallTruth[] = [];
  readonly agentCalls: AgentCallRecord[] = [];

  /** `robots`: of the agents, those whom the test does not move itself, all by default; `agentOptions`: further ones of the simulated agents, who may know the numbers of the first campaign; `carrierOptions`: further ones of the simulated carrier; `config`: further sections of nailup.yaml. */
  async start(given: { agents: number; robots?: number; shares: string; talk: string; config?: object; carrierOptions?: readonly string[]; agentOptions?: (numbers: readonly string[]) => readonly string[]; campaigns: readonly { name: string; contacts: number; pacing: string; more?: object }[] }): Promise<void> {
    const { password } = this;
    const robots = given.robots ?? given.agents;
    const salt = randomBytes(16);
    const passwordHash = `scrypt$16384$8$1$${salt.toString('base64')}$${scryptSync(password, salt, 32, { N: 16_384, r: 8, p: 1 }).toString('base64')}`;
    const [sipPort, agentPort, httpPort] = [await freePort(), await freePort(), await freePort()];
    this.#httpPort = httpPort;
    this.#carrier = new Child('the carrier', [process.execPath, simMain(), 'carrier', '--seed', '5', '--shares', given.shares, ...(given.carrierOptions ?? [])], {
      onLine: (line) => {
        const message = JSON.parse(line) as { type: string } & CallTruth;
        if (message.type === 'call') this.calls.push(message);
        ready(line, carrierPort.resolve);
      },
    });
    const carrierPort = defer<number>();
    const address = `127.0.0.1:${await this.#carrier.whileAlive(carrierPort.promise)}`;
    const campaigns = given.campaigns.map(({ name, pacing, more }) => ({
      name, list: name, pacing, trunk: 'carrier', callerId: '+12025550100', ringTimeoutMs: 8_000, guardTimes: { from: '00:00', to: '24:00', unknownZone: 'allow' },
      frequency: { perAddressIn24Hours: 0, minIntervalMs: 0 }, machineHours: 0, retries: {}, ...more,
    }));
    this.#config = this.#folder.file('nailup.yaml', stringify({
      log: { level: 'warn' }, database: { directory: join(this.#folder.path, 'postgres') }, sip: { port: sipPort, transports: ['udp'] }, http: { port: httpPort },
      media: { portFrom: 30_000 + 2 * Math.floor(Math.random() * 2_000), portTo: 39_999 },
      trunks: [{ name: 'carrier', address, callsPerSecond: 30, maxConcurrentCalls: 60, pingMs: 0 }],
      agents: Array.from({ length: given.agents }, (_, i) => ({ extension: String(1001 + i), passwordHash, address: `sip:${1001 + i}@127.0.0.1:${agentPort}` })),
      agentTimes: { unnailDelayMs: 0 }, recovery: { retryAfterUnknownMs: 1_000 }, campaigns, ...given.config,
    }));
    // All from one list of numbers, so that no number is on two.
    const [header, ...plain] = makeContacts(given.campaigns.reduce((sum, c) => sum + c.contacts, 0), 9).trim().split('\n');
    // The first of all has no mail address.
    const rows = plain.map((row, i) => `${row},${i === 0 ? '' : `person${i}@example.test`}`);
    for (const { name, contacts } of given.campaigns) {
      const own = rows.splice(0, contacts);
      this.numbers.set(name, own.map((row) => row.split(',')[0] ?? ''));
      const file = this.#folder.file(`${name}.csv`, [`${header ?? ''},email`, ...own, ''].join('\n'));
      const { code, stderr } = await nailup(['contacts', 'import', file, '--list', name, '--config', this.#config], { limitMs: 120_000 });
      if (code !== 0) throw new Error(`import of ${name}: ${stderr}`);
    }
    await this.serve();
    const agentsReady = defer<number>();
    this.#agents = new Child('the agents', [process.execPath, simMain(), 'agents', '--url', this.#agentUrl, '--port', String(agentPort), '--count', String(robots), '--talk', given.talk, ...(given.agentOptions?.(this.numbers.get(given.campaigns[0]?.name ?? '') ?? []) ?? [])], {
      env: { NAILUP_AGENT_PASSWORD: password },
      onLine: (line) => {
        const message = JSON.parse(line) as { type: string; line?: string } & AgentCallRecord;
        if (message.type === 'log') this.agentLog.push(message.line ?? '');
        if (message.type === 'agentCall') this.agentCalls.push(message);
        ready(line, agentsReady.resolve);
      },
    });
    await this.#agents.whileAlive(agentsReady.promise);
    await this.until('the agents are idle', async () => ((await this.get<{ agents: Record<string, number> }>('/api/status')).agents['idle'] ?? 0) === robots);
  }

  /** A file beside the configuration; its path. */
  file(name: string, content: string): string {
    return this.#folder.file(name, content);
  }

  /** A desktop of an agent whom the test moves: logged on, ready and nailed. It is closed with the world. */
  async desktop(extension: string): Promise<Desktop> {
    const desktop = await Desktop.nailed(this.#agentUrl, extension, this.password);
    this.#desktops.push(desktop);
    return desktop;
  }

  get #agentUrl(): string {
    return `ws://127.0.0.1:${this.#httpPort}/agent`;
  }

  async serve(): Promise<void> {
    this.server = await RunningServer.start(this.#config, this.#httpPort);
  }

  /** A command of the product against this server. */
  command(...args: readonly string[]): ReturnType<typeof nailup> {
    return nailup([...args, '--server', `http://127.0.0.1:${this.#httpPort}`], { limitMs: 120_000 });
  }

  get<T>(path: string): Promise<T> {
    return this.#server.operator.get<T>(path);
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.#server.operator.post<T>(path, body);
  }

  async jobs(): Promise<readonly JobStatus[]> {
    return (await this.get<{ jobs: readonly JobStatus[] }>('/api/status')).jobs;
  }

  async until(what: string, done: () => Promise<boolean>, limitMs = 60_000): Promise<void> {
    for (const end = Date.now() + limitMs; !(await done()); ) {
      if (Date.now() > end) throw new Error(`${what}: not within ${limitMs / 1_000} s: ${JSON.stringify(await this.jobs())}\n${this.#server.stderr.slice(-2_000)}`);
      await new Promise((next) => setTimeout(next, 150));
    }
  }

  async close(): Promise<void> {
    for (const desktop of this.#desktops) desktop.close();
    await this.#agents?.stop();
    await this.server?.stop();
    await this.#carrier?.stop();
    this.#folder.remove();
  }

  get #server(): RunningServer {
    if (this.server === undefined) throw new Error('no server runs');
    return this.server;
  }
}

function ready(line: string, resolve: (port: number) => void): void {
  const message = JSON.parse(line) as { type: string; port?: number };
  if (message.type === 'ready') resolve(message.port ?? 0);
}

function defer<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((r) => (resolve = r));
  return { promise, resolve };
}
