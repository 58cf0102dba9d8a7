import { createSocket } from 'node:dgram';
import { fileURLToPath } from 'node:url';
import { SystemClock } from '../../../src/kernel/clock.ts';
import { RandomIds } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import type { SessionEnd } from '../../../src/sip/user-agent/session-handlers.ts';
import type { ServerInvite } from '../../../src/sip/user-agent/server-invite.ts';
import { UserAgent } from '../../../src/sip/user-agent/user-agent.ts';
import { sippCalls, sippServes } from '../../bench/sip/sipp-run.ts';
import { sdp } from '../../bench/sip/stack.ts';
import { LossyRelay } from '../../unit/sip/user-agent/lossy-relay.ts';
import { argument, type Soak, type SoakCheck } from '../soak.ts';

/** Timer B and H of RFC 3261 (32 s): after so long nothing is left of the last call. */
const settleMs = 70_000;
const drainSeconds = 70;
/** So long a call is up: sipp acknowledges a repeated 200 again only until it has sent its BYE. */
const talkMs = 2_000;
const scenarioOf = (role: 'uac' | 'uas'): string => fileURLToPath(new URL(`./${role}.xml`, import.meta.url));
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
/** Users that are called: who of the two hangs up. */
const [callerEnds, calleeEnds] = ['caller-ends', 'callee-ends'];

/** A port that is free now. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  const { port } = socket.address();
  await new Promise<void>((done) => socket.close(() => done()));
  return port;
}

/** What one run of calls came to. */
interface Outcome {
  readonly calls: number;
  /** Over, in the end, at our side with no failure. */
  good: number;
  failed: number;
  /** Why those failed → how many. */
  readonly reasons: Map<string, number>;
  /** Calls that we saw begin, by Call-ID, and how often one came as if it were new. */
  readonly seen: Set<string>;
  duplicates: number;
}

const outcomeOf = (calls: number): Outcome => ({ calls, good: 0, failed: 0, reasons: new Map(), seen: new Set(), duplicates: 0 });

function fail(outcome: Outcome, reason: string): void {
  outcome.failed += 1;
  outcome.reasons.set(reason, (outcome.reasons.get(reason) ?? 0) + 1);
}

const failures = ({ failed, reasons }: Outcome): string => (failed === 0 ? '0 failed' : `${failed} failed (${[...reasons].map(([reason, n]) => `${n} × ${reason}`).join(', ')})`);
const ended = (outcome: Outcome) => ({ by, error }: SessionEnd): void => {
  if (by === 'error') fail(outcome, error ?? by);
  else outcome.good += 1;
};

const agentAt = (onInvite: ((invite: ServerInvite) => void) | undefined, port = 0, advertised?: number): UserAgent => new UserAgent({
  listen: [{ transport: 'udp', host: '127.0.0.1', port, ...(advertised === undefined ? {} : { advertised: { host: '127.0.0.1', port: advertised } }) }],
  clock: new SystemClock(), ids: new RandomIds(), random: new SeededRandom(1), log: silentLogger, handlers: onInvite === undefined ? {} : { onInvite },
});

/** Takes a call: rings, answers, and hangs up where its number says that we do. */
function taking(outcome: Outcome): (invite: ServerInvite) => void {
  return (invite) => {
    const { callId, uri } = invite.request;
    if (outcome.seen.has(callId)) outcome.duplicates += 1;
    outcome.seen.add(callId);
    const ours = uri?.kind === 'sip' && uri.user === calleeEnds;
    invite.session.handlers = {
      onConfirmed: () => void (ours && invite.session.bye()),
      onEnded: ended(outcome),
    };
    invite.handlers.onCancelled = () => fail(outcome, 'cancelled');
    invite.provisional(180);
    invite.answer(sdp);
  };
}

/** Calls at a steady rate; we hang up, except where the number says that the far end does. */
async function calling(agent: UserAgent, userOf: (n: number) => string, hostPort: string, outcome: Outcome, rate: number): Promise<void> {
  const since = performance.now();
  for (let begun = 0; begun < outcome.calls; ) {
    for (const due = Math.min(outcome.calls, ((performance.now() - since) / 1_000) * rate); begun < due; begun += 1) {
      const user = userOf(begun);
      agent.invite({ target: `sip:${user}@${hostPort}`, from: { uri: 'sip:caller@127.0.0.1' }, sdp, timeoutMs: 60_000 }, {
        onAnswered: ({ session }) => {
          session.handlers = { onEnded: ended(outcome) };
          if (user !== calleeEnds) session.bye();
        },
        onFailed: ({ cause, status }) => fail(outcome, `${cause} ${status}`),
      });
    }
    await pause(5);
  }
}

async function over(outcome: Outcome): Promise<void> {
  for (let waited = 0; waited < settleMs && outcome.good + outcome.failed < outcome.calls; waited += 100) await pause(100);
}

/** Nothing is open any more; then the agent is closed. Answers what was left. */
async function closed(agent: UserAgent): Promise<string> {
  let words = '';
  for (let waited = 0; waited < settleMs; waited += 200) {
    const { calls, dialogs, transactions, timers } = agent.stats();
    words = `${calls} calls, ${dialogs} dialogs, ${transactions} transactions, ${timers} timers left`;
    if (calls + dialogs + transactions + timers === 0) break;
    await pause(200);
  }
  await agent.stop(0);
  return words;
}

const nothingLeft = /^0 calls, 0 dialogs, 0 transactions, 0 timers left/;

async function ofSipp(percent: number, calls: number, rate: number): Promise<SoakCheck> {
  const outcome = outcomeOf(calls);
  const agent = agentAt(taking(outcome));
  await agent.start();
  const result = await sippCalls({ target: agent.addresses[0]?.port ?? 0, port: await freePort(), rate, calls, lostPercent: percent, drainSeconds, talkMs, scenario: scenarioOf('uac') });
  await over(outcome);
  const left = await closed(agent);
  return {
    name: `called by sipp, ${percent} % lost`, goal: `${calls} calls, none fails, doubles or hangs`,
    measured: `${result.successful} good and ${result.failed} failed at sipp, ${outcome.good} good and ${failures(outcome)} here, ${outcome.seen.size} calls seen, ${outcome.duplicates} doubled, ${result.retransmissions} repeated; ${left}`,
    met: result.successful === calls && outcome.failed === 0 && outcome.seen.size === calls && outcome.duplicates === 0 && nothingLeft.test(left),
  };
}

async function toSipp(percent: number, calls: number, rate: number): Promise<SoakCheck> {
  const outcome = outcomeOf(calls);
  const agent = agentAt(undefined);
  await agent.start();
  const port = await freePort();
  const server = await sippServes({ port, calls, lostPercent: percent, drainSeconds: drainSeconds + calls / rate, scenario: scenarioOf('uas') });
  await calling(agent, () => callerEnds, `127.0.0.1:${port}`, outcome, rate);
  await over(outcome);
  const result = await server.finish();
  const left = await closed(agent);
  return {
    name: `calling sipp, ${percent} % lost`, goal: `${calls} calls, none fails, doubles or hangs`,
    measured: `${outcome.good} good, ${failures(outcome)}, ${result.begun} calls seen by sipp; ${left}`,
    met: outcome.good === calls && outcome.failed === 0 && result.begun === calls && nothingLeft.test(left),
  };
}

/** Two of ours with a relay before each, so that every message of every dialog may be lost; each side hangs up every second call. */
async function throughRelays(percent: number, calls: number, rate: number): Promise<SoakCheck> {
  const [callerPort, calleePort] = [await freePort(), await freePort()];
  const [atCaller, atCallee] = [await LossyRelay.open(callerPort, percent / 100, 1), await LossyRelay.open(calleePort, percent / 100, 2)];
  const [made, taken] = [outcomeOf(calls), outcomeOf(calls)];
  const callee = agentAt(taking(taken), calleePort, atCallee.port);
  const caller = agentAt(undefined, callerPort, atCaller.port);
  await Promise.all([caller.start(), callee.start()]);
  await calling(caller, (n) => (n % 2 === 0 ? callerEnds : calleeEnds), `127.0.0.1:${atCallee.port}`, made, rate);
  await over(made);
  await over(taken);
  const left = [await closed(caller), await closed(callee)];
  for (const relay of [atCaller, atCallee]) relay.close();
  return {
    name: `through relays, ${percent} % lost each way`, goal: `${calls} calls, none fails, doubles or hangs`,
    measured: `${made.good} good at the caller, ${taken.good} at the callee, ${failures(made)} and ${failures(taken)}, ${taken.seen.size} calls seen, ${taken.duplicates} doubled, ${atCaller.lost + atCallee.lost} datagrams lost; ${left.join('; ')}`,
    met: made.good === calls && taken.good === calls && made.failed + taken.failed === 0 && taken.seen.size === calls && taken.duplicates === 0 && atCaller.lost + atCallee.lost > 0 && left.every((words) => nothingLeft.test(words)),
  };
}

/** `npm run soak -- loss [--calls 1000] [--rate 50] [--lost 3,10]`: calls over a network that loses, as caller and as called. */
export const soak: Soak = {
  async run({ args, say }) {
    const calls = argument(args, '--calls', 1_000);
    const rate = argument(args, '--rate', 50);
    const losses = args.includes('--lost') ? (args[args.indexOf('--lost') + 1] ?? '').split(',').map(Number) : [3, 10];
    const checks: SoakCheck[] = [];
    for (const percent of losses) {
      // All three at once: each mostly waits for timers.
      const done = await Promise.all([ofSipp(percent, calls, rate), toSipp(percent, calls, rate), throughRelays(percent, calls, rate)]);
      for (const check of done) say(`${check.name}: ${check.measured}`);
      checks.push(...done);
    }
    return checks;
  },
};
