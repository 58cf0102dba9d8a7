import { goertzelPower } from '../../../src/audio/goertzel.ts';
import { dbm0OfPower, levelDbm0 } from '../../../src/audio/level.ts';
import { resample, Resampler } from '../../../src/audio/resampler.ts';

const sine = (hz: number, rate: number, seconds = 1, amplitude = 10000): Int16Array => Int16Array.from({ length: rate * seconds }, (_, i) => Math.round(amplitude * Math.sin((2 * Math.PI * hz * i) / rate)));

describe('Resampler', () => {
  it.each([[8000, 16000], [16000, 8000], [48000, 8000], [44100, 8000], [22050, 8000], [8000, 48000], [11025, 8000]])('%i to %i keeps a tone of 1 kHz within 0.1 dB and adds nothing', (from, to) => {
    const out = resample(sine(1000, from), from, to);
    expect(Math.abs(out.length - to)).toBeLessThanOrEqual(1);
    const middle = out.subarray(Math.floor(to * 0.1), Math.floor(to * 0.9));
    const level = dbm0OfPower(goertzelPower(middle, 1000, to));
    expect(Math.abs(level - levelDbm0(sine(1000, from)))).toBeLessThan(0.1);
    const total = levelDbm0(middle);
    expect(Math.abs(total - level)).toBeLessThan(0.02);
  });

  it('keeps what cannot be carried at the lower rate 55 dB down', () => {
    const out = resample(sine(5000, 16000), 16000, 8000);
    expect(levelDbm0(out.subarray(800, 7200))).toBeLessThan(levelDbm0(sine(5000, 16000)) - 55);
  });

  it('gives the same samples however the stream is cut', () => {
    const input = sine(700, 16000);
    const whole = new Int16Array(9000);
    const n = new Resampler(16000, 8000).process(input, whole);
    const parts = new Int16Array(9000);
    const resampler = new Resampler(16000, 8000);
    let at = 0;
    for (let i = 0, cut = 1; i < input.length; i += cut, cut = (cut * 7 + 3) % 400 || 1) at += resampler.process(input.subarray(i, Math.min(input.length, i + cut)), parts.subarray(at));
    expect(at).toBe(n);
    expect(parts.findIndex((s, i) => s !== whole[i])).toBe(-1);
  });

  it('returns a recording without lag', () => {
    const impulse = new Int16Array(1600);
    impulse[800] = 20000;
    const out = resample(impulse, 16000, 8000);
    expect(out.indexOf(Math.max(...out))).toBe(400);
  });
});
