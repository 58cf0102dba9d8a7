/** The process that is called: answers everything, and tells its open objects and memory when asked. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SystemClock } from '../../../src/kernel/clock.ts';
import { RandomIds } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { UserAgent } from '../../../src/sip/user-agent/user-agent.ts';
import { sdp } from '../../bench/sip/stack.ts';

export interface SideReport {
  readonly calls: number;
  readonly dialogs: number;
  readonly transactions: number;
  readonly timers: number;
  readonly heapMb: number;
  readonly rssMb: number;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The heap is what is left of it after a collection: what a run leaks, not what it has not yet tidied. */
export function reportOf(agent: UserAgent): SideReport {
  collectGarbage();
  const { calls, dialogs, transactions, timers } = agent.stats();
  const { heapUsed, rss } = process.memoryUsage();
  return { calls, dialogs, transactions, timers, heapMb: heapUsed / 1e6, rssMb: rss / 1e6 };
}

export const agentWith = (onCall: (agent: { answer: () => void }) => void): UserAgent => new UserAgent({
  listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }],
  clock: new SystemClock(), ids: new RandomIds(), random: new SeededRandom(1), log: silentLogger,
  handlers: {
    onInvite: (invite) => onCall({
      answer: () => {
        invite.provisional(180);
        invite.answer(sdp);
      },
    }),
  },
});

if (process.send !== undefined && process.argv[2] === 'answer') {
  const agent = agentWith((call) => call.answer());
  await agent.start();
  process.on('message', (word: string) => {
    if (word === 'report') process.send?.(reportOf(agent));
    else void agent.stop(1000).then(() => process.exit(0));
  });
  process.send({ port: agent.addresses[0]?.port ?? 0 });
}
