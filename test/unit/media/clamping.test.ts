import { DtmfClamp } from '../../../src/audio/dtmf-clamp.ts';
import { align, dtmfSample, frequenciesOf, levelAt, speechLike } from '../../contract/media/signals.ts';
import { id, SimulatedMedia } from './simulated-engine.ts';
import { below, conference, count, keys, music, typed } from './typed-digits.ts';

// Taken out once: in jest's contexts each look at a global goes a long way.
const { PI, abs, floor, log10, max, min, sin } = Math;

test('1,000 digits in band at 50/50 ms: none above −60 dBm0 on the protected leg, all on the other', () => {
  const { media, customer, agent, monitor } = conference();
  const begin = customer.frame;
  const make = typed(() => 0);
  customer.say = (frame) => make(frame, begin);
  agent.socket.sent.length = 0;
  monitor.socket.sent.length = 0;
  media.run(count * 5 + 20);
  expect(media.digits('customer')).toBe(keys);
  expect(media.digits('conference')).toBe(keys);
  const heard = agent.audio();
  const open = monitor.audio();
  let loudest = -120;
  let quietest = 120;
  for (let digit = 0; digit < count; digit++) {
    for (const hz of frequenciesOf(keys[digit]!)) {
      for (let at = digit * 800; at < digit * 800 + 1200; at += 200) loudest = max(loudest, levelAt(heard, hz, at, 200));
      let best = -120;
      for (let at = digit * 800; at < digit * 800 + 800; at += 100) best = max(best, levelAt(open, hz, at, 200));
      quietest = min(quietest, best);
    }
  }
  expect(loudest).toBeLessThan(-60);
  expect(quietest).toBeGreaterThan(-20);
});

test.each(['speech', 'music'] as const)('1,000 events and 1,000 INFO digits with %s going on: none on the protected leg, all on the other', (what) => {
  const { media, customer, agent, monitor } = conference();
  const begin = customer.frame;
  const under = below(underneath[what](), 6);
  customer.say = (frame) => Int16Array.from({ length: 160 }, (_, i) => under(((frame - begin) * 160 + i) % (100 * 8000)));
  for (const key of keys) {
    customer.press(key);
    media.run(8);
  }
  for (const key of keys) {
    media.engine.command({ op: 'injectDigit', node: id('customer'), digit: key, durationMs: 60 });
    media.run(9);
  }
  media.run(20);
  expect(media.digits('customer')).toBe(keys + keys);
  expect(monitor.keysHeard()).toBe(keys + keys);
  expect(agent.keysHeard()).toBe('');
  expect(agent.audio().some((sample) => abs(sample) > 500)).toBe(true);
});

test('speech between digits reaches the protected leg at its own level, to half a decibel', () => {
  const { media, customer, agent } = conference();
  const begin = customer.frame;
  const speech = speechLike(60);
  // Each half second: a digit of 50 ms, silence of 50, and speech for the rest.
  const said = Int16Array.from(speech, (sample, n) => (n % 4000 < 400 ? dtmfSample(keys[floor(n / 4000)]!, n % 4000, 5000) : n % 4000 < 800 ? 0 : sample));
  customer.say = (frame) => {
    const out = new Int16Array(160);
    out.set(said.subarray((frame - begin) * 160, (frame - begin) * 160 + 160));
    return out;
  };
  agent.socket.sent.length = 0;
  media.run(3000);
  expect(media.digits('customer')).toBe(keys.slice(0, 120));
  const heard = agent.audio();
  const { offset } = align(heard.subarray(0, 8000), said.subarray(1200, 3600));
  const power = (samples: Int16Array, at: number): number => samples.subarray(at, at + 800).reduce((sum, sample) => sum + sample * sample, 1);
  let worst = 0;
  let windows = 0;
  for (let half = 0; half < 119; half++) {
    // From 50 ms after speech began again to 20 ms before the next digit, where the clamp begins to fade.
    for (let at = half * 4000 + 1200; at + 800 <= half * 4000 + 3840; at += 400) {
      if (power(said, at) < 800 * 100 ** 2) continue; // a pause between syllables
      worst = max(worst, abs(10 * log10(power(heard, at - 1200 + offset) / power(said, at))));
      windows += 1;
    }
  }
  expect(windows).toBeGreaterThan(200);
  expect(worst).toBeLessThan(0.5);
});

test('speech reaches the protected leg unchanged but for the delay of the look-back', () => {
  const { media, customer, agent } = conference();
  const speech = speechLike(4);
  const begin = customer.frame;
  customer.say = (frame) => {
    const out = new Int16Array(160);
    out.set(speech.subarray(max(0, (frame - begin) * 160), max(0, (frame - begin) * 160 + 160)));
    return out;
  };
  agent.socket.sent.length = 0;
  media.run(220);
  const { snr, offset } = align(agent.audio(), speech.subarray(8000, 24_000));
  expect(snr).toBeGreaterThan(35);
  // Jitter buffer at most 30 ms, look-back 40.
  expect((offset - 8000) / 8).toBeLessThanOrEqual(80);
});

test('what the protected agent says still reaches the customer while digits are typed', () => {
  const { media, customer, agent } = conference();
  const begin = customer.frame;
  const make = typed(() => 0);
  customer.say = (frame) => make(frame, begin);
  const speech = speechLike(2);
  agent.say = (frame) => {
    const out = new Int16Array(160);
    const n = (frame - begin) * 160;
    out.set(speech.subarray(max(0, n), max(0, n + 160)));
    return out;
  };
  customer.socket.sent.length = 0;
  media.run(110);
  expect(align(customer.audio(), speech.subarray(800, 12_000)).snr).toBeGreaterThan(30);
});

test('a key that is down when the clamp is set, or when the legs part, comes up at the other side', () => {
  for (const part of [false, true]) {
    const media = new SimulatedMedia();
    const [a, b] = [media.phone('a'), media.phone('b')];
    media.connect('a', 'b');
    media.run(5);
    a.press('1', 20);
    media.run(6);
    expect(b.keysHeard()).toBe('1');
    if (part) media.engine.command({ op: 'disconnect', from: id('a'), to: id('b') });
    else media.connect('a', 'b', { events: 'mute', inband: 'mute' });
    media.run(30);
    const last = b.socket.sent.filter((p) => (p[1]! & 0x7f) === 101).pop()!;
    expect(last[13]! & 0x80).toBe(0x80);
    expect(b.socket.sent[b.socket.sent.length - 1]![1]! & 0x7f).toBe(0);
  }
});

test('a stream that begins with a digit leaks nothing of it, and its beginning is heard at once', () => {
  for (const lead of [0, 1, 2, 3, 160, 170, 250, 330, 480]) {
    for (const joined of ['before', 'after one frame', 'after two frames'] as const) {
      const media = new SimulatedMedia();
      const [a, b] = [media.phone('a'), media.phone('b')];
      a.say = () => undefined;
      if (joined === 'before') media.connect('a', 'b', { events: 'mute', inband: 'mute' });
      media.run(10);
      const begin = a.frame;
      a.say = (frame) => Int16Array.from({ length: 160 }, (_, i) => {
        const n = (frame - begin) * 160 + i - lead;
        return n >= 0 && n < 640 ? dtmfSample('5', n, 5000) : 300 * sin((2 * PI * 300 * n) / 8000);
      });
      b.socket.sent.length = 0;
      // The jitter buffer lets the first frame out in the tick after next.
      if (joined !== 'before') {
        media.run(joined === 'after one frame' ? 3 : 4);
        media.connect('a', 'b', { events: 'mute', inband: 'mute' });
      }
      media.run(40);
      const heard = b.audio();
      for (const hz of frequenciesOf('5')) for (let at = 0; at + 200 <= heard.length; at += 20) expect(levelAt(heard, hz, at, 200)).toBeLessThan(-60);
      if (lead < 480 || joined !== 'before') continue;
      const first = heard.findIndex((s) => abs(s) > 100);
      expect(first / 8).toBeLessThan(60);
    }
  }
});

const underneath = {
  speech: () => speechLike(110),
  music: () => music(110, 5),
};

test.each(['speech', 'music'] as const)('1,000 digits in band with %s underneath: none above −60 dBm0 on the protected leg, all on the other', (what) => {
  const { media, customer, agent, monitor } = conference();
  const begin = customer.frame;
  // Its loudest parts are 12 dB below the digits.
  const make = typed(below(underneath[what](), 18));
  customer.say = (frame) => make(frame, begin);
  agent.socket.sent.length = 0;
  monitor.socket.sent.length = 0;
  media.run(count * 5 + 20);
  expect(media.digits('customer')).toBe(keys);
  const heard = agent.audio();
  const open = monitor.audio();
  // Where the digits lie: the monitor's copy is early by the look-back.
  const lag = 40 * 8;
  const start = align(open.subarray(0, 1600), Int16Array.from({ length: 400 }, (_, n) => dtmfSample(keys[0]!, n, 5000))).offset;
  let loudest = -120;
  for (let digit = 0; digit < count; digit++) {
    const at = start + lag + digit * 800;
    for (const hz of frequenciesOf(keys[digit]!)) for (const from of [0, 100, 200]) loudest = max(loudest, levelAt(heard, hz, at + from, 200));
  }
  expect(loudest).toBeLessThan(-60);
});

test('minutes of music: nothing is taken out of them', () => {
  const clamp = new DtmfClamp('mute');
  const minutes = Number(process.env['NAILUP_MUSIC_MINUTES'] ?? 3);
  const out = new Int16Array(160);
  for (let minute = 0; minute < minutes; minute++) {
    const samples = music(60, 100 + minute);
    for (let at = 0; at < samples.length; at += 160) clamp.process(samples.subarray(at, at + 160), out);
  }
  expect(clamp.clamped).toBeLessThanOrEqual(floor(minutes / 60));
});

test('in mode tone a soft neutral tone stands for the event, in mode silence the phone is hushed while its key is down', () => {
  for (const events of ['silence', 'tone'] as const) {
    const media = new SimulatedMedia();
    const [a, b] = [media.phone('a'), media.phone('b')];
    media.connect('a', 'b', { events, inband: 'pass' });
    media.run(20);
    b.socket.sent.length = 0;
    a.press('7', 20);
    media.run(30);
    expect(b.keysHeard()).toBe('');
    const level = levelAt(b.audio(), 425, 1600, 800);
    if (events === 'tone') expect(abs(level + 32)).toBeLessThan(1);
    else expect(level).toBeLessThan(-70);
    media.run(20);
    expect(levelAt(b.audio(), 425, b.audio().length - 800, 800)).toBeLessThan(-70);
  }
});
