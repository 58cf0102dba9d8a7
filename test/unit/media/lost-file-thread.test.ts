import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { jest } from '@jest/globals';
import { GrowingFile } from '../../../src/audio/growing-file.ts';
import { readWav } from '../../../src/audio/wav-file.ts';
import { encodeWav } from '../../../src/audio/wav-writer.ts';
import { silentLogger, type LogFields } from '../../../src/kernel/logger.ts';
import type { MediaId } from '../../../src/kernel/ids.ts';
import { createEmbeddedMedia } from '../../../src/media/embedded/index.ts';
import type { Media, MediaEvent } from '../../../src/media/media.ts';

const folder = mkdtempSync(join(tmpdir(), 'nailup-lost-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const wav = encodeWav({ encoding: 'linear16', sampleRate: 8000, channels: 1 }, new Int16Array(24_000).fill(500));
const path = join(folder, 'whole.wav');
writeFileSync(path, wav);
const dialog = 'dialog' as MediaId;
const reason = 'the file thread failed';

/** The real file threads, found by what is posted to them: the newest last. */
const posted = jest.spyOn(Worker.prototype, 'postMessage');
const fileThread = (): Worker => {
  const call = posted.mock.calls.findLastIndex(([message]) => typeof message === 'object' && message !== null && 'recordingKey' in message);
  return posted.mock.contexts[call] as Worker;
};

async function started(steadyMs: number): Promise<{ media: Media; events: MediaEvent[]; told: string[]; until: (done: () => boolean) => Promise<void> }> {
  const events: MediaEvent[] = [];
  const told: string[] = [];
  let changed: () => void = () => undefined;
  const happened = (): void => changed();
  const said = (_fields: LogFields, message: string): void => {
    told.push(message);
    happened();
  };
  const media = createEmbeddedMedia({ packetIo: 'dgram', steadyMs }, { log: { ...silentLogger, error: said, info: said } });
  await media.start((event) => {
    events.push(event);
    happened();
  });
  media.openDialog({ node: dialog });
  return {
    media, events, told,
    until: async (done) => {
      while (!done()) await new Promise<void>((resolve) => (changed = resolve));
    },
  };
}

describe('a file thread that dies', () => {
  it('fails what it was reading and writing, says so, and its successor reads and writes again', async () => {
    const { media, events, told, until } = await started(0);
    const grows = join(folder, 'grows.wav');
    const growing = await GrowingFile.create(grows);
    await growing.write(wav.subarray(0, 44 + 8_000));
    const awaited = join(folder, 'awaited.wav');
    const nothingYet = await GrowingFile.create(awaited);
    // One is heard already, another one is still awaited, and a third waits for its turn.
    media.play({ node: dialog, play: 'heard', items: [{ kind: 'file', path: grows }] });
    media.play({ node: dialog, play: 'awaited', items: [{ kind: 'file', path: awaited }, { kind: 'silence', durationMs: 20 }] });
    media.record({ node: dialog, record: 'running', path: join(folder, 'running.wav'), what: 'out' });
    await until(() => events.some((event) => event.name === 'play.started'));
    await fileThread().terminate();
    await until(() => ['heard', 'awaited'].every((play) => events.some((event) => event.name === 'play.done' && event.play === play)) && told.includes('the file thread has been replaced'));
    expect(events.filter((event) => event.name === 'record.done' || event.name === 'play.done')).toEqual([
      { name: 'record.done', node: dialog, record: 'running', path: join(folder, 'running.wav'), durationMs: expect.any(Number), bytes: 0, how: 'failed', reason },
      // What had come is still heard.
      { name: 'play.done', node: dialog, play: 'heard', how: 'failed', playedMs: 500, reason },
      { name: 'play.done', node: dialog, play: 'awaited', how: 'failed', playedMs: 20, reason },
    ]);
    expect(told).toContain('the file thread failed: what it read and wrote has failed, and another one takes its place');

    media.play({ node: dialog, play: 'next', items: [{ kind: 'file', path }] });
    media.record({ node: dialog, record: 'running', path: join(folder, 'next.wav'), what: 'out' });
    await until(() => events.some((event) => event.name === 'play.done' && event.play === 'next'));
    media.stopRecord({ record: 'running' });
    await until(() => events.filter((event) => event.name === 'record.done').length === 2);
    expect(events.find((event) => event.name === 'play.done' && event.play === 'next')).toMatchObject({ how: 'finished', playedMs: 3000 });
    expect(events.at(-1)).toMatchObject({ name: 'record.done', how: 'stopped' });
    const recorded = readWav(readFileSync(join(folder, 'next.wav')));
    expect(recorded.ok && recorded.value.samples.filter((sample) => sample === 500).length).toBeGreaterThan(20_000);
    await Promise.all([growing.end(), nothingYet.end()]);
    await media.stop();
  }, 30_000);

  it('is not replaced at once where it does not last: until then what would be read or written fails', async () => {
    const { media, events, until } = await started(60_000);
    media.play({ node: dialog, play: 'before', items: [{ kind: 'file', path }] });
    await until(() => events.some((event) => event.name === 'play.started'));
    const died = fileThread();
    await died.terminate();
    expect(fileThread()).toBe(died);
    media.stopPlay({ node: dialog });
    media.play({ node: dialog, play: 'now', items: [{ kind: 'file', path }] });
    media.record({ node: dialog, record: 'now', path: join(folder, 'never.wav'), what: 'in' });
    media.close({ node: dialog });
    await until(() => ['node.closed', 'record.done'].every((name) => events.some((event) => event.name === name)));
    expect(events.filter((event) => event.name === 'record.done')).toMatchObject([{ record: 'now', how: 'failed', reason }]);
    await media.stop();
  }, 30_000);

  it('is no failure where the plane is stopped', async () => {
    const { media, told } = await started(0);
    await media.stop();
    expect(told.filter((line) => line.includes('file thread'))).toEqual([]);
  }, 30_000);
});
