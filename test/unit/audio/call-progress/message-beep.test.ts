import { MessageBeep } from '../../../../src/audio/call-progress/message-beep.ts';
import type { ToneRun } from '../../../../src/audio/call-progress/tone-tracker.ts';

const run = (changes: Partial<ToneRun> = {}): ToneRun => ({ first: 1_000, second: 0, startMs: 5_000, endMs: 5_300, power: 1e6, purity: 0.995, driftHz: 0.3, rippleDb: 0.2, endedInSilence: true, ...changes });
const heard = (tone: ToneRun, speaker: 'live' | 'machine' | 'message'): number => {
  const beep = new MessageBeep();
  beep.toneEnded(tone, speaker);
  return beep.ms;
};

describe('a beep', () => {
  test('is heard whoever seemed to speak', () => {
    for (const speaker of ['live', 'machine', 'message'] as const) expect(heard(run(), speaker)).toBe(300);
  });

  test.each([
    ['a long vowel', { first: 388, purity: 0.944, driftHz: 6.8, rippleDb: 2.2 }], ['one on two harmonics', { first: 430, second: 374, purity: 0.955, driftHz: 3, rippleDb: 1.1 }],
    ['one of a monotonous voice', { first: 417, second: 381, purity: 0.966, driftHz: 2.8, rippleDb: 1.2 }],
  ])('%s is none where a person was heard, though it would be one of a machine', (_, vowel) => {
    expect(heard(run(vowel), 'live')).toBe(0);
    expect(heard(run(vowel), 'machine')).toBe(300);
  });

  test('may have other sound beside it in a message that is certain to be one', () => {
    const beside = { purity: 0.89, driftHz: 0.8, rippleDb: 0.5 };
    expect(heard(run(beside), 'message')).toBe(300);
    expect(heard(run(beside), 'machine')).toBe(0);
  });

  test('has several parts, and a new one that comes late is another beep', () => {
    const beep = new MessageBeep();
    for (const startMs of [5_000, 5_200]) beep.toneEnded(run({ startMs, endMs: startMs + 100 }), 'message');
    expect(beep).toMatchObject({ ms: 200, lastMs: 100, endMs: 5_300 });
    beep.toneEnded(run({ startMs: 6_000, endMs: 6_100 }), 'message');
    expect(beep).toMatchObject({ ms: 100, endMs: 6_100 });
  });
});
