import { music } from '../../../sim/audio/music.ts';
import { VoiceLibrary } from '../../../sim/audio/voice-library.ts';
import { DtmfClamp } from '../../../src/audio/dtmf-clamp.ts';
import { DtmfDetector } from '../../../src/audio/dtmf-detector.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { speechLike } from '../../contract/media/signals.ts';

// Taken out once: in jest's contexts each look at a global goes a long way, and this is done millions of times.
const { floor } = Math;

const framesOfAnHour = 180_000;

/** So much louder, and played so much faster: tempo and pitch change alike. */
function played(samples: Int16Array, gain: number, speed: number): Int16Array {
  const out = new Int16Array(floor((samples.length - 1) / speed));
  for (let i = 0; i < out.length; i++) {
    const at = i * speed;
    const n = floor(at);
    const left = samples[n]!;
    out[i] = gain * (left + (samples[n + 1]! - left) * (at - n));
  }
  return out;
}

/** What phones bring that is no digit: two thirds music, then the shipped voices and speech-like sound, ever of another loudness and speed. Never ends. */
function* sounds(): Generator<Int16Array> {
  const voices = new VoiceLibrary();
  const random = new SeededRandom(9);
  const levels = [1, 0.7, 0.5, 0.25, 0.1];
  const varied = (samples: Int16Array, times: number): Int16Array[] => Array.from({ length: times }, () => played(samples, levels[floor(random.next() * levels.length)]!, 0.85 + random.next() * 0.35));
  for (let piece = 0; ; piece++) {
    // Made once and heard at four speeds: to make it is what takes the time.
    yield* varied(music(new SeededRandom(1000 + piece), 30_000), 4);
    for (let n = 0; n < 12; n++) {
      const clip = voices.clips[floor(random.next() * voices.clips.length)]!;
      yield* varied(voices.samples(clip), 1);
    }
    yield* varied(speechLike(8, 90 + (piece % 10) * 16), 1);
  }
}

test('an hour of music and speech: at most one mute, and no digit is told', () => {
  const clamp = new DtmfClamp('mute');
  const told: string[] = [];
  const mutes: string[] = [];
  const detector = new DtmfDetector((digit, startMs) => void told.push(`${digit} at ${startMs} ms`));
  const out = new Int16Array(160);
  let loud = 0;
  let frames = 0;
  const all = sounds();
  while (frames < framesOfAnHour) {
    const piece = all.next().value as Int16Array;
    for (let at = 0; at + 160 <= piece.length && frames < framesOfAnHour; at += 160, frames++) {
      const frame = piece.subarray(at, at + 160);
      const before = clamp.clamped;
      clamp.process(frame, out);
      detector.process(frame);
      if (clamp.clamped > before) mutes.push(`${clamp.digit} at ${frames * 20} ms`);
      if (frame.some((sample) => sample > 500)) loud += 1;
    }
  }
  detector.flush();
  expect(told).toEqual([]);
  expect(mutes.length).toBeLessThanOrEqual(1);
  // It was not an hour of silence.
  expect(loud).toBeGreaterThan(framesOfAnHour * 0.7);
}, 150_000);
