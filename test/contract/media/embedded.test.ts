import { silentLogger } from '../../../src/kernel/logger.ts';
import { createEmbeddedMedia } from '../../../src/media/embedded/index.ts';
import { mediaContract } from './media-contract.ts';

for (const packetIo of ['dgram', 'koffi'] as const) {
  mediaContract(`embedded, packets by ${packetIo}`, () => createEmbeddedMedia({ packetIo, silentAfterMs: 1000 }, { log: silentLogger }));
}
