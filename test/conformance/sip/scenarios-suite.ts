import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CaseReport } from './case-report.ts';
import { CrashWatch } from './crash-watch.ts';
import { LiveAgent, type CallOptions } from './live-agent.ts';
import { probe } from './udp-peer.ts';

interface Scenario {
  readonly id: string;
  readonly file: string;
  readonly role: 'uas' | 'uac';
  readonly sipp: readonly string[];
  readonly expectedExit: number;
  readonly uaConfig: {
    readonly method?: string;
    readonly target?: string;
    readonly methods?: readonly string[];
    readonly hangupAfterAnswerMs: number | null;
    readonly provisional?: 'none';
    readonly cancelAfterMs?: number;
    readonly credentials?: { readonly realm: string; readonly user: string; readonly password: string };
    readonly supported?: readonly string[];
  };
  readonly level: 'core' | 'media' | 'policy' | 'optional';
  readonly sippPort?: number;
}

/** Debian package sip-tester. */
const SIPP = 'sipp';

/** Ports for SIPp and its media; each scenario takes fresh ones. */
let nextPort = 21_000 + (process.pid % 50) * 16;

/** SIPp calls us, or we call SIPp; judged by SIPp's exit code, then by a probe and by what we still hold. */
export async function runScenarios(folder: string, report: CaseReport): Promise<void> {
  const scenarios = (JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Scenario[]).filter(({ id }) => report.wants(id));
  if (spawnSync(SIPP, ['-v']).error !== undefined) {
    for (const { id, level } of scenarios) report.add('scenarios', id, 'SKIP', 'sipp is not installed (Debian package sip-tester)', level);
    return;
  }
  const waiting = [...scenarios];
  const lane = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const reason = await play(one, folder);
      report.add('scenarios', one.id, reason === undefined ? 'PASS' : one.level === 'policy' ? 'WARN' : 'FAIL', reason, one.level);
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}

async function play(one: Scenario, folder: string): Promise<string | undefined> {
  const { hangupAfterAnswerMs, provisional, cancelAfterMs, credentials, methods } = one.uaConfig;
  const sippPort = one.sippPort ?? (nextPort += 8);
  const watch = new CrashWatch();
  let agent: LiveAgent | undefined;
  try {
    agent = await LiveAgent.start({ port: 0, hangupAfterAnswerMs, provisional: provisional ?? 'ringing', ...(methods === undefined ? {} : { methods }) });
    const fill: Readonly<Record<string, string>> = { '{file}': one.file, '{uaPort}': String(agent.port), '{sippPort}': String(sippPort), '{mediaPort}': String(sippPort + 2) };
    const replace = (text: string): string => text.replace(/\{[a-zA-Z]+\}/g, (key) => fill[key] ?? key);
    const [command = SIPP, ...args] = one.sipp.map(replace);
    const sipp = spawn(command, args, { cwd: folder, stdio: 'ignore' });
    const exited = new Promise<number>((resolve) => {
      sipp.once('error', () => resolve(-1));
      sipp.once('exit', (code) => resolve(code ?? -1));
    });
    if (one.role === 'uac') {
      await bound(sippPort);
      const options: CallOptions = {
        hangupAfterAnswerMs,
        ...(cancelAfterMs === undefined ? {} : { cancelAfterMs }),
        ...(credentials === undefined ? {} : { credentials }),
      };
      const target = replace(one.uaConfig.target ?? '');
      if (one.uaConfig.method === 'REGISTER') agent.register(target, options);
      else agent.call(target, options);
    }
    const code = await Promise.race([exited, sleep(60_000, -2, { ref: false })]);
    if (code === -2) sipp.kill('SIGKILL');
    const [crash] = [...watch.take(), ...agent.bugs];
    if (crash !== undefined) return `crash: ${crash.split('\n').slice(0, 3).join(' ')}`;
    if (code !== one.expectedExit) return `sipp ended with ${code} instead of ${one.expectedExit}`;
    const dead = await probe(agent.port);
    if (dead !== undefined) return dead;
    agent.hangUp();
    for (let waited = 0; agent.openCalls() > 0; waited += 100) {
      if (waited >= 40_000) return `${agent.openCalls()} calls still held after 40 s`;
      await sleep(100);
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    watch.stop();
    await agent?.close();
  }
}

/** Waits until a UDP port of 127.0.0.1 is taken, at most 5 s. */
async function bound(port: number): Promise<void> {
  const wanted = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (let waited = 0; waited < 5000; waited += 20) {
    if (readFileSync('/proc/net/udp', 'latin1').includes(wanted)) return;
    await sleep(20);
  }
}
