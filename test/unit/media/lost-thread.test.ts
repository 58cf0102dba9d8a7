import { silentLogger } from '../../../src/kernel/logger.ts';
import type { MediaId } from '../../../src/kernel/ids.ts';
import { createEmbeddedMedia } from '../../../src/media/embedded/index.ts';
import type { Media, MediaEvent } from '../../../src/media/media.ts';
import { mediaThreadOf } from './media-thread-of.ts';

const id = (name: string): MediaId => name as MediaId;

describe('a media thread that dies', () => {
  const events: MediaEvent[] = [];
  let media: Media;
  let changed: () => void = () => undefined;
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) await new Promise<void>((resolve) => (changed = resolve));
  };

  beforeAll(async () => {
    media = createEmbeddedMedia({ packetIo: 'dgram', steadyMs: 50 }, { log: silentLogger });
    await media.start((event) => {
      events.push(event);
      changed();
    });
  });
  afterAll(() => media.stop());

  it('answers what waits for it with a refusal, tells what was on it as failed, and is replaced', async () => {
    for (const node of ['leg', 'closing']) media.openEndpoint({ node: id(node), group: 'calls' });
    media.openDialog({ node: id('dialog'), group: 'calls' });
    await until(() => events.filter((e) => e.name === 'endpoint.ready').length === 2);
    const thread = await mediaThreadOf(media);
    const gone = thread.terminate();
    media.play({ play: 'p', node: id('dialog'), items: [{ kind: 'silence', durationMs: 60_000 }] });
    media.record({ record: 'r', node: id('dialog'), path: '/nowhere/r.wav', what: 'in' });
    media.close({ node: id('closing') });
    await expect(media.stats()).rejects.toMatchObject({ code: 'MEDIA_THREAD_FAILED', message: 'media thread 0 ended before it had answered' });
    await gone;
    const reason = 'its media thread failed';
    expect(events.filter((e) => e.name !== 'endpoint.ready')).toEqual([
      { name: 'play.done', node: 'dialog', play: 'p', how: 'failed', playedMs: 0, reason },
      { name: 'record.done', node: 'dialog', record: 'r', path: '/nowhere/r.wav', durationMs: 0, bytes: 0, how: 'failed', reason },
      { name: 'endpoint.failed', node: 'leg', kind: 'error', reason }, { name: 'node.closed', node: 'leg' },
      { name: 'node.closed', node: 'dialog' }, { name: 'node.closed', node: 'closing' },
    ]);
    const refusal = { accepted: false, refusal: { kind: 'noresource', reason: 'the media thread has failed; another one takes its place within seconds' } };
    expect([media.openEndpoint({ node: id('next') }), media.openConference({ node: id('next') }), media.openDialog({ node: id('next') })]).toEqual([refusal, refusal, refusal]);
    expect(media.stopRecord({ record: 'r' })).toMatchObject({ accepted: false, refusal: { kind: 'unknown-id' } });
    while (!media.openEndpoint({ node: id('next') }).accepted) await new Promise(setImmediate);
    await until(() => events.some((e) => e.name === 'endpoint.ready' && e.node === id('next')));
    expect(await media.stats()).toMatchObject({ endpoints: 1, openPorts: 2 });
  }, 30_000);
});

it('a plane that is not running says so, and not that a thread has failed', () => {
  const media = createEmbeddedMedia({ packetIo: 'dgram' }, { log: silentLogger });
  expect(media.openEndpoint({ node: id('a') })).toMatchObject({ accepted: false, refusal: { kind: 'bad-state', reason: 'the media plane is not running' } });
});
