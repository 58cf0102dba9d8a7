import type { Random } from '../../src/kernel/random.ts';
import { ToneGenerator, type ToneSegment } from '../../src/audio/tone-generator.ts';
import { sineAmplitude } from '../../src/audio/level.ts';

export type BeepShape = 'single' | 'dual' | 'buzz' | 'two-step' | 'triple' | 'decaying' | 'long' | 'swept' | 'falling' | 'fading-in' | 'harmonic';
/** What classifiers are tuned with. */
export const BEEP_SHAPES: readonly BeepShape[] = ['single', 'dual', 'two-step', 'triple', 'decaying', 'long', 'swept', 'buzz'];
/** What the held-out part has besides. */
export const HELD_OUT_BEEP_SHAPES: readonly BeepShape[] = [...BEEP_SHAPES, 'falling', 'fading-in', 'harmonic'];

const play = (segments: readonly ToneSegment[], levelDbm0: number, sampleRate: number): Int16Array => {
  const ms = segments.reduce((sum, s) => sum + (s.durationMs ?? 0), 0);
  const out = new Int16Array(Math.round((ms * sampleRate) / 1000));
  new ToneGenerator({ segments }, sampleRate, levelDbm0).process(out);
  return out;
};

/** The tone at the end of a machine's greeting. */
export function beep(random: Random, shape: BeepShape, levelDbm0: number, sampleRate = 8000): Int16Array {
  const hz = 400 + Math.round(random.next() * 1100);
  switch (shape) {
    case 'single':
      return play([{ frequencies: [hz], durationMs: 180 + random.next() * 400 }], levelDbm0, sampleRate);
    case 'dual':
      return play([{ frequencies: [hz, hz * 1.26], durationMs: 200 + random.next() * 400 }], levelDbm0 - 3, sampleRate);
    case 'two-step':
      return play([{ frequencies: [hz * 1.2], durationMs: 150 + random.next() * 100 }, { frequencies: [hz], durationMs: 150 + random.next() * 200 }], levelDbm0, sampleRate);
    case 'triple': {
      const on = { frequencies: [hz], durationMs: 90 + random.next() * 60 };
      const off = { frequencies: [], durationMs: 60 + random.next() * 60 };
      return play([on, off, on, off, on], levelDbm0, sampleRate);
    }
    case 'long':
      return play([{ frequencies: [hz], durationMs: 800 + random.next() * 700 }], levelDbm0, sampleRate);
    case 'decaying': {
      const length = Math.round((0.35 + random.next() * 0.3) * sampleRate);
      const a = sineAmplitude(levelDbm0 + 3);
      return Int16Array.from({ length }, (_, i) => Math.round(a * Math.min(1, i / 30) * 10 ** ((-22 * i) / length / 20) * Math.min(1, (length - i) / 40) * Math.sin((2 * Math.PI * hz * i) / sampleRate)));
    }
    case 'fading-in': {
      const length = Math.round((0.3 + random.next() * 0.4) * sampleRate);
      const a = sineAmplitude(levelDbm0);
      return Int16Array.from({ length }, (_, i) => Math.round(a * Math.min(1, i / (length * 0.4), (length - i) / 40) * Math.sin((2 * Math.PI * hz * i) / sampleRate)));
    }
    case 'buzz': {
      // The odd harmonics that the line lets through, as a square wave has them.
      const length = Math.round((0.2 + random.next() * 0.5) * sampleRate);
      const a = sineAmplitude(levelDbm0);
      return Int16Array.from({ length }, (_, i) => {
        let sum = 0;
        for (let n = 1; n * hz < sampleRate * 0.45; n += 2) sum += Math.sin((2 * Math.PI * n * hz * i) / sampleRate) / n;
        return Math.round(a * Math.min(1, i / 40, (length - i) / 40) * sum);
      });
    }
    case 'harmonic': {
      // A buzzer's: the third harmonic 14 dB below the first, the second 20.
      const length = Math.round((0.2 + random.next() * 0.5) * sampleRate);
      const a = sineAmplitude(levelDbm0);
      return Int16Array.from({ length }, (_, i) => {
        const x = (2 * Math.PI * hz * i) / sampleRate;
        return Math.round(a * Math.min(1, i / 40, (length - i) / 40) * (Math.sin(x) + 0.1 * Math.sin(2 * x) + (3 * hz < sampleRate * 0.45 ? 0.2 * Math.sin(3 * x) : 0)));
      });
    }
    case 'swept':
    case 'falling': {
      const length = Math.round((0.3 + random.next() * 0.3) * sampleRate);
      const a = sineAmplitude(levelDbm0);
      const span = (60 + random.next() * 120) * (shape === 'falling' ? -1 : 1);
      let phase = 0;
      return Int16Array.from({ length }, (_, i) => {
        phase += (2 * Math.PI * (hz + (span * i) / length)) / sampleRate;
        return Math.round(a * Math.min(1, i / 40, (length - i) / 40) * Math.sin(phase));
      });
    }
  }
}
