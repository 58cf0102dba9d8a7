import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWav } from '../../../src/audio/wav-file.ts';
import { UtteranceRecorder } from '../../../src/wiring/utterance-recorder.ts';
import { dtmfSample, frequenciesOf, peakLevelAt } from '../../contract/media/signals.ts';

const folder = mkdtempSync(join(tmpdir(), 'nailup-utterance-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([{ masks: false }, { masks: true }])('a key pressed into an utterance is in its file unless the digits are secret: masked $masks', async ({ masks }) => {
  const recorder = new UtteranceRecorder(join(folder, `masked-${String(masks)}`), 'audio/x-wav', 5000, masks);
  recorder.started();
  for (let frame = 0; frame < 100; frame++) {
    recorder.push(Int16Array.from({ length: 160 }, (_, i) => {
      const n = frame * 160 + i;
      return 3000 * Math.sin((2 * Math.PI * 300 * n) / 8000) * (frame < 40 || frame >= 60 ? 1 : 0) + (frame >= 45 && frame < 50 ? dtmfSample('5', n - 45 * 160) : 0);
    }));
  }
  const utterance = await recorder.finish();
  const audio = readWav(readFileSync(utterance?.path ?? ''));
  if (!audio.ok) throw new Error(audio.error.reason);
  const { samples } = audio.value;
  // Between the speech, which the mask delays by two frames.
  for (const hz of frequenciesOf('5')) {
    const level = peakLevelAt(samples.subarray(43 * 160, 59 * 160), hz);
    if (masks) expect(level).toBeLessThan(-60);
    else expect(level).toBeGreaterThan(-15);
  }
  expect(peakLevelAt(samples, 300)).toBeGreaterThan(-20);
});
