import { SystemClock } from '../../../src/kernel/clock.ts';
import { RandomIds } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { EmbeddedSignalling } from '../../../src/signalling/embedded/embedded-signalling.ts';
import { doomedProcess } from './doomed-process.ts';
import { orphanContract } from './orphan-contract.ts';
import { signallingContract } from './signalling-contract.ts';

signallingContract({
  name: 'the embedded user agent',
  create: ({ trunks }) => {
    const signalling = new EmbeddedSignalling({
      listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }, { transport: 'tcp', host: '127.0.0.1', port: 0 }],
      trunks, clock: new SystemClock(), random: new SeededRandom(1), ids: new RandomIds(), log: silentLogger, timers: { t1: 50, t2: 400, t4: 500, d: 1_000 },
    });
    return { signalling, address: () => signalling.addresses[0]?.text ?? '' };
  },
});

orphanContract({
  name: 'the embedded user agent',
  doomed: (trunks) => doomedProcess('./embedded-child.ts', trunks),
  create: ({ trunks, port }) => new EmbeddedSignalling({
    listen: [{ transport: 'udp', host: '127.0.0.1', port }], trunks,
    clock: new SystemClock(), random: new SeededRandom(1), ids: new RandomIds(), log: silentLogger, timers: { t1: 50, t2: 400, t4: 500, d: 1_000 },
  }),
});
