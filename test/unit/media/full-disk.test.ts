import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWav } from '../../../src/audio/wav-file.ts';
import { silentLogger, type LogFields } from '../../../src/kernel/logger.ts';
import type { MediaId } from '../../../src/kernel/ids.ts';
import { createEmbeddedMedia } from '../../../src/media/embedded/index.ts';
import type { MediaEvent } from '../../../src/media/media.ts';

const folder = mkdtempSync(join(tmpdir(), 'nailup-full-disk-'));
afterAll(() => rmSync(folder, { recursive: true }));
const dialog = 'dialog' as MediaId;

it('a recording on a full disk ends at once as failed, is said and counted, and another one and the audio go on', async () => {
  // Every write to it answers "no space left".
  symlinkSync('/dev/full', join(folder, 'full.wav'));
  const events: MediaEvent[] = [];
  const told: [LogFields, string][] = [];
  let changed: () => void = () => undefined;
  const media = createEmbeddedMedia({ packetIo: 'dgram' }, { log: { ...silentLogger, warn: (fields, message) => void told.push([fields, message]) } });
  await media.start((event) => {
    events.push(event);
    changed();
  });
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) await new Promise<void>((resolve) => (changed = resolve));
  };
  const over = (record: string): MediaEvent | undefined => events.find((event) => event.name === 'record.done' && event.record === record);
  media.openDialog({ node: dialog });
  media.play({ node: dialog, play: 'tone', items: [{ kind: 'tone', tone: 'dial', durationMs: 3000 }] });
  for (const record of ['full', 'other']) media.record({ record, node: dialog, path: join(folder, `${record}.wav`), what: 'out' });
  await until(() => over('full') !== undefined);
  expect(over('full')).toMatchObject({ how: 'failed', reason: expect.stringMatching(/ENOSPC|no space/) as string });
  expect(over('other')).toBeUndefined();
  expect(told).toEqual([[{ node: dialog, reason: expect.stringMatching(/ENOSPC|no space/) as string }, 'a recording failed']]);
  // Its name is free again, and a file that cannot be played is told in the same way.
  expect(media.stopRecord({ record: 'full' })).toMatchObject({ accepted: false, refusal: { kind: 'unknown-id' } });
  await until(() => events.some((event) => event.name === 'play.done'));
  media.play({ node: dialog, play: 'none', items: [{ kind: 'file', path: join(folder, 'none.wav') }] });
  await until(() => events.some((event) => event.name === 'play.done' && event.play === 'none'));
  media.stopRecord({ record: 'other' });
  await until(() => over('other') !== undefined);
  expect(over('other')).toMatchObject({ how: 'stopped' });
  const kept = readWav(readFileSync(join(folder, 'other.wav')));
  expect(kept.ok && kept.value.samples.length).toBeGreaterThan(2.9 * 8000);
  expect(told.map(([, message]) => message)).toEqual(['a recording failed', 'a play failed']);
  expect((await media.stats()).failed).toEqual({ recordings: 1, plays: 1 });
  await media.stop();
}, 30_000);
