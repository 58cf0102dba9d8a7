import { SeededRandom } from '../../../src/kernel/random.ts';
import { AutoGain } from '../../../src/audio/auto-gain.ts';
import { ComfortNoiseAnalyser, ComfortNoiseGenerator } from '../../../src/audio/comfort-noise.ts';
import { Gain } from '../../../src/audio/gain.ts';
import { goertzelPower } from '../../../src/audio/goertzel.ts';
import { decodeL16, encodeL16 } from '../../../src/audio/l16.ts';
import { levelDbm0 } from '../../../src/audio/level.ts';
import { accumulate, mixAll, mixInto, mixMinus } from '../../../src/audio/mixer.ts';
import { PacketLossConcealment } from '../../../src/audio/packet-loss-concealment.ts';
import { VoiceActivityDetector } from '../../../src/audio/voice-activity.ts';

const { sin, PI, round, abs, max } = Math;
const sine = (hz: number, amplitude: number, length: number): Int16Array => Int16Array.from({ length }, (_, i) => round(amplitude * sin((2 * PI * hz * i) / 8000)));
const greatestStep = (samples: Int16Array, from = 1): number => {
  let most = 0;
  for (let i = from; i < samples.length; i++) most = max(most, abs(samples[i]! - samples[i - 1]!));
  return most;
};

describe('mixing', () => {
  it('gives each member the sum of the others, saturated', () => {
    const frames = [Int16Array.of(100, 30000, -30000), Int16Array.of(20, 10000, -10000), Int16Array.of(3, 5, -5)];
    const sum = new Int32Array(3);
    for (const frame of frames) accumulate(sum, frame);
    const out = new Int16Array(3);
    mixMinus(sum, frames[0]!, out);
    expect([...out]).toEqual([23, 10005, -10005]);
    mixMinus(sum, frames[2]!, out);
    expect([...out]).toEqual([120, 32767, -32768]);
    mixAll(sum, out);
    expect([...out]).toEqual([123, 32767, -32768]);
    mixInto(out, Int16Array.of(1, 1, -1));
    expect([...out]).toEqual([124, 32767, -32768]);
  });

  it('changes gain over 10 ms without a step', () => {
    const gain = new Gain();
    const tone = sine(200, 10000, 1600);
    const out = new Int16Array(1600);
    gain.process(tone.subarray(0, 160), out.subarray(0, 160));
    gain.db = -20;
    for (let i = 160; i < 1600; i += 160) gain.process(tone.subarray(i, i + 160), out.subarray(i, i + 160));
    expect(levelDbm0(out, 800) - levelDbm0(tone, 800)).toBeCloseTo(-20, 1);
    expect(greatestStep(out)).toBeLessThan(greatestStep(tone) * 1.3);
  });

  it('brings quiet and loud speech towards −18 dBm0 and leaves silence alone', () => {
    for (const amplitude of [1500, 12000]) {
      const agc = new AutoGain();
      const out = new Int16Array(160);
      // Words and pauses, so that the background is known.
      for (let i = 0; i < 400; i++) agc.process(i % 20 < 14 ? sine(300, amplitude, 160) : new Int16Array(160), out);
      agc.process(sine(300, amplitude, 160), out);
      expect(abs(levelDbm0(out) + 18)).toBeLessThan(3);
      agc.process(new Int16Array(160), out);
      expect(levelDbm0(out)).toBe(-99);
    }
  });
});

describe('L16', () => {
  it('comes back as it was, in network order', () => {
    const samples = Int16Array.of(1, -2, 32767, -32768);
    const payload = new Uint8Array(8);
    expect(encodeL16(samples, payload)).toBe(8);
    expect([...payload.subarray(0, 4)]).toEqual([0, 1, 255, 254]);
    const back = new Int16Array(4);
    expect(decodeL16(payload, back)).toBe(4);
    expect([...back]).toEqual([...samples]);
  });
});

describe('voice activity', () => {
  const feed = (detector: VoiceActivityDetector, frames: number, make: (i: number) => Int16Array): number[] => {
    const changes: number[] = [];
    for (let i = 0; i < frames; i++) if (detector.process(make(i))) changes.push(detector.changedAtMs);
    return changes;
  };
  it('tells when speech began and ended, not when it was known', () => {
    const detector = new VoiceActivityDetector();
    const changes = feed(detector, 150, (i) => (i >= 25 && i < 75 ? sine(300, 6000, 160) : new Int16Array(160)));
    expect(changes).toEqual([500, 1500]);
  });
  it('takes no click for speech, and bridges the pauses between words', () => {
    const detector = new VoiceActivityDetector();
    expect(feed(detector, 60, (i) => (i === 10 ? sine(300, 9000, 160) : new Int16Array(160)))).toEqual([]);
    expect(feed(detector, 100, (i) => (i < 20 || (i >= 30 && i < 50) ? sine(300, 6000, 160) : new Int16Array(160)))).toHaveLength(2);
  });
  it('gets used to steady noise', () => {
    const random = new SeededRandom(1);
    const detector = new VoiceActivityDetector();
    feed(detector, 1500, () => Int16Array.from({ length: 160 }, () => round((random.next() - 0.5) * 3000)));
    expect(detector.speaking).toBe(false);
  });
});

describe('packet-loss concealment', () => {
  it('hides the loss of 20 ms of a vowel: no step, level and pitch kept', () => {
    const vowel = Int16Array.from({ length: 3200 }, (_, i) => round(5000 * sin((2 * PI * 125 * i) / 8000) + 3000 * sin((2 * PI * 625 * i) / 8000 + 1)));
    const out = vowel.slice();
    const plc = new PacketLossConcealment();
    for (let i = 0; i < 3200; i += 160) {
      const frame = out.subarray(i, i + 160);
      if (i === 1600) plc.conceal(frame);
      else plc.good(frame);
    }
    expect(greatestStep(out)).toBeLessThan(greatestStep(vowel) * 1.25);
    expect(abs(levelDbm0(out, 1600, 160) - levelDbm0(vowel, 1600, 160))).toBeLessThan(1.5);
    let error = 0;
    for (let i = 1600; i < 1760; i++) error += (out[i]! - vowel[i]!) ** 2;
    let signal = 0;
    for (let i = 1600; i < 1760; i++) signal += vowel[i]! ** 2;
    expect(10 * Math.log10(signal / error)).toBeGreaterThan(11);
  });
  it('conceals alike whether it keeps what was heard or is told', () => {
    const vowel = Int16Array.from({ length: 3200 }, (_, i) => round(5000 * sin((2 * PI * 140 * i) / 8000) + 2000 * sin((2 * PI * 700 * i) / 8000)));
    const heard = [true, false].map((keeps) => {
      const out = vowel.slice();
      const plc = new PacketLossConcealment(8000, keeps);
      for (let i = 0; i < 3200; i += 160) {
        const frame = out.subarray(i, i + 160);
        if (i === 960 || i === 1120 || i === 2080) plc.conceal(frame, keeps ? undefined : { recent: (into) => into.set(out.subarray(i - into.length, i)) });
        else plc.good(frame);
      }
      return out;
    });
    expect(heard[0]).not.toEqual(vowel);
    expect(heard[1]).toEqual(heard[0]);
  });
  it('fades, and is silent from 60 ms of loss on', () => {
    const plc = new PacketLossConcealment();
    for (let i = 0; i < 10; i++) plc.good(sine(200, 8000, 160));
    const out = new Int16Array(160);
    const levels = Array.from({ length: 5 }, () => {
      plc.conceal(out);
      return levelDbm0(out);
    });
    expect(levels[1]!).toBeLessThan(levels[0]!);
    expect(levels[2]!).toBeLessThan(levels[1]!);
    expect(levels[3]).toBe(-99);
    expect(plc.lostMs).toBe(100);
  });
});

describe('comfort noise', () => {
  it('sounds at the level and with the colour that the payload describes', () => {
    const random = new SeededRandom(3);
    let last = 0;
    // Low-passed noise: most of its power below 1 kHz.
    const noise = Int16Array.from({ length: 16000 }, () => (last = round(last * 0.85 + (random.next() - 0.5) * 400)));
    const analyser = new ComfortNoiseAnalyser();
    for (let i = 0; i < 16000; i += 160) analyser.process(noise.subarray(i, i + 160));
    const payload = new Uint8Array(11);
    expect(analyser.payload(payload)).toBe(11);
    const generator = new ComfortNoiseGenerator();
    generator.update(payload);
    const out = new Int16Array(24000);
    for (let i = 0; i < 24000; i += 160) generator.process(out.subarray(i, i + 160));
    expect(abs(levelDbm0(out, 8000) - levelDbm0(noise))).toBeLessThan(2);
    const band = (samples: Int16Array, hz: number): number => {
      let sum = 0;
      for (let i = 8000; i + 400 <= 16000; i += 400) sum += goertzelPower(samples, hz, 8000, i, 400);
      return sum;
    };
    expect(10 * Math.log10(band(out, 300) / band(out, 3000))).toBeGreaterThan(10);
  });
  it('ignores an empty payload', () => {
    const generator = new ComfortNoiseGenerator();
    generator.update(new Uint8Array(0));
    const out = new Int16Array(160);
    generator.process(out);
    expect(levelDbm0(out)).toBe(-99);
  });
});
