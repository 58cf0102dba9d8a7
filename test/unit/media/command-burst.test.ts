/** Hundreds of commands in one moment, on a thread of its own: each is answered, in order. */
import { silentLogger } from '../../../src/kernel/logger.ts';
import { createEmbeddedMedia } from '../../../src/media/embedded/index.ts';
import { MediaHarness, id } from '../../contract/media/media-harness.ts';

let harness: MediaHarness;
let errors: { fields: Readonly<Record<string, unknown>>; message: string }[];

beforeEach(async () => {
  errors = [];
  const log = { ...silentLogger, error: (fields: Readonly<Record<string, unknown>>, message: string) => void errors.push({ fields, message }) };
  harness = new MediaHarness(createEmbeddedMedia({ packetIo: 'dgram' }, { log }));
  await harness.start();
});
afterEach(() => harness.media.stop());

test('a leg whose commands still wait when it is closed has all of them answered before its end is told', async () => {
  const { media } = harness;
  media.openDialog({ node: id('a') });
  media.openDialog({ node: id('b') });
  for (let i = 0; i < 300; i++) {
    media.connect({ from: id('a'), to: id('b') });
    media.disconnect({ from: id('a'), to: id('b') });
    expect(media.play({ node: id('a'), play: `p${i}`, items: [{ kind: 'tone', tone: 'beep', durationMs: 20 }] }).accepted).toBe(true);
  }
  media.close({ node: id('a') });
  await harness.event('node.closed', ({ node }) => node === id('a'));
  expect(harness.all('play.done').map(({ play }) => play).sort()).toEqual(Array.from({ length: 300 }, (_, i) => `p${i}`).sort());
  expect((await media.stats()).dialogs).toBe(1);
  expect(errors).toEqual([]);
});

test('what was told before the end of the media plane is done before it', async () => {
  const { media } = harness;
  for (let i = 0; i < 250; i++) media.openDialog({ node: id(`d${i}`) });
  for (let i = 0; i < 250; i++) media.close({ node: id(`d${i}`) });
  await media.stop();
  expect(harness.all('node.closed').map(({ node }) => node)).toEqual(Array.from({ length: 250 }, (_, i) => `d${i}`));
});

test('a command that cannot be passed to a thread is logged, and those beside it are carried out', async () => {
  const { media } = harness;
  media.openDialog({ node: id('before') });
  media.play({ node: id('before'), play: 'odd', items: [{ kind: 'tone', tone: () => undefined }] as never });
  media.openDialog({ node: id('after') });
  expect((await media.stats()).dialogs).toBe(2);
  expect(errors).toMatchObject([{ fields: { op: 'play' }, message: 'a media command could not be passed to its thread' }]);
});
