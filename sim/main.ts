import { parseArgs } from 'node:util';
import { SystemClock } from '../src/kernel/clock.ts';
import { silentLogger } from '../src/kernel/logger.ts';
import { SeededRandom } from '../src/kernel/random.ts';
import { AgentPhones } from './agents/agent-phones.ts';
import { AgentRobot } from './agents/agent-robot.ts';
import { defaultRinging, defaultShares, type CalleeKind, type Shares } from './carrier/behaviour.ts';
import { Carrier } from './carrier/carrier.ts';

/**
 * `node dist/sim/main.js carrier|agents …`: a peer by wire. Tells what it sees as JSON lines on standard output: `ready` once,
 * `call` for every call that is over. Ends on SIGTERM or when its standard input closes.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    host: { type: 'string', default: '127.0.0.1' }, port: { type: 'string', default: '0' }, seed: { type: 'string', default: '1' },
    shares: { type: 'string', default: '' }, url: { type: 'string' }, count: { type: 'string', default: '12' }, first: { type: 'string', default: '1001' },
    ring: { type: 'string', default: defaultRinging.answerMs.join('-') }, 'no-answer': { type: 'string', default: String(defaultRinging.noAnswerMs) }, 'in-band': { type: 'boolean', default: false },
    talk: { type: 'string', default: '1500-3500' }, wrap: { type: 'string', default: '200-500' },
    preview: { type: 'string', default: '300-800' }, cancel: { type: 'string', default: '0' }, numbers: { type: 'string', default: '' },
  },
});
const clock = new SystemClock();
const tell = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
const seed = Number(values.seed);

const role = positionals[0];
const stop = role === 'carrier' ? await carrier() : role === 'agents' ? await agents() : usage();
let stopping = false;
const end = (): void => {
  if (stopping) return;
  stopping = true;
  stop().then(() => process.exit(0), () => process.exit(1));
};
process.on('SIGTERM', end);
process.on('SIGINT', end);
process.stdin.on('end', end).resume();

async function carrier(): Promise<() => Promise<void>> {
  const trunk = new Carrier({ host: values.host, port: Number(values.port), seed, shares: shares(values.shares), ringing: { answerMs: range(values.ring), noAnswerMs: Number(values['no-answer']) }, telephoneEvents: !values['in-band'], clock, logger: silentLogger, onCall: (truth) => tell({ type: 'call', ...truth }) });
  await trunk.start();
  tell({ type: 'ready', port: trunk.port });
  return () => trunk.stop();
}

async function agents(): Promise<() => Promise<void>> {
  const { url } = values;
  const password = process.env['NAILUP_AGENT_PASSWORD'];
  if (url === undefined || password === undefined) return usage();
  const phones = new AgentPhones({ host: values.host, port: Number(values.port), seed, clock, logger: silentLogger, onCall: (record) => tell({ type: 'agentCall', ...record }) });
  await phones.start();
  const random = new SeededRandom(seed);
  const numbers = values.numbers.split(',').filter((number) => number !== '');
  const robots = Array.from({ length: Number(values.count) }, (_, i) => {
    const extension = String(Number(values.first) + i);
    return new AgentRobot({ url, extension, password, clock, random: random.fork(extension), talkMs: range(values.talk), wrapMs: range(values.wrap), previewMs: range(values.preview), cancelShare: Number(values.cancel), numbers, log: (line) => tell({ type: 'log', line }) });
  });
  for (const robot of robots) robot.start();
  tell({ type: 'ready', port: phones.port });
  return async () => {
    for (const robot of robots) robot.stop();
    await phones.stop();
  };
}

function usage(): never {
  process.stderr.write('usage: sim carrier [--port N] [--seed N] [--shares person=0.4,machine=0.3,…] [--ring MIN-MAX] [--no-answer MS] [--in-band]\n       NAILUP_AGENT_PASSWORD=… sim agents --url ws://HOST:PORT/agent [--port N] [--count N] [--talk MIN-MAX] [--wrap MIN-MAX] [--preview MIN-MAX] [--cancel SHARE] [--numbers +12025550101,…]\n');
  process.exit(2);
}

function shares(text: string): Shares {
  if (text === '') return defaultShares;
  const out: Record<CalleeKind, number> = { person: 0, machine: 0, busy: 0, noanswer: 0, sit: 0, fax: 0, hangup: 0, invalid: 0 };
  for (const part of text.split(',')) {
    const [kind, share] = part.split('=');
    if (kind === undefined || !Object.hasOwn(out, kind) || !(Number(share) >= 0)) usage();
    out[kind as CalleeKind] = Number(share);
  }
  return out;
}

function range(text: string): readonly [number, number] {
  const [min, max] = text.split('-').map(Number);
  if (min === undefined || max === undefined || !(min >= 0) || !(max >= min)) usage();
  return [min, max];
}
