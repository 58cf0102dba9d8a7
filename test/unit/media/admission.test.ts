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

test('reserved seats are never more than the legs of a thread, and a conference that closes gives its own back', async () => {
  const { media, stop } = await started({ maxEndpointsPerWorker: 10 });
  expect(media.openConference({ node: id('one'), reservedTalkers: 4, reservedListeners: 3 }).accepted).toBe(true);
  const refusal = { accepted: false, refusal: { kind: 'noresource', reason: '4 seats cannot be reserved: 7 of 10 are' } };
  expect(media.openConference({ node: id('two'), reservedListeners: 4 })).toMatchObject(refusal);
  expect(media.openConference({ node: id('two'), reservedTalkers: 4 })).toMatchObject(refusal);
  expect(media.openConference({ node: id('three'), reservedTalkers: 1, reservedListeners: 2 }).accepted).toBe(true);
  expect(media.openConference({ node: id('four') }).accepted).toBe(true);
  media.close({ node: id('one') });
  expect(media.openConference({ node: id('two'), reservedTalkers: 4, reservedListeners: 3 }).accepted).toBe(true);
  // One that is refused because it exists reserves nothing.
  media.close({ node: id('three') });
  expect(media.openConference({ node: id('two'), reservedTalkers: 2 })).toMatchObject({ accepted: false, refusal: { kind: 'bad-state' } });
  expect(media.openConference({ node: id('five'), reservedTalkers: 3 }).accepted).toBe(true);
  await stop();
});

test('legs that are up can be joined when the thread has neither a leg nor a seat left: nobody who was admitted is turned away', async () => {
  const { media, stop } = await started({ maxEndpointsPerWorker: 3 });
  expect(media.openConference({ node: id('room'), group: 'calls', reservedTalkers: 2, reservedListeners: 1 }).accepted).toBe(true);
  expect(media.openConference({ node: id('agent-1001'), group: 'calls' }).accepted).toBe(true);
  for (const node of ['agent', 'customer', 'other']) expect(media.openEndpoint({ node: id(node), group: 'calls' }).accepted).toBe(true);
  expect(media.openEndpoint({ node: id('more'), group: 'calls' })).toMatchObject({ accepted: false, refusal: { kind: 'noresource' } });
  for (const leg of ['agent', 'customer']) {
    expect([media.connect({ from: id(leg), to: id('agent-1001') }), media.connect({ from: id('agent-1001'), to: id(leg) })]).toEqual([{ accepted: true }, { accepted: true }]);
  }
  expect(media.connect({ from: id('other'), to: id('room') })).toEqual({ accepted: true });
  await stop();
});

test('seats of another thread are another thread’s', async () => {
  const { media, stop } = await started({ maxEndpointsPerWorker: 5, workers: 2 });
  expect(media.openEndpoint({ node: id('leg'), group: 'one' }).accepted).toBe(true);
  expect(media.openConference({ node: id('a'), group: 'one', reservedTalkers: 5 }).accepted).toBe(true);
  expect(media.openConference({ node: id('b'), group: 'two', reservedTalkers: 5 }).accepted).toBe(true);
  expect(media.openConference({ node: id('c'), group: 'one', reservedTalkers: 1 })).toMatchObject({ accepted: false, refusal: { kind: 'noresource' } });
  await stop();
});

test.each([{ reservedTalkers: -1 }, { reservedListeners: -2, reservedTalkers: 3 }, { reservedTalkers: 1.5 }, { reservedListeners: Number.NaN }])('%p are no seats', async (seats) => {
  const { media, stop } = await started({});
  expect(media.openConference({ node: id('room'), ...seats })).toMatchObject({ accepted: false, refusal: { kind: 'bad-argument', reason: 'reserved talkers and listeners are whole numbers from 0' } });
  await stop();
});
