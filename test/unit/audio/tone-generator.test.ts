import { goertzelPower } from '../../../src/audio/goertzel.ts';
import { dbm0OfPower } from '../../../src/audio/level.ts';
import { ToneGenerator } from '../../../src/audio/tone-generator.ts';

const greatestStep = (samples: Int16Array): number => samples.reduce((most, s, i) => (i === 0 ? 0 : Math.max(most, Math.abs(s - samples[i - 1]!))), 0);

describe('ToneGenerator', () => {
  it('sounds each frequency at its level', () => {
    const generator = new ToneGenerator({ segments: [{ frequencies: [480, 620], levelDbm0: [-13, -20] }] });
    const out = new Int16Array(8000);
    generator.process(out);
    expect(dbm0OfPower(goertzelPower(out, 480))).toBeCloseTo(-13, 0);
    expect(dbm0OfPower(goertzelPower(out, 620))).toBeCloseTo(-20, 0);
  });

  it('gives the same samples whatever the frame length', () => {
    const cadence = { segments: [{ frequencies: [425], durationMs: 250 }, { frequencies: [], durationMs: 250 }], repeatFrom: 0 };
    const whole = new Int16Array(8000);
    new ToneGenerator(cadence).process(whole);
    const parts = new Int16Array(8000);
    const generator = new ToneGenerator(cadence);
    for (let i = 0; i < 8000; i += 77) generator.process(parts.subarray(i, Math.min(8000, i + 77)));
    expect(parts.findIndex((s, i) => s !== whole[i])).toBe(-1);
  });

  it('keeps its cadence to the sample', () => {
    const out = new Int16Array(16000);
    new ToneGenerator({ segments: [{ frequencies: [425], durationMs: 480 }, { frequencies: [], durationMs: 480 }], repeatFrom: 0 }).process(out);
    expect(out.subarray(3840, 7680).every((s) => s === 0)).toBe(true);
    expect(out.subarray(7690, 11500).filter((s) => s !== 0).length).toBeGreaterThan(3700);
  });

  it('never steps by more than the tone itself does', () => {
    const out = new Int16Array(16000);
    const generator = new ToneGenerator({ segments: [{ frequencies: [425], durationMs: 333 }, { frequencies: [620], durationMs: 111 }, { frequencies: [], durationMs: 97 }], repeatFrom: 0 }, 8000, -6);
    generator.process(out);
    const amplitude = Math.max(...out);
    expect(greatestStep(out)).toBeLessThan(amplitude * 2 * Math.PI * (620 / 8000) * 1.05);
  });

  it('stops within 3 ms without a click', () => {
    const generator = new ToneGenerator({ segments: [{ frequencies: [425] }] }, 8000, -6);
    const out = new Int16Array(480);
    generator.process(out.subarray(0, 160));
    generator.stop();
    generator.process(out.subarray(160));
    expect(generator.ended).toBe(true);
    expect(out.subarray(160 + 26).every((s) => s === 0)).toBe(true);
    expect(greatestStep(out)).toBeLessThan(Math.max(...out) * 2 * Math.PI * (425 / 8000) * 1.1);
  });

  it('ends after its last segment and says how much of the frame was tone', () => {
    const generator = new ToneGenerator({ segments: [{ frequencies: [1000], durationMs: 30 }] });
    const out = new Int16Array(160).fill(5);
    expect(generator.process(out)).toBe(160);
    expect(generator.process(out)).toBe(80);
    expect(generator.ended).toBe(true);
    expect(out.subarray(80).every((s) => s === 0)).toBe(true);
  });
});
