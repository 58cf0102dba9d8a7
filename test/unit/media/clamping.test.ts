import { dtmfSample, frequenciesOf, levelAt, speechLike, align } from '../../contract/media/signals.ts';
import { id, SimulatedMedia, type SimulatedPhone } from './simulated-engine.ts';

const pad = '0123456789*#ABCD';
const count = 1000;
const keys = (() => {
  let seed = 42;
  let text = '';
  for (let i = 0; i < count; i++) text += pad[(seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 28];
  return text;
})();

/** Customer, agent and monitor in a conference; the agent's leg is protected. */
function conference(): { media: SimulatedMedia; customer: SimulatedPhone; agent: SimulatedPhone; monitor: SimulatedPhone } {
  const media = new SimulatedMedia();
  media.engine.command({ op: 'openConference', node: id('conference') });
  const [customer, agent, monitor] = [media.phone('customer'), media.phone('agent'), media.phone('monitor')];
  for (const name of ['customer', 'agent', 'monitor']) media.connect(name, 'conference');
  media.connect('conference', 'customer');
  media.connect('conference', 'agent', { events: 'mute', inband: 'mute' });
  media.connect('conference', 'monitor');
  media.run(50);
  return { media, customer, agent, monitor };
}

/** Digits at 50/50 ms from sample 8000 on, with something underneath. */
const typed = (under: (sample: number) => number) => (frame: number, begin: number): Int16Array => Int16Array.from({ length: 160 }, (_, i) => {
  const n = (frame - begin) * 160 + i;
  const within = n % 800;
  const key = keys[Math.floor(n / 800)];
  return (key !== undefined && n >= 0 && within < 400 ? dtmfSample(key, within, 5000) : 0) + under(n);
});

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
      for (let at = digit * 800; at < digit * 800 + 1200; at += 200) loudest = Math.max(loudest, levelAt(heard, hz, at, 200));
      let best = -120;
      for (let at = digit * 800; at < digit * 800 + 800; at += 100) best = Math.max(best, levelAt(open, hz, at, 200));
      quietest = Math.min(quietest, best);
    }
  }
  expect(loudest).toBeLessThan(-60);
  expect(quietest).toBeGreaterThan(-20);
});

test('1,000 events and 1,000 INFO digits: none on the protected leg, all on the other', () => {
  const { media, customer, agent, monitor } = conference();
  for (const key of keys) {
    customer.press(key);
    media.run(8);
  }
  media.run(20);
  expect(media.digits('customer')).toBe(keys);
  expect(monitor.keysHeard()).toBe(keys);
  expect(agent.keysHeard()).toBe('');
  for (const key of keys) {
    media.engine.command({ op: 'injectDigit', node: id('customer'), digit: key, durationMs: 60 });
    media.run(9);
  }
  media.run(20);
  expect(monitor.keysHeard()).toBe(keys + keys);
  expect(agent.keysHeard()).toBe('');
});

test('speech reaches the protected leg unchanged but for the delay of the look-back', () => {
  const { media, customer, agent } = conference();
  const speech = speechLike(4);
  const begin = customer.frame;
  customer.say = (frame) => {
    const out = new Int16Array(160);
    out.set(speech.subarray(Math.max(0, (frame - begin) * 160), Math.max(0, (frame - begin) * 160 + 160)));
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
    out.set(speech.subarray(Math.max(0, n), Math.max(0, n + 160)));
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
