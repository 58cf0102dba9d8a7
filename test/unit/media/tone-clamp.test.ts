/** Call-progress tones kept from a reader (CCXML `toneclamp`): nothing of them passes, not even their onset; speech does. */
import { VoiceLibrary } from '../../../sim/audio/voice-library.ts';
import type { ClampMode } from '../../../src/media/media.ts';
import { ToneGate } from '../../../src/media/embedded/tone-gate.ts';
import { align, peakLevelAt, speechLike } from '../../contract/media/signals.ts';
import { id, SimulatedMedia } from './simulated-engine.ts';

// Taken out once: in jest's contexts each look at a global goes a long way.
const { PI, min, sin } = Math;

const signals = [
  { name: 'ringback of Europe', hertz: [425] }, { name: 'ringback of North America', hertz: [440, 480] }, { name: 'busy of North America', hertz: [480, 620] },
  { name: 'ringback of Britain', hertz: [400, 450] }, { name: 'dial tone', hertz: [350, 440] }, { name: 'SIT', hertz: [950] }, { name: 'SIT, its second', hertz: [1400] },
] as const;

/** What the reader hears of bursts of 300 ms that begin `lead` samples into a frame, 200 ms apart, of `amplitude` per frequency. */
function heard(hertz: readonly number[], { lead, amplitude = 3000, inband = 'silence' as ClampMode, tones = 'mute' as ClampMode, before = 30 }: { lead: number; amplitude?: number; inband?: ClampMode; tones?: ClampMode; before?: number }): Int16Array {
  const media = new SimulatedMedia();
  const [a, b] = [media.phone('a'), media.phone('b')];
  a.say = () => (before === 0 ? undefined : new Int16Array(160));
  media.connect('a', 'b', { events: 'pass', inband, tones });
  media.run(before === 0 ? 10 : before);
  const begin = a.frame;
  a.say = (frame) => Int16Array.from({ length: 160 }, (_, i) => {
    const n = (frame - begin) * 160 + i - lead;
    const within = n % 4000;
    if (n < 0 || n >= 12_000 || within >= 2400) return 0;
    // Networks switch tones over some milliseconds.
    return min(1, within / 24, (2400 - within) / 24) * hertz.reduce((sum, hz) => sum + amplitude * sin((2 * PI * hz * n) / 8000), 0);
  });
  b.socket.sent.length = 0;
  media.run(100);
  return b.audio();
}

describe.each(signals)('$name', ({ hertz }) => {
  test('nothing of its bursts passes, wherever in a frame they begin, with digits clamped or not', () => {
    for (let lead = 0; lead < 160; lead += 13) {
      for (const inband of ['silence', 'pass'] as const) {
        const audio = heard(hertz, { lead, inband });
        for (const hz of hertz) expect({ lead, inband, hz, leaks: peakLevelAt(audio, hz) > -60 }).toEqual({ lead, inband, hz, leaks: false });
      }
    }
  });

  test('without the clamp it is heard', () => {
    const audio = heard(hertz, { lead: 50, tones: 'pass' });
    for (const hz of hertz) expect(peakLevelAt(audio, hz)).toBeGreaterThan(-25);
  });

  test('soft and loud ones alike', () => {
    for (const amplitude of [400, 1000, 8000]) for (const lead of [0, 37, 90, 150]) for (const hz of hertz) expect(peakLevelAt(heard(hertz, { lead, amplitude }), hz)).toBeLessThan(-60);
  });
});

test('a stream that begins with a tone is silent from its first frame', () => {
  for (const inband of ['silence', 'pass'] as const) expect(peakLevelAt(heard([425], { lead: 0, before: 0, inband }), 425)).toBeLessThan(-60);
});

test('a leg that is joined in the middle of a tone lets none of it through', () => {
  const media = new SimulatedMedia();
  const [a, b] = [media.phone('a'), media.phone('b')];
  a.say = (frame) => Int16Array.from({ length: 160 }, (_, i) => 4000 * sin((2 * PI * 425 * (frame * 160 + i)) / 8000));
  media.run(30);
  media.connect('a', 'b', { events: 'mute', inband: 'mute', tones: 'mute' });
  b.socket.sent.length = 0;
  media.run(50);
  expect(peakLevelAt(b.audio(), 425)).toBeLessThan(-60);
});

test('a short pure sound that no network signals with passes', () => {
  for (const hz of [700, 1240, 1900]) {
    const media = new SimulatedMedia();
    const [a, b] = [media.phone('a'), media.phone('b')];
    a.say = (frame) => (frame % 6 < 3 ? Int16Array.from({ length: 160 }, (_, i) => 4000 * sin((2 * PI * hz * (frame * 160 + i)) / 8000)) : new Int16Array(160));
    media.connect('a', 'b', { events: 'mute', inband: 'silence', tones: 'mute' });
    media.run(60);
    expect(peakLevelAt(b.audio(), hz)).toBeGreaterThan(-25);
  }
});

test('speech passes whole, 40 ms later', () => {
  const media = new SimulatedMedia();
  const [a, b] = [media.phone('a'), media.phone('b')];
  const speech = speechLike(6);
  a.say = (frame) => speech.slice(frame * 160, frame * 160 + 160);
  media.connect('a', 'b', { events: 'pass', inband: 'pass', tones: 'mute' });
  media.run(290);
  const { snr, offset } = align(b.audio(), speech.subarray(8000, 24_000));
  expect(snr).toBeGreaterThan(35);
  expect((offset - 8000) / 8).toBeLessThanOrEqual(80);
});

test('of the speech of all the voices less than one frame in a thousand is taken for a tone', () => {
  const library = new VoiceLibrary();
  const gate = new ToneGate();
  let frames = 0;
  let muted = 0;
  for (const clip of library.clips) {
    const samples = library.samples(clip);
    for (let at = 0; at + 160 <= samples.length; at += 160) {
      frames += 1;
      if (gate.process(samples.subarray(at, at + 160))) muted += 1;
    }
  }
  expect(frames).toBeGreaterThan(10_000);
  expect(muted / frames).toBeLessThan(0.001);
});

test('after a tone the reader hears again within 120 ms', () => {
  const media = new SimulatedMedia();
  const [a, b] = [media.phone('a'), media.phone('b')];
  media.connect('a', 'b', { events: 'pass', inband: 'silence', tones: 'mute' });
  media.run(20);
  const begin = a.frame;
  const speech = speechLike(2, 140);
  a.say = (frame) => {
    const n = (frame - begin) * 160;
    return Int16Array.from({ length: 160 }, (_, i) => (n < 8000 ? 4000 * sin((2 * PI * 425 * (n + i)) / 8000) : (speech[n - 8000 + i] ?? 0)));
  };
  b.socket.sent.length = 0;
  media.run(140);
  expect(align(b.audio(), speech.subarray(960, 9600)).snr).toBeGreaterThan(30);
  expect(media.all('endpoint.failed').filter(({ node }) => node === id('a'))).toEqual([]);
});
