import { silentLogger } from '../../../src/kernel/logger.ts';
import type { MediaId } from '../../../src/kernel/ids.ts';
import type { Reply } from '../../../src/kernel/result.ts';
import { createEmbeddedMedia } from '../../../src/media/embedded/index.ts';
import type { EmbeddedMediaConfig } from '../../../src/media/embedded/config.ts';
import type { Media } from '../../../src/media/media.ts';

const id = (name: string): MediaId => name as MediaId;

async function started(config: EmbeddedMediaConfig): Promise<{ media: Media; stop: () => Promise<void> }> {
  const media = createEmbeddedMedia({ packetIo: 'dgram', ...config }, { log: silentLogger });
  await media.start(() => undefined);
  return { media, stop: () => media.stop() };
}

test('a thread whose ticks work longer than the limit refuses new legs, and what is open stays open', async () => {
  const { media, stop } = await started({ admissionTickMs: 0 });
  expect(media.openEndpoint({ node: id('first') }).accepted).toBe(true);
  // Its load is known after half a second of ticks: until then it takes legs.
  let reply: Reply = { accepted: true };
  for (let n = 0; reply.accepted && n < 100_000; n++) {
    reply = media.openEndpoint({ node: id('next') });
    if (reply.accepted) media.close({ node: id('next') });
    await media.stats();
  }
  expect(reply).toMatchObject({ accepted: false, refusal: { kind: 'noresource', reason: expect.stringMatching(/^the media thread is busy for \d+\.\d of 20 ms$/) } });
  expect((await media.stats()).endpoints).toBe(1);
  await stop();
}, 30_000);

test('no more legs than are configured, and a closed one makes room', async () => {
  const { media, stop } = await started({ maxEndpointsPerWorker: 2 });
  for (const name of ['a', 'b']) expect(media.openEndpoint({ node: id(name) }).accepted).toBe(true);
  expect(media.openEndpoint({ node: id('c') })).toMatchObject({ accepted: false, refusal: { kind: 'noresource', reason: '2 endpoints are open already' } });
  media.close({ node: id('a') });
  expect(media.openEndpoint({ node: id('c') }).accepted).toBe(true);
  expect((await media.stats()).endpoints).toBe(2);
  await stop();
});
