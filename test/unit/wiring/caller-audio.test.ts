import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWav } from '../../../src/audio/wav-file.ts';
import { encodeWav } from '../../../src/audio/wav-writer.ts';
import { convertRecording } from '../../../src/wiring/caller-audio.ts';
import { UtteranceRecorder } from '../../../src/wiring/utterance-recorder.ts';

const folder = mkdtempSync(join(tmpdir(), 'nailup-caller-audio-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('recordings of callers', () => {
  it.each([['audio/basic', '.ulaw'], ['audio/x-alaw-basic', '.alaw']])('become headerless files of %s', async (type, ending) => {
    const path = join(folder, `one${ending}.wav`);
    writeFileSync(path, encodeWav({ encoding: 'linear16', sampleRate: 16_000, channels: 1 }, new Int16Array(32_000).fill(1_000)));
    const file = await convertRecording(path, type);
    expect(file).toEqual({ path: join(folder, `one${ending}${ending}`), bytes: expect.any(Number) });
    expect(Math.abs((file?.bytes ?? 0) - 16_000)).toBeLessThan(50);
    expect(readdirSync(folder)).not.toContain(`one${ending}.wav`);
  });

  it('stay as they are where a WAV file is asked for', () => {
    expect(convertRecording('x.wav', 'audio/x-wav')).toBeUndefined();
  });

  it('that cannot be read reject with the reason', async () => {
    const path = join(folder, 'no.wav');
    writeFileSync(path, 'nothing');
    await expect(convertRecording(path, 'audio/basic')).rejects.toThrow('no.wav');
  });
});

describe('UtteranceRecorder', () => {
  const frame = (value: number): Int16Array => new Int16Array(160).fill(value);

  it('keeps 400 ms before speech, and all of it', async () => {
    const recorder = new UtteranceRecorder(join(folder, 'said'), 'audio/x-wav', 10_000);
    for (let i = 0; i < 100; i++) recorder.push(frame(8));
    recorder.started();
    for (let i = 0; i < 50; i++) recorder.push(frame(1_000));
    const said = await recorder.finish();
    expect(said).toMatchObject({ contentType: 'audio/x-wav', durationMs: 1_400 });
    const wav = readWav(readFileSync(said?.path ?? ''));
    expect(wav.ok && wav.value.samples.length).toBe(11_200);
  });

  it('stops at its limit', async () => {
    const recorder = new UtteranceRecorder(join(folder, 'long'), 'audio/basic', 1_000);
    recorder.started();
    for (let i = 0; i < 500; i++) recorder.push(frame(1_000));
    expect((await recorder.finish())?.durationMs).toBe(1_400);
  });

  it('has nothing when nothing came', async () => {
    expect(await new UtteranceRecorder(join(folder, 'none'), 'audio/x-wav', 1_000).finish()).toBeUndefined();
  });

  it('has nothing where its folder is gone', async () => {
    const recorder = new UtteranceRecorder(join(folder, 'gone', 'x'), 'audio/x-wav', 1_000);
    recorder.push(frame(1));
    expect(await recorder.finish()).toBeUndefined();
  });
});
