import { align, levelAt, speechLike } from '../../contract/media/signals.ts';
import { id, SimulatedMedia, type SimulatedPhone } from './simulated-engine.ts';

// Taken out once: in jest's contexts each look at a global goes a long way.
const { PI, abs, floor, imul, max, sin } = Math;

const speech = speechLike(10);
const sayFrom = (begin: number) => (frame: number): Int16Array => {
  const out = new Int16Array(160);
  const at = max(0, (frame - begin) * 160);
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
  a.lose = () => (seed = (imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32 < 0.03;
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
  expect(good / floor(79_000 / 160)).toBeGreaterThan(0.92);
});

test('an edge that opens and closes in the middle of a tone ramps within its frame', () => {
  const media = new SimulatedMedia();
  const [a, b] = [media.phone('a'), media.phone('b')];
  a.say = (frame) => Int16Array.from({ length: 160 }, (_, i) => 8000 * sin((2 * PI * 300 * (frame * 160 + i)) / 8000));
  media.run(20);
  for (let round = 0; round < 5; round++) {
    media.connect('a', 'b');
    media.run(7);
    media.engine.command({ op: 'disconnect', from: 'a' as never, to: 'b' as never });
    media.run(5);
  }
  const audio = b.audio();
  const step = 8000 * 2 * sin((PI * 300) / 8000);
  for (let i = 1; i < audio.length; i++) expect(abs(audio[i]! - audio[i - 1]!)).toBeLessThan(step * 1.35);
});

test('a clamp that begins and ends in the middle of a tone makes no step', () => {
  const media = new SimulatedMedia();
  const [a, b] = [media.phone('a'), media.phone('b')];
  a.say = (frame) => Int16Array.from({ length: 160 }, (_, i) => 6000 * sin((2 * PI * 440 * (frame * 160 + i)) / 8000));
  media.connect('a', 'b');
  media.run(20);
  for (const inband of ['silence', 'pass', 'mute', 'silence', 'tone', 'pass', 'mute'] as const) {
    media.connect('a', 'b', { events: 'pass', inband });
    media.run(13);
  }
  const audio = b.audio();
  const step = 6000 * 2 * sin((PI * 440) / 8000);
  for (let i = 1; i < audio.length; i++) expect(abs(audio[i]! - audio[i - 1]!)).toBeLessThan(step * 1.35);
});

const tone = (hz: number) => (frame: number): Int16Array => Int16Array.from({ length: 160 }, (_, i) => 5000 * sin((2 * PI * hz * (frame * 160 + i)) / 8000));

test('monitor, whisper and barge: each hears exactly whom its edges bring', () => {
  const media = new SimulatedMedia();
  media.engine.command({ op: 'openConference', node: id('conference') });
  const phones = { customer: media.phone('customer'), agent: media.phone('agent'), supervisor: media.phone('supervisor') };
  const voices = { customer: 300, agent: 500, supervisor: 1900 };
  for (const name of ['customer', 'agent', 'supervisor'] as const) phones[name].say = tone(voices[name]);
  for (const name of ['customer', 'agent']) {
    media.connect(name, 'conference');
    media.connect('conference', name);
  }
  const heardBy = (name: keyof typeof phones): string => {
    phones[name].socket.sent.length = 0;
    media.run(40);
    const audio = phones[name].audio();
    return (Object.keys(voices) as (keyof typeof voices)[]).filter((voice) => levelAt(audio, voices[voice], 1600, 3200) > -30).join(' ');
  };
  media.connect('conference', 'supervisor'); // listens only
  media.run(20);
  expect(heardBy('supervisor')).toBe('customer agent');
  expect(heardBy('agent')).toBe('customer');
  media.connect('supervisor', 'agent'); // whispers
  media.run(5);
  expect(heardBy('agent')).toBe('customer supervisor');
  expect(heardBy('customer')).toBe('agent');
  media.engine.command({ op: 'disconnect', from: id('supervisor'), to: id('agent') });
  media.connect('supervisor', 'conference'); // barges in
  media.run(5);
  expect(heardBy('customer')).toBe('agent supervisor');
  expect(heardBy('agent')).toBe('customer supervisor');
  expect(heardBy('supervisor')).toBe('customer agent');
});

test('an entry tone played on a conference reaches every member and ends', () => {
  const media = new SimulatedMedia();
  media.engine.command({ op: 'openConference', node: id('conference') });
  const phones = ['a', 'b', 'c'].map((name) => media.phone(name));
  for (const name of ['a', 'b', 'c']) media.connect('conference', name);
  media.run(10);
  for (const phone of phones) phone.socket.sent.length = 0;
  media.engine.command({ op: 'play', command: { play: 'entry', node: id('conference'), items: [{ kind: 'tone', tone: 'entry' }] } });
  media.run(100);
  expect(media.all('play.done')).toMatchObject([{ play: 'entry', how: 'finished' }]);
  for (const phone of phones) {
    const audio = phone.audio();
    expect(max(...audio)).toBeGreaterThan(500);
    expect(max(...audio.subarray(audio.length - 1600))).toBeLessThan(50);
  }
});

test('a key ends a prompt with barge-in within 60 ms of its first packet', () => {
  const media = new SimulatedMedia();
  const phone = media.phone('a');
  media.run(10);
  media.engine.command({ op: 'play', command: { play: 'p', node: id('a'), bargeIn: true, items: [{ kind: 'tone', tone: 'dial' }] } });
  media.run(30);
  phone.socket.sent.length = 0;
  phone.press('1');
  media.run(20);
  expect(media.all('play.done')).toMatchObject([{ play: 'p', how: 'barged' }]);
  const audio = phone.audio();
  const last = audio.findLastIndex((s) => abs(s) > 50);
  expect(last / 8).toBeLessThan(60);
});

test('a leg that is over tells what it received, what was lost of it, and how it sounded', () => {
  const media = new SimulatedMedia();
  const [a] = [media.phone('a'), media.phone('b')];
  media.connect('a', 'b');
  a.lose = (n) => n % 10 === 0;
  media.run(200);
  for (const name of ['a', 'b']) media.engine.command({ op: 'close', node: id(name) });
  const [bad, good] = media.all('node.closed').map((event) => event.leg);
  expect(bad).toMatchObject({ node: 'a', codec: 'PCMU' });
  expect(bad!.packetsLost).toBeGreaterThanOrEqual(19);
  expect(good).toMatchObject({ node: 'b', packetsLost: 0 });
  // ITU-T G.107 and G.113: G.711 with a tenth of its packets lost, against none.
  expect(good!.mos).toBeGreaterThan(4.2);
  expect(bad!.mos).toBeGreaterThan(2.8);
  expect(bad!.mos).toBeLessThan(3.6);
});

test('a far end that chose our SSRC makes us take another one, once, and the stream goes on', () => {
  const media = new SimulatedMedia();
  const [a, b] = [media.phone('a'), media.phone('b')];
  for (const [from, to] of [['a', 'b'], ['b', 'a']] as const) media.connect(from, to);
  media.run(10);
  const view = (packet: Uint8Array): DataView => new DataView(packet.buffer);
  const ours = view(a.socket.sent.at(-1)!).getUint32(8);
  a.ssrc = ours;
  a.say = tone(500);
  b.socket.sent.length = 0;
  media.run(60);
  const after = a.socket.sent.slice(10).map((packet) => view(packet));
  const names = [...new Set(after.map((packet) => packet.getUint32(8)))];
  expect(names.at(-1)).not.toBe(ours);
  expect(names.length).toBeLessThanOrEqual(2);
  for (let i = 1; i < after.length; i++) expect((after[i]!.getUint16(2) - after[i - 1]!.getUint16(2)) & 0xffff).toBe(1);
  expect(levelAt(b.audio().subarray(2400), 500)).toBeGreaterThan(-20);
  // It sends back what it hears: no further change.
  a.ssrc = names.at(-1)!;
  media.run(60);
  expect(view(a.socket.sent.at(-1)!).getUint32(8)).toBe(names.at(-1));
});

describe('two phones whose packets are only forwarded', () => {
  const forwarded = (): { media: SimulatedMedia; a: SimulatedPhone; b: SimulatedPhone } => {
    const media = new SimulatedMedia();
    const [a, b] = [media.phone('a', { listen: false }), media.phone('b', { listen: false })];
    media.connect('a', 'b');
    media.connect('b', 'a');
    a.say = sayFrom(a.frame + 20);
    media.run(20);
    return { media, a, b };
  };

  test('each packet goes on as it came, in the tick in which it came', () => {
    const { media, a, b } = forwarded();
    const came: string[] = [];
    a.network = (packet) => {
      came.push(Buffer.from(packet.subarray(12)).toString('hex'));
      return [packet];
    };
    b.socket.sent.length = 0;
    for (let i = 0; i < 23; i++) {
      media.run(1);
      expect(b.socket.sent.map((packet) => Buffer.from(packet.subarray(12)).toString('hex'))).toEqual(came);
    }
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])('digits of ours reach the one phone at once, %i ticks after it was last looked after, and forwarding goes on after them', (ticks) => {
    const { media, b } = forwarded();
    media.run(ticks);
    b.socket.sent.length = 0;
    media.engine.command({ op: 'sendDigits', node: id('b'), digits: '7', durationMs: 100, gapMs: 40 });
    media.run(1);
    expect(b.keysHeard()).toBe('7');
    media.run(30);
    expect(b.keysHeard()).toBe('7');
    b.socket.sent.length = 0;
    media.run(10);
    expect(b.socket.sent).toHaveLength(10);
    expect(b.keysHeard()).toBe('');
  });

  test('a key whose end was lost comes up by itself', () => {
    const { media, a } = forwarded();
    a.press('5', 6);
    a.lose = (n) => n > a.sequence - 1 && a.events.length < 4;
    media.run(2);
    a.lose = () => true;
    media.run(20);
    expect(media.digits('a')).toBe('5');
  });

  test('a phone that goes away leaves the other one silent, and nothing of it is sent any more', () => {
    const { media, b } = forwarded();
    media.engine.command({ op: 'disconnect', from: id('a'), to: id('b') });
    media.run(3);
    b.socket.sent.length = 0;
    media.run(5);
    expect([...b.audio()]).toEqual(new Array(800).fill(0));
  });
});
