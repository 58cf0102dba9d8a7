/** The embedded adapter in a process that will be killed: trunks as JSON in the first argument, PlaceCall commands as lines of JSON on standard input, events on standard output. */
import { createInterface } from 'node:readline';
import { SystemClock } from '../../../src/kernel/clock.ts';
import { RandomIds } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { EmbeddedSignalling } from '../../../src/signalling/embedded/embedded-signalling.ts';
import type { PlaceCall, TrunkConfig } from '../../../src/signalling/signalling.ts';

const tell = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
const signalling = new EmbeddedSignalling({
  listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }], trunks: JSON.parse(process.argv[2] ?? '[]') as TrunkConfig[],
  clock: new SystemClock(), random: new SeededRandom(1), ids: new RandomIds(), log: silentLogger, timers: { t1: 50, t2: 400, t4: 500, d: 1_000 },
});
await signalling.start(tell);
tell({ name: 'ready', port: signalling.addresses[0]?.port });
createInterface({ input: process.stdin }).on('line', (line) => tell({ name: 'reply', ...signalling.place(JSON.parse(line) as PlaceCall) }));
