/** What arrives of a sweep and of speech through a bridge, a mix and a change of codec: quality, samples, delay, clicks. */
import { VoiceLibrary } from '../../../sim/audio/voice-library.ts';
import { align, speechLike } from '../../contract/media/signals.ts';
import { speechQuality } from '../../contract/media/speech-quality.ts';
import { id, SimulatedMedia, type SimulatedPhone } from './simulated-engine.ts';

// Taken out once: in jest's contexts each look at a global goes a long way.
const { PI, abs, exp, imul, log, log10, max, sin } = Math;

/** 200 to 3,400 Hz in so many seconds, at −10 dBm0. */
function sweep(seconds: number): Int16Array {
  const octaves = log(3400 / 200);
  return Int16Array.from({ length: seconds * 8000 }, (_, n) => 7200 * sin((2 * PI * 200 * seconds * (exp((octaves * n) / (seconds * 8000)) - 1)) / octaves));
}

const signals = { sweep: sweep(6), speech: speechLike(6) };
const law = { PCMU: 'ulaw', PCMA: 'alaw' } as const;
const sdpOf = (codec: 'PCMU' | 'PCMA'): string => `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP ${codec === 'PCMU' ? 0 : 8}\r\n`;
const open = (media: SimulatedMedia, name: string, codec: 'PCMU' | 'PCMA' = 'PCMU'): SimulatedPhone => media.phone(name, { codecs: [codec], remoteSdp: sdpOf(codec) }, law[codec]);

type Way = 'bridge' | 'transcode' | 'mix';

/** Two phones joined that way, the second one silent; in a mix a third party is there and says nothing. */
function joined(way: Way): { media: SimulatedMedia; speaker: SimulatedPhone; hearer: SimulatedPhone } {
  const media = new SimulatedMedia();
  const speaker = open(media, 'speaker');
  const hearer = open(media, 'hearer', way === 'transcode' ? 'PCMA' : 'PCMU');
  if (way !== 'mix') {
    media.connect('speaker', 'hearer');
    media.connect('hearer', 'speaker');
  } else {
    media.engine.command({ op: 'openConference', node: id('conference') });
    open(media, 'third');
    for (const name of ['speaker', 'hearer', 'third']) {
      media.connect(name, 'conference');
      media.connect('conference', name);
    }
  }
  media.run(30);
  return { media, speaker, hearer };
}

const say = (samples: Int16Array, begin: number) => (frame: number): Int16Array => {
  const out = new Int16Array(160);
  out.set(samples.subarray(max(0, (frame - begin) * 160), max(0, (frame - begin) * 160 + 160)));
  return out;
};

// Two companding steps where the codecs differ: 3 dB less than one.
test.each([
  ['bridge', 'sweep', 35, 40], ['bridge', 'speech', 35, 40], ['mix', 'sweep', 35, 60], ['mix', 'speech', 35, 60], ['transcode', 'sweep', 32, 40], ['transcode', 'speech', 32, 40],
] as const)('%s, %s: at least %i dB over the noise, no sample lost, at most %i ms later', (way, what, leastSnr, mostDelayMs) => {
  const { media, speaker, hearer } = joined(way);
  const said = signals[what];
  speaker.say = say(said, speaker.frame);
  hearer.socket.sent.length = 0;
  media.run(said.length / 160 + 10);
  const heard = hearer.audio();
  const { offset } = align(heard.subarray(0, 8000), said.subarray(800, 4000));
  const lag = offset - 800;
  let signal = 0;
  let noise = 0;
  // Sample for sample to the end: one that were lost or doubled would put all that follows out of step.
  for (let n = 0; n < said.length; n++) {
    signal += said[n]! ** 2;
    noise += (heard[n + lag]! - said[n]!) ** 2;
  }
  expect(10 * log10(signal / noise)).toBeGreaterThan(leastSnr);
  expect(lag / 8).toBeLessThanOrEqual(mostDelayMs);
  expect(lag).toBeGreaterThanOrEqual(0);
});

/** All voices that are shipped, one after another: 20 seconds of real speech. */
const spoken = (() => {
  const library = new VoiceLibrary();
  const out = new Int16Array(20 * 8000);
  let at = 0;
  for (const clip of library.clips) {
    const samples = library.samples(clip).subarray(0, out.length - at);
    out.set(samples, at);
    at += samples.length;
  }
  return out;
})();

test.each([
  { way: 'bridge', loss: 0, snr: 30, distance: 0.5 }, { way: 'mix', loss: 0, snr: 30, distance: 0.5 }, { way: 'transcode', loss: 0, snr: 27, distance: 0.8 },
  { way: 'bridge', loss: 0.03, snr: 27, distance: 1.2 },
] as const)('real speech through a $way with $loss of its packets lost is as near to what was said as its codec allows', ({ way, loss, snr, distance }) => {
  const { media, speaker, hearer } = joined(way);
  speaker.say = say(spoken, speaker.frame);
  let seed = 5;
  speaker.lose = () => (seed = (imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32 < loss;
  hearer.socket.sent.length = 0;
  media.run(spoken.length / 160 + 10);
  const heard = hearer.audio();
  const lag = align(heard.subarray(0, 16_000), spoken.subarray(800, 8000)).offset - 800;
  const quality = speechQuality(spoken, heard.subarray(lag, lag + spoken.length));
  expect(quality.segmentalSnr).toBeGreaterThan(snr);
  expect(quality.spectralDistance).toBeLessThan(distance);
});

test('3 % of the packets lost: speech keeps its level, and no gap of silence is longer than a frame', () => {
  const { media, speaker, hearer } = joined('bridge');
  const said = Int16Array.from({ length: 8000 * 20 }, (_, n) => 4000 * sin((2 * PI * 150 * n) / 8000) + 2500 * sin((2 * PI * 450 * n) / 8000));
  speaker.say = say(said, speaker.frame);
  let seed = 11;
  let lost = 0;
  speaker.lose = () => {
    const loses = (seed = (imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32 < 0.03;
    if (loses) lost += 1;
    return loses;
  };
  hearer.socket.sent.length = 0;
  media.run(900);
  expect(lost).toBeGreaterThan(15);
  const heard = hearer.audio().subarray(800, 140_000);
  let quiet = 0;
  let longest = 0;
  for (let at = 0; at + 40 <= heard.length; at += 40) {
    const power = heard.subarray(at, at + 40).reduce((sum, sample) => sum + sample * sample, 0) / 40;
    quiet = power < 300 ** 2 ? quiet + 5 : 0;
    longest = max(longest, quiet);
  }
  expect(longest).toBeLessThanOrEqual(20);
  // No step larger than twice what the signal itself makes.
  const step = 2 * PI * (4000 * 150 + 2500 * 450) / 8000;
  let largest = 0;
  for (let i = 1; i < heard.length; i++) largest = max(largest, abs(heard[i]! - heard[i - 1]!));
  expect(largest).toBeLessThan(step * 2);
});

test('holding and taking back in the middle of a tone makes no click', () => {
  const { media, speaker, hearer } = joined('bridge');
  speaker.say = (frame) => Int16Array.from({ length: 160 }, (_, i) => 8000 * sin((2 * PI * 300 * (frame * 160 + i)) / 8000));
  media.run(20);
  hearer.socket.sent.length = 0;
  for (let round = 0; round < 5; round++) {
    // What a hold does to a bridge: the edge goes, and music takes its place; then the edge comes back.
    media.engine.command({ op: 'disconnect', from: id('speaker'), to: id('hearer') });
    media.engine.command({ op: 'play', command: { play: `hold${round}`, node: id('hearer'), loop: true, items: [{ kind: 'tone', tone: 'dial' }] } });
    media.run(20);
    media.engine.command({ op: 'stopPlay', node: id('hearer'), play: `hold${round}` });
    media.connect('speaker', 'hearer');
    media.run(20);
  }
  const audio = hearer.audio();
  const step = 8000 * 2 * sin((PI * 300) / 8000) + 4500 * 2 * sin((PI * 440) / 8000) * 2;
  let largest = 0;
  for (let i = 1; i < audio.length; i++) largest = max(largest, abs(audio[i]! - audio[i - 1]!));
  expect(largest).toBeLessThan(step);
  expect(media.all('play.done').filter(({ how }) => how === 'stopped')).toHaveLength(5);
});
