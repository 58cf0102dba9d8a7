import { stringify } from 'yaml';
import { writeFileSync } from 'node:fs';
import { AgentRobot } from '../../../sim/agents/agent-robot.ts';
import type { AttemptRow, Status } from '../../../sim/demo/operator.ts';
import { hashPassword } from '../../../src/modules/agents/password-hash.ts';
import { SystemClock } from '../../../src/kernel/clock.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { nailup } from '../../scenario/nailup-process.ts';
import { RunningServer } from '../../scenario/running-server.ts';
import { expect, host, nailupMediaPorts, pause, until, type Scope } from '../scope.ts';

export interface ServedOptions {
  readonly contacts: readonly string[];
  /** `host:port` of the carrier, with `;transport=tcp` where wanted. */
  readonly carrier: string;
  /** The phones of the agents; their extension is the URI's user part. */
  readonly phones?: readonly string[];
  readonly talkMs?: readonly [number, number];
  readonly campaign: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface JobOutcome {
  readonly job: string;
  readonly attempts: readonly AttemptRow[];
  readonly report: {
    readonly contacts: { readonly inList: number; readonly dialled: number };
    readonly attempts: number;
    readonly byCompletionCode: Readonly<Record<string, number>>;
    readonly people: { readonly answered: number; readonly connected: number; readonly abandoned: number };
    readonly integrity: Readonly<Record<string, number>>;
  };
}

const password = 'interop desktop';

/** A `nailup serve` of the case's own: database, campaign, and desktop robots for its agents. */
export class Served {
  readonly sipPort: number;
  readonly server: RunningServer;
  readonly robots: readonly AgentRobot[];
  readonly #agents: number;

  private constructor(sipPort: number, server: RunningServer, robots: readonly AgentRobot[], agents: number) {
    this.sipPort = sipPort;
    this.server = server;
    this.robots = robots;
    this.#agents = agents;
  }

  static async start(scope: Scope, options: ServedOptions): Promise<Served> {
    const [sipPort, httpPort] = [await scope.port(), await scope.port()];
    const phones = options.phones ?? [];
    const passwordHash = await hashPassword(password);
    const file = scope.file('nailup.yaml');
    writeFileSync(file, stringify({
      log: { level: process.env['NAILUP_INTEROP_LOG'] ?? 'warn' },
      database: { directory: scope.file('postgres') },
      sip: { port: sipPort, transports: ['udp', 'tcp'] },
      media: { portFrom: nailupMediaPorts.from, portTo: nailupMediaPorts.to },
      http: { port: httpPort },
      contacts: { defaultCountry: 'US' },
      trunks: [{ name: 'carrier', address: options.carrier, callerId: '+12025550100', callsPerSecond: 20, maxConcurrentCalls: 50, pingMs: 0 }],
      agents: phones.map((address) => ({ extension: extensionOf(address), passwordHash, address, name: `Agent ${extensionOf(address)}` })),
      agentTimes: { unnailDelayMs: 0 },
      campaign: {
        name: 'interop', list: 'interop', trunk: 'carrier', callerId: '+12025550100', callerName: 'Interop', ringTimeoutMs: 15_000, retries: {},
        guardTimes: { from: '00:00', to: '24:00', unknownZone: 'allow' }, frequency: { perAddressIn24Hours: 0, minIntervalMs: 0 }, machineHours: 0,
        ...options.campaign,
      },
      ...options.config,
    }));
    const list = scope.file('contacts.csv');
    writeFileSync(list, `phone\n${options.contacts.join('\n')}\n`);
    const imported = await nailup(['contacts', 'import', list, '--list', 'interop', '--config', file], { limitMs: 60_000 });
    expect(imported.code === 0, `the contacts were not imported: ${imported.stderr}`);
    const server = await RunningServer.start(file, httpPort);
    scope.defer(async () => {
      const late = setTimeout(() => server.kill(), 8_000);
      await server.stop();
      clearTimeout(late);
    });
    const clock = new SystemClock();
    const random = new SeededRandom(7);
    const robots = phones.map((address) => new AgentRobot({
      url: `ws://${host}:${httpPort}/agent`, extension: extensionOf(address), password, clock, random: random.fork(address), talkMs: options.talkMs ?? [1_200, 2_000], wrapMs: [50, 200],
      log: (line) => (server.stderr += `robot ${line}\n`),
    }));
    for (const robot of robots) robot.start();
    scope.defer(() => robots.forEach((robot) => robot.stop()));
    return new Served(sipPort, server, robots, phones.length);
  }

  /** Every agent's phone is nailed up and free. */
  nailed(): Promise<boolean> {
    return this.#explained(until('the agents are nailed up', 20_000, async () => ((await this.server.operator.get<Status>('/api/status')).agents['idle'] ?? 0) === this.#agents));
  }

  /** Runs the campaign's job to its end. */
  async run(limitMs = 90_000): Promise<JobOutcome> {
    const { job, attempts } = await this.server.campaign('interop', limitMs);
    return { job, attempts: attempts as unknown as AttemptRow[], report: await this.server.operator.get(`/api/jobs/${job}/report`) };
  }

  startJob(): Promise<{ job: string }> {
    return this.server.operator.post<{ job: string }>('/api/jobs', { campaign: 'interop' });
  }

  /** Waits until nothing is open any more. @throws Error naming what is left */
  async quiet(limitMs = 10_000): Promise<void> {
    const keys = ['openDialogs', 'openCalls', 'openRtpPorts', 'openTimers', 'openSessions', 'openAttempts', 'openNails', 'openConnections'];
    let left: Record<string, number> = {};
    for (const end = performance.now() + limitMs; performance.now() < end; await pause(100)) {
      const stats = await this.server.operator.get<Record<string, number>>('/api/stats');
      left = Object.fromEntries(keys.map((key) => [key, stats[key] ?? NaN] as const).filter(([, value]) => value !== 0));
      if (Object.keys(left).length === 0) return;
    }
    throw new Error(`still open: ${JSON.stringify(left)}`);
  }

  stopRobots(): void {
    for (const robot of this.robots) robot.stop();
  }

  async #explained<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw new Error(`${(error as Error).message}\n--- nailup serve\n${this.server.stderr.slice(-1_500)}`, { cause: error });
    }
  }
}

const extensionOf = (address: string): string => /^sips?:([^@]+)@/.exec(address)?.[1] ?? address;
