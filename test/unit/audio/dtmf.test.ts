import { CalleeAudioSource } from '../../../sim/audio/callee-audio.ts';
import { music } from '../../../sim/audio/music.ts';
import { VoiceLibrary } from '../../../sim/audio/voice-library.ts';
import { DigitDimmer, type DtmfClampMode } from '../../../src/audio/digit-dimmer.ts';
import { DtmfClamp } from '../../../src/audio/dtmf-clamp.ts';
import { DtmfDetector } from '../../../src/audio/dtmf-detector.ts';
import { DTMF_KEYS, dtmfFrequencies } from '../../../src/audio/dtmf-digit.ts';
import { DtmfGenerator } from '../../../src/audio/dtmf-generator.ts';
import { alawToLinear, linearToAlaw, linearToUlaw, ulawToLinear } from '../../../src/audio/g711.ts';
import { goertzelPower } from '../../../src/audio/goertzel.ts';
import { dbm0OfPower, energyOf, levelDbm0, saturate } from '../../../src/audio/level.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';

// Taken out once: in jest's contexts each look at a global goes a long way.
const { PI, abs, floor, max, min, round, sin, sqrt } = Math;

const random = new SeededRandom(11);
const library = new VoiceLibrary();

function digitTone(digit: string, ms: number, lowDbm0 = -10, highDbm0 = -8): Int16Array {
  const generator = new DtmfGenerator(8000, { lowDbm0, highDbm0 });
  generator.send(digit, ms, 0);
  const out = new Int16Array(ms * 8);
  generator.process(out);
  return out;
}

/** Two sines of any frequencies, for tones that are nearly digits. */
function pair(a: number, b: number, ms: number, amplitudeA = 5000, amplitudeB = 5000): Int16Array {
  return Int16Array.from({ length: ms * 8 }, (_, i) => round(amplitudeA * sin((2 * PI * a * i) / 8000) + amplitudeB * sin((2 * PI * b * i) / 8000)));
}

function detected(samples: Int16Array, frameLength = 160): { digit: string; startMs: number; durationMs: number }[] {
  const found: { digit: string; startMs: number; durationMs: number }[] = [];
  const detector = new DtmfDetector((digit, startMs, durationMs) => found.push({ digit, startMs, durationMs }));
  for (let i = 0; i < samples.length; i += frameLength) detector.process(samples.subarray(i, min(samples.length, i + frameLength)));
  detector.process(new Int16Array(800));
  detector.flush();
  return found;
}

const withSilence = (tone: Int16Array, beforeMs = 50): Int16Array => {
  const out = new Int16Array(tone.length + beforeMs * 8 + 800);
  out.set(tone, beforeMs * 8);
  return out;
};

function clamped(mode: DtmfClampMode, samples: Int16Array, frameLength = 160): { out: Int16Array; clamp: DtmfClamp } {
  const clamp = new DtmfClamp(mode);
  const out = new Int16Array(samples.length);
  for (let i = 0; i + frameLength <= samples.length; i += frameLength) clamp.process(samples.subarray(i, i + frameLength), out.subarray(i, i + frameLength));
  return { out, clamp };
}

/** Telephone speech of all the shipped voices, one after another. */
function allVoices(): Int16Array {
  const clips = library.clips.map((clip) => library.samples(clip));
  const out = new Int16Array(clips.reduce((n, c) => n + c.length + 1600, 0));
  let at = 0;
  for (const clip of clips) {
    out.set(clip.map((s) => round(s * 0.6)), at);
    at += clip.length + 1600;
  }
  return out;
}

/** The index of the first sample that differs, or −1. */
const firstDifference = (a: Int16Array, b: Int16Array): number => (a.length !== b.length ? min(a.length, b.length) : a.findIndex((s, i) => s !== b[i]));

describe('DtmfGenerator', () => {
  it('sends each digit for exactly its time, with its gap', () => {
    const generator = new DtmfGenerator();
    expect(generator.send('12', 50, 50)).toBe(true);
    const out = new Int16Array(1600).fill(77);
    expect(generator.process(out)).toBe(1600);
    expect(levelDbm0(out, 400, 400)).toBe(-99);
    for (const hz of dtmfFrequencies('2')!) expect(dbm0OfPower(goertzelPower(out, hz, 8000, 800, 400))).toBeGreaterThan(-11);
    expect(generator.process(out)).toBe(0);
    expect(generator.active).toBe(false);
  });

  it('refuses what is no digit, and then sends nothing', () => {
    const generator = new DtmfGenerator();
    expect(generator.send('12x')).toBe(false);
    expect(generator.active).toBe(false);
  });
});

describe('DtmfDetector', () => {
  it.each([...DTMF_KEYS])('hears %s once, in frames of any length, with its length within 10 ms', (digit) => {
    for (const frameLength of [37, 80, 160, 240]) {
      const found = detected(withSilence(digitTone(digit, 100), 53), frameLength);
      expect(found.map((f) => f.digit)).toEqual([digit]);
      expect(abs(found[0]!.durationMs - 100)).toBeLessThanOrEqual(10);
      expect(abs(found[0]!.startMs - 53)).toBeLessThanOrEqual(10);
    }
  });

  it('hears 40 ms digits with 40 ms gaps at any alignment, from −33 to 0 dBm0', () => {
    for (const level of [-33, -20, -3]) {
      for (let shift = 0; shift < 40; shift += 7) {
        const out = new Int16Array(16 * 640 + 1600);
        [...DTMF_KEYS].forEach((digit, i) => out.set(digitTone(digit, 40, level, level), 400 + shift + i * 640));
        expect(detected(out).map((f) => f.digit).join('')).toBe(DTMF_KEYS);
      }
    }
  });

  it('does not take 20 ms for a digit', () => {
    for (const digit of DTMF_KEYS) expect(detected(withSilence(digitTone(digit, 20)))).toEqual([]);
  });

  it('keeps a digit with a break of 8 ms as one', () => {
    const tone = digitTone('5', 120);
    tone.fill(0, 480, 544);
    expect(detected(withSilence(tone)).map((f) => f.digit)).toEqual(['5']);
  });

  it('accepts 1.5 % off and refuses 3.5 % off, for each frequency', () => {
    for (const digit of DTMF_KEYS) {
      const [low, high] = dtmfFrequencies(digit)!;
      for (const sign of [-1, 1]) {
        expect(detected(withSilence(pair(low * (1 + sign * 0.015), high, 80))).map((f) => f.digit)).toEqual([digit]);
        expect(detected(withSilence(pair(low, high * (1 + sign * 0.015), 80))).map((f) => f.digit)).toEqual([digit]);
        expect(detected(withSilence(pair(low * (1 + sign * 0.035), high, 80)))).toEqual([]);
        expect(detected(withSilence(pair(low, high * (1 + sign * 0.035), 80)))).toEqual([]);
      }
    }
  });

  it('accepts a twist of 6 dB either way and refuses 14', () => {
    const by = (db: number): number => 5000 / 10 ** (db / 20);
    expect(detected(withSilence(pair(770, 1336, 80, 5000, by(6)))).length).toBe(1);
    expect(detected(withSilence(pair(770, 1336, 80, by(6), 5000))).length).toBe(1);
    expect(detected(withSilence(pair(770, 1336, 80, 5000, by(14))))).toEqual([]);
    expect(detected(withSilence(pair(770, 1336, 80, by(14), 5000)))).toEqual([]);
  });

  it('hears digits 15 dB above white noise', () => {
    const out = new Int16Array(100 * 800);
    let sent = '';
    for (let i = 0; i < 95; i++) {
      const digit = DTMF_KEYS[floor(random.next() * 16)]!;
      sent += digit;
      out.set(digitTone(digit, 50, -12, -12), 100 + i * 800);
    }
    // Total of the pair −9 dBm0: noise at −24.
    const scale = sqrt(3) * 32768 * 10 ** ((-24 - 3.14 - 3) / 20);
    const noisy = out.map((s) => saturate(s + (random.next() * 2 - 1) * scale));
    expect(detected(noisy).map((f) => f.digit).join('')).toBe(sent);
  });

  it('hears nothing in the speech of all the voices', () => {
    expect(detected(allVoices())).toEqual([]);
  });

  it('hears nothing in 20 seconds of music, nor in noise, nor in progress tones', () => {
    for (let i = 0; i < 2; i++) expect(detected(music(new SeededRandom(i), 10_000))).toEqual([]);
    const noise = Int16Array.from({ length: 80_000 }, () => round((random.next() - 0.5) * 20000));
    expect(detected(noise)).toEqual([]);
    for (const kind of ['busy', 'ringback', 'reorder', 'sit', 'fax-answer', 'dial'] as const) {
      expect(detected(new CalleeAudioSource(new SeededRandom(3), library).make(kind).samples)).toEqual([]);
    }
  });
});

describe('DtmfClamp', () => {
  const codecs = { ulaw: (s: number) => ulawToLinear[linearToUlaw[s & 0xffff]!]!, alaw: (s: number) => alawToLinear[linearToAlaw[s & 0xffff]!]! };

  it.each<[DtmfClampMode, 'ulaw' | 'alaw', 'speech' | 'music' | 'silence']>([
    ['mute', 'ulaw', 'silence'], ['silence', 'alaw', 'silence'], ['mute', 'ulaw', 'speech'], ['silence', 'alaw', 'music'], ['tone', 'ulaw', 'speech'], ['mute', 'alaw', 'music'],
  ])('%s, %s, between %s: nothing above −60 dBm0 is left of 150 digits of 50 ms', (mode, codec, around) => {
    const voices = allVoices();
    const tune = music(new SeededRandom(5), 8_000);
    const out = new Int16Array(150 * 800 + 1600);
    if (around !== 'silence') out.forEach((_, i) => (out[i] = around === 'speech' ? voices[i % voices.length]! : round(tune[i % tune.length]! * 0.6)));
    const sent: { at: number; digit: string }[] = [];
    for (let i = 0; i < 150; i++) {
      const digit = DTMF_KEYS[floor(random.next() * 16)]!;
      const at = i * 800 + floor(random.next() * 160);
      const level = -4 - random.next() * 18;
      out.set(digitTone(digit, 50, level, level + random.next() * 5 - 2), at);
      sent.push({ at, digit });
    }
    const { out: heard } = clamped(mode, out.map(codecs[codec]));
    let worst = -99;
    for (const { at, digit } of sent) for (const hz of dtmfFrequencies(digit)!) worst = max(worst, dbm0OfPower(goertzelPower(heard, hz, 8000, at + 320, 400)));
    expect(worst).toBeLessThan(-60);
    expect(detected(heard)).toEqual([]);
  });

  it.each([60, 300, 2500, 3500])('takes every digit out that %d Hz sound beside, with a fifth of the energy, whichever of its tones is the stronger', (hz) => {
    for (const [lowDbm0, highDbm0] of [[-13, -6], [-9, -9], [-6, -13]] as const) {
      for (const digit of DTMF_KEYS) {
        const tone = digitTone(digit, 60, lowDbm0, highDbm0);
        const beside = sqrt((energyOf(tone, 0, tone.length) / tone.length / 4) * 2);
        const mixed = withSilence(tone.map((s, i) => round(s + beside * sin((2 * PI * hz * i) / 8000))));
        expect([hz, digit, lowDbm0, clamped('mute', mixed).clamp.clamped]).toEqual([hz, digit, lowDbm0, 1]);
      }
    }
  });

  it('gives what it does not change as it is, without a copy', () => {
    const dimmer = new DigitDimmer('mute');
    const [frame, delayed, out] = [new Int16Array(160).fill(500), new Int16Array(160).fill(400), new Int16Array(160)];
    expect(dimmer.process(frame, delayed, out)).toBe(delayed);
    expect(new DigitDimmer('pass').process(frame, delayed, out)).toBe(frame);
  });

  it('passes speech and music as they came, 40 ms later', () => {
    const speech = allVoices();
    const { out, clamp } = clamped('mute', speech);
    expect(clamp.clamped).toBe(0);
    const whole = floor(speech.length / 160) * 160;
    expect(firstDifference(out.subarray(320, whole), speech.subarray(0, whole - 320))).toBe(-1);
  });

  it('never clamps in 20 seconds of music', () => {
    let false_ = 0;
    for (let i = 0; i < 2; i++) false_ += clamped('mute', music(new SeededRandom(100 + i), 10_000)).clamp.clamped;
    expect(false_).toBe(0);
  });

  it('lets the speech beside a digit through from 15 ms before to 25 ms after it', () => {
    const speech = Int16Array.from({ length: 8000 }, (_, i) => round(3000 * sin(i / 9) + 2500 * sin(i / 3.3) + 2000 * sin(i / 1.7) * sin(i / 500)));
    const mixed = speech.slice();
    mixed.set(digitTone('7', 100), 3000);
    const { out } = clamped('silence', mixed);
    expect(firstDifference(out.subarray(320, 320 + 3000 - 120), mixed.subarray(0, 2880))).toBe(-1);
    expect(firstDifference(out.subarray(320 + 3800 + 200, 7600), mixed.subarray(4000, 7280))).toBe(-1);
    expect(levelDbm0(out, 320 + 3000, 800)).toBeLessThan(-60);
  });

  it('does not click: no step at a clamp is greater than speech itself makes', () => {
    const low = Int16Array.from({ length: 16000 }, (_, i) => round(8000 * sin((2 * PI * 200 * i) / 8000)));
    low.set(digitTone('3', 100), 8000);
    const { out } = clamped('silence', low);
    let most = 0;
    for (let i = 321; i < 15000; i++) most = max(most, abs(out[i]! - out[i - 1]!));
    const own = 8000 * ((2 * PI * 200) / 8000);
    expect(most).toBeLessThan(own * 1.6);
  });

  it('fills a digit with the neutral tone in its mode, and with nothing like a digit', () => {
    const { out } = clamped('tone', withSilence(digitTone('9', 200), 200));
    expect(dbm0OfPower(goertzelPower(out, 425, 8000, 320 + 1600 + 80, 1400))).toBeGreaterThan(-34);
  });

  it('changes its mode while a call runs without a click, and has no lag in pass', () => {
    const clamp = new DtmfClamp('pass');
    const sine = Int16Array.from({ length: 16000 }, (_, i) => round(8000 * sin((2 * PI * 210 * i) / 8000)));
    const out = new Int16Array(16000);
    for (let i = 0; i < 16000; i += 160) {
      if (i === 3200) clamp.mode = 'mute';
      if (i === 9600) clamp.mode = 'pass';
      clamp.process(sine.subarray(i, i + 160), out.subarray(i, i + 160));
    }
    expect(firstDifference(out.subarray(0, 3200), sine.subarray(0, 3200))).toBe(-1);
    expect(firstDifference(out.subarray(12000), sine.subarray(12000))).toBe(-1);
    let most = 0;
    for (let i = 1; i < 16000; i++) most = max(most, abs(out[i]! - out[i - 1]!));
    expect(most).toBeLessThan(8000 * ((2 * PI * 210) / 8000) * 1.6);
  });
});
