import { silentLogger } from '../src/kernel/logger.ts';
import { openStore } from '../src/store/index.ts';

/** A process that opens the store of a data directory, says `open`, and holds it until it is ended; `close` on its input closes it, `exit` does not. */
const store = await openStore({ dataDirectory: process.argv[2] ?? '', logger: silentLogger });
process.stdout.write('open\n');
process.stdin.once('data', (word) => {
  if (String(word).startsWith('exit')) process.exit(0);
  void store.close().then(() => process.exit(0));
});
