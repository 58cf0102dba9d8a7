import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { GrowingFile } from '../../../src/audio/growing-file.ts';
import { encodeWav } from '../../../src/audio/wav-writer.ts';
import type { MediaId } from '../../../src/kernel/ids.ts';
import { FileThread } from '../../../src/media/embedded/file-thread.ts';
import { Player } from '../../../src/media/embedded/player.ts';
import { PromptLoads } from '../../../src/media/embedded/prompt-loads.ts';
import { PromptStore } from '../../../src/media/embedded/prompt-store.ts';
import type { FileRequest } from '../../../src/media/embedded/worker-protocol.ts';
import type { MediaEvent } from '../../../src/media/media.ts';

const folder = mkdtempSync(join(tmpdir(), 'nailup-file-thread-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A player whose files are read at the other end of a line, and what goes over it. */
function line() {
  const { port1, port2 } = new MessageChannel();
  const asked: FileRequest[] = [];
  const loads = new PromptLoads(new PromptStore(), (message, moved) => port2.postMessage(message, moved ?? []));
  port2.on('message', (request: FileRequest) => {
    asked.push(request);
    if (request.op === 'load') void loads.load(request);
    if (request.op === 'more') loads.more(request.id);
    if (request.op === 'unload') loads.unload(request.id);
  });
  const events: MediaEvent[] = [];
  const emit = (event: MediaEvent): void => void events.push(event);
  const files = new FileThread(emit);
  files.attach(port1);
  const player = new Player('a' as MediaId, { emit, now: () => 0, processTime: (ms: number) => ms } as unknown as ConstructorParameters<typeof Player>[1]);
  return { port1, asked, events, files, player };
}

it('a file that grows is heard over the line to the file thread: every sample once, in order, and then no more is asked for', async () => {
  const { port1, asked, events, files, player } = line();

  const samples = Int16Array.from({ length: 5 * 8_000 }, (_, i) => (i % 30_000) + 1);
  const bytes = encodeWav({ encoding: 'linear16', sampleRate: 8_000, channels: 1 }, samples);
  const path = join(folder, 'grows.wav');
  const file = await GrowingFile.create(path);
  await file.write(bytes.subarray(0, 30_001));
  player.enqueue({ play: 'p', node: 'a' as MediaId, items: [{ kind: 'file', path }] }, (of, renderer) => files.load(of, renderer));

  const heard: number[] = [];
  const frame = new Int16Array(160);
  let ended = false;
  while (events.at(-1)?.name !== 'play.done') {
    player.fill(frame, 8_000);
    for (const sample of frame) if (sample !== 0) heard.push(sample);
    if (!ended && heard.length === 14_978) {
      ended = true;
      await file.write(bytes.subarray(30_001));
      await file.end();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(heard.length).toBe(samples.length);
  expect(heard.every((sample, i) => sample === samples[i])).toBe(true);
  expect(events.map(({ name }) => name)).toEqual(['play.started', 'play.done']);
  expect(events.at(-1)).toMatchObject({ how: 'finished' });
  expect(asked.filter(({ op }) => op === 'load').length).toBe(1);
  port1.close();
});

it('a play is moved in a file that comes in parts: it is read again up to the place, and goes on from there without a gap', async () => {
  const { port1, asked, events, files, player } = line();
  // Ten seconds that are not there in whole, from the third on.
  const samples = Int16Array.from({ length: 10 * 8_000 }, (_, i) => (i % 30_000) + 1);
  const path = join(folder, 'moved.wav');
  const file = await GrowingFile.create(path);
  await file.write(encodeWav({ encoding: 'linear16', sampleRate: 8_000, channels: 1 }, samples));
  player.enqueue({ play: 'p', node: 'a' as MediaId, items: [{ kind: 'file', path, fromMs: 2_000 }] }, (of, renderer) => files.load(of, renderer));
  const frame = new Int16Array(160);
  const nextSound = async (): Promise<number> => {
    for (;;) {
      player.fill(frame, 8_000);
      if (frame[159] !== 0) return frame[159]!;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  expect(await nextSound()).toBe(samples[16_000 + 159]);
  const from = async (seek: { toMs: number } | { byMs: number }): Promise<number> => {
    player.seek('p', { play: 'p', ...seek });
    // The frame in which the old place fades is over before anything of the new one can have come.
    player.fill(frame, 8_000);
    return nextSound();
  };
  expect(await from({ toMs: 7_000 })).toBe(samples[72_000 + 159]);
  expect(await from({ byMs: -6_020 })).toBe(samples[24_000 + 159]);
  expect(await from({ toMs: -5 })).toBe(samples[16_000 + 159]);
  await file.end();
  player.seek('p', { play: 'p', toMs: 1e9 });
  while (events.at(-1)?.name !== 'play.done') {
    player.fill(frame, 8_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(events.at(-1)).toMatchObject({ how: 'finished', playedMs: 80 });
  expect(asked.flatMap((one) => (one.op === 'load' ? [one.fromMs] : []))).toEqual([2_000, 9_000, 3_000, 2_000, 1_000_002_000]);
  port1.close();
});
