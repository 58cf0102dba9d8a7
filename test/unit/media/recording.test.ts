import { open } from 'node:fs/promises';
import { mkdtempSync, readFileSync, rmSync, existsSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWav } from '../../../src/audio/wav-file.ts';
import { decryptRecording, EncryptedRecordingWriter } from '../../../src/media/embedded/encrypted-recording.ts';
import { RecordingFiles } from '../../../src/media/embedded/recording-files.ts';
import { Recorder, type RecordSink } from '../../../src/media/embedded/recorder.ts';
import type { RecordAudio } from '../../../src/media/media.ts';
import { dtmfSample, levelAt, frequenciesOf } from '../../contract/media/signals.ts';

const folder = mkdtempSync(join(tmpdir(), 'nailup-record-'));
afterAll(() => rmSync(folder, { recursive: true }));
const key = Buffer.alloc(32, 7);
const tone = (frames: number, amplitude = 5000): Int16Array => Int16Array.from({ length: frames * 160 }, (_, i) => amplitude * Math.sin((2 * Math.PI * 300 * i) / 8000) * (1 + Math.sin((2 * Math.PI * 4 * i) / 8000)) * 0.5);

class Collected implements RecordSink {
  readonly samples: number[] = [];
  ending: { durationMs: number; how: string } | undefined;
  open(): void { /* nothing is to open */ }
  write(_record: string, samples: Int16Array): void { this.samples.push(...samples); }
  close(_record: string, ending: { durationMs: number; how: string }): void { this.ending = ending; }
}

function record(command: Partial<RecordAudio>): { recorder: Recorder; sink: Collected } {
  const sink = new Collected();
  return { sink, recorder: new Recorder({ record: 'r', node: 'n' as never, path: 'p', what: 'in', ...command }, 8000, sink, () => undefined) };
}
const feed = (recorder: Recorder, samples: Int16Array, sent = new Int16Array(160)): void => {
  for (let at = 0; at + 160 <= samples.length; at += 160) recorder.take(samples.subarray(at, at + 160), sent);
};

test('stereo has what the phone says on the left and what it hears on the right', () => {
  const { recorder, sink } = record({ what: 'stereo' });
  feed(recorder, new Int16Array(160 * 50).fill(100), new Int16Array(160).fill(-7));
  recorder.end('stopped');
  expect(sink.samples.length).toBe(160 * 50 * 2);
  expect(sink.samples.every((s, i) => s === (i % 2 === 0 ? 100 : -7))).toBe(true);
});

test('a pause leaves nothing in the file and costs none of its limit', () => {
  const { recorder, sink } = record({ maxMs: 400 });
  feed(recorder, new Int16Array(160 * 10).fill(1));
  recorder.paused = true;
  feed(recorder, new Int16Array(160 * 100).fill(2));
  recorder.paused = false;
  feed(recorder, new Int16Array(160 * 10).fill(3));
  expect(sink.ending).toMatchObject({ how: 'maxtime', durationMs: 400 });
  expect(new Set(sink.samples)).toEqual(new Set([1, 3]));
});

test('trimming keeps speech whole with a little silence around it', () => {
  const { recorder, sink } = record({ trimSilence: true });
  const speech = tone(50);
  feed(recorder, new Int16Array(160 * 200));
  feed(recorder, speech);
  feed(recorder, new Int16Array(160 * 400));
  feed(recorder, speech);
  feed(recorder, new Int16Array(160 * 200));
  recorder.end('stopped');
  // Of 18 s: two seconds of speech, half a second and the detector's hang-over after each, 200 ms before each.
  expect(sink.ending?.durationMs).toBeGreaterThan(2000);
  expect(sink.ending?.durationMs).toBeLessThan(4200);
  expect(sink.samples.length).toBe((sink.ending?.durationMs ?? 0) * 8);
  const text = sink.samples.join();
  expect(text.indexOf([...speech.subarray(8, 160 * 49)].join())).toBeGreaterThan(0);
});

test('card mode: digits are not in the file, neither way', () => {
  const { recorder, sink } = record({ what: 'stereo', maskDigits: true });
  for (let frame = 0; frame < 60; frame++) {
    const digit = Int16Array.from({ length: 160 }, (_, i) => (frame >= 20 && frame < 26 ? dtmfSample('4', (frame - 20) * 160 + i) : 0));
    recorder.take(digit, digit);
  }
  recorder.end('stopped');
  for (const side of [0, 1]) {
    const heard = Int16Array.from(sink.samples.filter((_, i) => i % 2 === side));
    for (const hz of frequenciesOf('4')) for (let at = 0; at + 200 <= heard.length; at += 100) expect(levelAt(heard, hz, at, 200)).toBeLessThan(-60);
  }
});

test('an encrypted recording decrypts to the WAV it would have been; any change is noticed', async () => {
  const path = join(folder, 'a.nailrec');
  const writer = await EncryptedRecordingWriter.on(await open(path, 'w'), key, { sampleRate: 8000, channels: 1 });
  const samples = tone(100);
  for (let at = 0; at < samples.length; at += 4000) await writer.write(samples.subarray(at, at + 4000));
  await writer.close();
  const bytes = readFileSync(path);
  expect(writer.fileBytes).toBe(bytes.length);
  const good = decryptRecording(bytes, key);
  if (!good.ok) throw new Error(good.error);
  expect(good.value.complete).toBe(true);
  const wav = readWav(good.value.wav);
  expect(wav.ok && wav.value.sampleRate).toBe(8000);
  expect(wav.ok && wav.value.samples).toEqual(samples);
  for (let at = 0; at < bytes.length; at += 97) {
    const changed = Buffer.from(bytes);
    changed[at] = changed[at]! ^ 1;
    const result = decryptRecording(changed, key);
    expect(result.ok && result.value.complete).toBe(false);
  }
  expect(decryptRecording(bytes, Buffer.alloc(32, 8)).ok).toBe(false);
  const cut = decryptRecording(bytes.subarray(0, bytes.length - 100), key);
  expect(cut.ok && !cut.value.complete && cut.value.wav.length > 44).toBe(true);
});

const request = { record: 'r', sampleRate: 8000, channels: 1, temporary: false } as const;
const ending = { node: 'n', durationMs: 1000, how: 'stopped' } as const;

test('with a key recordings are encrypted, but not what is temporary', async () => {
  const files = new RecordingFiles(key);
  files.open({ op: 'open', ...request, path: join(folder, 'b.wav') });
  files.open({ op: 'open', ...request, record: 't', path: join(folder, 't.wav'), temporary: true });
  for (const record of ['r', 't']) files.write({ op: 'write', record, samples: tone(25) });
  const [b, t] = [await files.close({ op: 'close', record: 'r', ending }), await files.close({ op: 'close', record: 't', ending })];
  expect(b).toMatchObject({ path: join(folder, 'b.wav.nailrec'), failure: undefined });
  expect(existsSync(join(folder, 'b.wav'))).toBe(false);
  expect(t).toMatchObject({ path: join(folder, 't.wav'), failure: undefined });
  expect(readWav(readFileSync(join(folder, 't.wav'))).ok).toBe(true);
});

test.each([undefined, key])('a recording is never written over: the second of its name fails and says why', async (withKey) => {
  const path = join(folder, withKey === undefined ? 'once.wav' : 'once-encrypted.wav');
  const file = withKey === undefined ? path : `${path}.nailrec`;
  const failed: string[] = [];
  const files = new RecordingFiles(withKey, (record) => void failed.push(record));
  const made = async (record: string, samples: Int16Array): Promise<unknown> => {
    files.open({ op: 'open', ...request, record, path });
    files.write({ op: 'write', record, samples });
    return files.close({ op: 'close', record, ending });
  };
  expect(await made('first', tone(25))).toMatchObject({ path: file, failure: undefined });
  const first = readFileSync(file);
  expect(await made('second', tone(50))).toMatchObject({ path: file, bytes: 0, failure: `there is a file ${file} already` });
  expect(failed).toEqual(['second']);
  expect(readFileSync(file)).toEqual(first);
  // Two at once are no different.
  const both = join(folder, withKey === undefined ? 'both.wav' : 'both-encrypted.wav');
  for (const record of ['one', 'two']) files.open({ op: 'open', ...request, record, path: both });
  const ends = await Promise.all(['one', 'two'].map((record) => files.close({ op: 'close', record, ending })));
  expect(ends.filter((end) => end.op === 'closed' && end.failure === undefined)).toHaveLength(1);
});

test.each([undefined, key])('a full disk fails that recording with a reason and no other', async (withKey) => {
  const files = new RecordingFiles(withKey);
  // Every write to it answers "no space left".
  const full = join(folder, withKey === undefined ? 'full' : 'encrypted');
  symlinkSync('/dev/full', withKey === undefined ? full : `${full}.nailrec`);
  files.open({ op: 'open', ...request, path: full });
  files.open({ op: 'open', ...request, record: 'other', path: join(folder, 'other.wav') });
  for (let i = 0; i < 20; i++) for (const record of ['r', 'other']) files.write({ op: 'write', record, samples: tone(25) });
  const failed = await files.close({ op: 'close', record: 'r', ending });
  expect(failed).toMatchObject({ failure: expect.stringMatching(/ENOSPC|no space/) as string });
  expect(await files.close({ op: 'close', record: 'other', ending })).toMatchObject({ failure: undefined });
});

test('a disk that does not keep up fails the recording instead of growing the memory', async () => {
  const files = new RecordingFiles();
  files.open({ op: 'open', ...request, path: join(folder, 'slow.wav') });
  // All in one turn: the disk has had no chance at all.
  for (let i = 0; i < 1200; i++) files.write({ op: 'write', record: 'r', samples: new Int16Array(4000) });
  expect(await files.close({ op: 'close', record: 'r', ending })).toMatchObject({ failure: 'the disk is too slow' });
});

test('what a media thread had recorded when it died is a file that can be read', async () => {
  const files = new RecordingFiles();
  const path = join(folder, 'orphan.wav');
  files.open({ op: 'open', ...request, path });
  for (let i = 0; i < 4; i++) files.write({ op: 'write', record: 'r', samples: tone(25) });
  await files.closeAll();
  const wav = readWav(readFileSync(path));
  expect(wav.ok && wav.value.samples.length).toBe(16_000);
});

test('the file of a recording that still runs says at least every ten seconds how long it is', async () => {
  const files = new RecordingFiles();
  const path = join(folder, 'running.wav');
  files.open({ op: 'open', ...request, path });
  for (let i = 0; i < 45; i++) files.write({ op: 'write', record: 'r', samples: tone(25) });
  const dataBytes = (): number => readFileSync(path).readUInt32LE(40);
  while (!existsSync(path) || readFileSync(path).length < 44 + 45 * 8000) await new Promise(setImmediate);
  expect(dataBytes()).toBeGreaterThanOrEqual(40 * 8000);
  expect(await files.close({ op: 'close', record: 'r', ending })).toMatchObject({ failure: undefined });
  expect(dataBytes()).toBe(45 * 8000);
});
