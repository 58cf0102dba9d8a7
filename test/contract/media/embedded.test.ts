import { silentLogger } from '../../../src/kernel/logger.ts';
import { createEmbeddedMedia } from '../../../src/media/embedded/index.ts';
import { IoRing } from '../../../src/media/embedded/io-ring.ts';
import { loadLibc } from '../../../src/media/embedded/libc.ts';
import { mediaContract } from './media-contract.ts';

const libc = loadLibc();
const ring = typeof libc === 'string' ? libc : IoRing.open(libc, 8);
if (typeof ring !== 'string') ring.close();

for (const packetIo of ['dgram', 'koffi', 'io_uring'] as const) {
  const create = (): ReturnType<typeof createEmbeddedMedia> => createEmbeddedMedia({ packetIo, silentAfterMs: 1000, rehearse: false }, { log: silentLogger });
  // Containers often forbid io_uring: then asking for it is an error that says so, and `auto` does without.
  if (packetIo === 'io_uring' && typeof ring === 'string') {
    test('without io_uring in the system, asking for it fails with the reason', async () => {
      await expect(create().start(() => undefined)).rejects.toThrow(`packet I/O io_uring was asked for: ${ring}`);
    });
  } else {
    mediaContract(`embedded, packets by ${packetIo}`, create);
  }
}
