import { align, speechLike } from '../../contract/media/signals.ts';
import { SimulatedMedia } from './simulated-engine.ts';

const speech = speechLike(10);
const sayFrom = (begin: number) => (frame: number): Int16Array => {
  const out = new Int16Array(160);
  const at = Math.max(0, (frame - begin) * 160);
  out.set(speech.subarray(at, at + 160));
  return out;
};

test('ten seconds of speech cross a bridge without one sample lost, at µ-law quality and within 40 ms', () => {
  const media = new SimulatedMedia();
  const [a, b] = [media.phone('a'), media.phone('b')];
  media.connect('a', 'b');
  media.connect('b', 'a');
  media.run(20);
  a.say = sayFrom(a.frame);
  b.socket.sent.length = 0;
  media.run(510);
  const { offset, snr } = align(b.audio(), speech.subarray(0, 79_000), 1);
  expect(snr).toBeGreaterThan(35);
  expect(offset / 8).toBeLessThanOrEqual(40);
});

test('3 % of the packets lost: the stream keeps its length, and what arrived is where it belongs', () => {
  const media = new SimulatedMedia();
  const [a, b] = [media.phone('a'), media.phone('b')];
  media.connect('a', 'b');
  media.run(20);
  a.say = sayFrom(a.frame);
  let seed = 3;
  a.lose = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32 < 0.03;
  b.socket.sent.length = 0;
  media.run(510);
  const audio = b.audio();
  const { offset } = align(audio, speech.subarray(0, 79_000));
  let good = 0;
  for (let at = 0; at + 160 <= 79_000; at += 160) {
    let error = 0;
    let energy = 1;
    for (let i = 0; i < 160; i++) {
      error += (audio[offset + at + i]! - speech[at + i]!) ** 2;
      energy += speech[at + i]! ** 2;
    }
    if (error <= energy * 0.01 + 160 * 16) good += 1;
  }
  // A lost frame spoils itself, and the blend into the next one.
  expect(good / Math.floor(79_000 / 160)).toBeGreaterThan(0.92);
});

test('an edge that opens and closes in the middle of a tone ramps within its frame', () => {
  const media = new SimulatedMedia();
  const [a, b] = [media.phone('a'), media.phone('b')];
  a.say = (frame) => Int16Array.from({ length: 160 }, (_, i) => 8000 * Math.sin((2 * Math.PI * 300 * (frame * 160 + i)) / 8000));
  media.run(20);
  for (let round = 0; round < 5; round++) {
    media.connect('a', 'b');
    media.run(7);
    media.engine.command({ op: 'disconnect', from: 'a' as never, to: 'b' as never });
    media.run(5);
  }
  const audio = b.audio();
  const step = 8000 * 2 * Math.sin((Math.PI * 300) / 8000);
  for (let i = 1; i < audio.length; i++) expect(Math.abs(audio[i]! - audio[i - 1]!)).toBeLessThan(step * 1.35);
});

test('a clamp that begins and ends in the middle of a tone makes no step', () => {
  const media = new SimulatedMedia();
  const [a, b] = [media.phone('a'), media.phone('b')];
  a.say = (frame) => Int16Array.from({ length: 160 }, (_, i) => 6000 * Math.sin((2 * Math.PI * 440 * (frame * 160 + i)) / 8000));
  media.connect('a', 'b');
  media.run(20);
  for (const inband of ['silence', 'pass', 'mute', 'silence', 'tone', 'pass', 'mute'] as const) {
    media.connect('a', 'b', { events: 'pass', inband });
    media.run(13);
  }
  const audio = b.audio();
  const step = 6000 * 2 * Math.sin((Math.PI * 440) / 8000);
  for (let i = 1; i < audio.length; i++) expect(Math.abs(audio[i]! - audio[i - 1]!)).toBeLessThan(step * 1.35);
});
