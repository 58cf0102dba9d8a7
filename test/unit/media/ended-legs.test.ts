import type { MediaId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { createEmbeddedMedia } from '../../../src/media/embedded/index.ts';
import type { MediaEvent } from '../../../src/media/media.ts';

test('the figures of legs that are over can still be asked for, of those that had a far end', async () => {
  const media = createEmbeddedMedia({ packetIo: 'dgram' }, { log: silentLogger });
  const waiting: { name: MediaEvent['name']; node: string; resolve: () => void }[] = [];
  await media.start((event) => {
    for (const { name, node, resolve } of waiting) if (event.name === name && 'node' in event && event.node === node) resolve();
  });
  const event = (name: MediaEvent['name'], node: string): Promise<void> => new Promise((resolve) => waiting.push({ name, node, resolve }));
  const remoteSdp = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n';
  for (const [node, far] of [['first', true], ['second', true], ['alone', false]] as const) {
    const open = event(far ? 'endpoint.negotiated' : 'endpoint.ready', node);
    media.openEndpoint({ node: node as MediaId, ...(far ? { remoteSdp } : {}) });
    await open;
    const closed = event('node.closed', node);
    media.close({ node: node as MediaId });
    await closed;
  }
  const { legs, ended } = await media.stats();
  await media.stop();
  expect(legs).toEqual([]);
  expect(ended?.map(({ node }) => node)).toEqual(['first', 'second']);
  for (const { mos, codec } of ended ?? []) expect({ codec, heard: mos > 4 }).toEqual({ codec: 'PCMU', heard: true });
});
