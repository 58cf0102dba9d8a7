import { SystemClock } from '../../../src/kernel/clock.ts';
import { RandomIds } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { UserAgent } from '../../../src/sip/user-agent/user-agent.ts';
import { sdp, type Stack } from './stack.ts';

/** Ours. */
export function nailupStack(): Stack {
  const agent = new UserAgent({
    listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }],
    clock: new SystemClock(), ids: new RandomIds(), random: new SeededRandom(1), log: silentLogger,
    handlers: {
      onInvite: (invite) => {
        invite.provisional(180);
        invite.answer(sdp);
      },
    },
  });
  const start = async (): Promise<number> => {
    await agent.start();
    return agent.addresses[0]?.port ?? 0;
  };
  return {
    serve: start,
    openClient: async () => void (await start()),
    call: (port, done) => {
      agent.invite({ target: `sip:service@127.0.0.1:${port}`, from: { uri: 'sip:caller@127.0.0.1' }, sdp, timeoutMs: 30_000 }, {
        onAnswered: ({ session }) => {
          session.handlers = { onEnded: ({ by }) => done(by === 'us') };
          session.bye();
        },
        onFailed: () => done(false),
      });
    },
    retransmissions: () =>
      Object.entries(agent.stats().counters).reduce((sum, [name, n]) => (name.startsWith('retransmission.') ? sum + n : sum), 0),
  };
}
