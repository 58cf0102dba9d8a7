/** What a conference does beyond mixing: width of band, play to a room, gain, seats and the edges that whisper and barge. */
import { levelAt, peakLevelAt } from '../../contract/media/signals.ts';
import { id, SimulatedMedia, type SimulatedPhone } from './simulated-engine.ts';

const { PI, abs, cos, hypot, log10, max, sin } = Math;
const narrow = (hz: number, amplitude = 3000) => (frame: number): Int16Array => Int16Array.from({ length: 160 }, (_, i) => amplitude * sin((2 * PI * hz * (frame * 160 + i)) / 8000));
const wide = (hz: number, amplitude = 3000) => (frame: number): Int16Array => Int16Array.from({ length: 320 }, (_, i) => amplitude * sin((2 * PI * hz * (frame * 320 + i)) / 16_000));
const l16 = { remoteSdp: 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 96\r\na=rtpmap:96 L16/16000\r\n', codecs: ['L16/16000'] };

/** dBm0 at a frequency of 16 kHz audio. */
function wideLevelAt(samples: Int16Array, hz: number): number {
  let re = 0;
  let im = 0;
  for (const [i, s] of samples.entries()) {
    re += s * cos((2 * PI * hz * i) / 16_000);
    im += s * sin((2 * PI * hz * i) / 16_000);
  }
  return 20 * log10(max((2 * hypot(re, im)) / samples.length, 1e-3) / 32_768) + 3.14;
}

function room(names: readonly string[], open: Parameters<SimulatedMedia['phone']>[1] = {}, codec: 'ulaw' | 'l16' = 'ulaw'): { media: SimulatedMedia; phones: Record<string, SimulatedPhone> } {
  const media = new SimulatedMedia();
  media.engine.command({ op: 'openConference', node: id('room') });
  const phones: Record<string, SimulatedPhone> = {};
  for (const name of names) {
    phones[name] = media.phone(name, open, codec);
    media.connect(name, 'room');
    media.connect('room', name);
  }
  return { media, phones };
}
/** What that phone hears in the next second. */
function heard(media: SimulatedMedia, phone: SimulatedPhone): Int16Array {
  media.run(10);
  phone.socket.sent.length = 0;
  media.run(50);
  return phone.audio();
}

test('three wide-band parties hear one another above 4 kHz, and not themselves', () => {
  const { media, phones } = room(['a', 'b', 'c'], l16, 'l16');
  const voices: Record<string, number> = { a: 5000, b: 5900, c: 6700 };
  for (const [name, hz] of Object.entries(voices)) phones[name]!.say = wide(hz);
  for (const name of Object.keys(voices)) {
    const audio = heard(media, phones[name]!);
    for (const [voice, hz] of Object.entries(voices)) {
      if (voice === name) expect(wideLevelAt(audio, hz)).toBeLessThan(-60);
      else expect(abs(wideLevelAt(audio, hz) - wideLevelAt(wide(hz)(0), hz))).toBeLessThan(0.5);
    }
  }
});

test('a narrow-band party in a wide-band room costs the others nothing of their band', () => {
  const { media, phones } = room(['a', 'b'], l16, 'l16');
  const c = media.phone('c');
  media.connect('c', 'room');
  media.connect('room', 'c');
  phones['a']!.say = (frame) => wide(5000)(frame).map((s, i) => s + wide(700)(frame)[i]!);
  c.say = narrow(1500);
  const audio = heard(media, phones['b']!);
  for (const hz of [700, 1500, 5000]) expect(wideLevelAt(audio, hz)).toBeGreaterThan(-20);
  const narrowly = heard(media, c);
  expect(levelAt(narrowly, 700)).toBeGreaterThan(-20);
  // 5 kHz must not come back as 3 kHz.
  expect(levelAt(narrowly, 3000)).toBeLessThan(-60);
});

test('hold music played to a room loops without a gap beside its parties, until it is stopped', () => {
  const { media, phones } = room(['a', 'b']);
  phones['a']!.say = narrow(1500);
  // A second of 400 Hz, whose end meets its beginning.
  const samples = Int16Array.from({ length: 8000 }, (_, n) => 3000 * sin((2 * PI * 400 * n) / 8000));
  media.engine.command({ op: 'play', command: { play: 'music', node: id('room'), loop: true, items: [{ kind: 'pcm', sampleRate: 8000, samples }] } });
  media.run(20);
  phones['b']!.socket.sent.length = 0;
  media.run(150);
  const audio = phones['b']!.audio();
  for (let at = 0; at + 200 <= audio.length; at += 200) expect(abs(levelAt(audio, 400, at, 200) - levelAt(audio, 400, 0, 200))).toBeLessThan(0.5);
  expect(levelAt(audio, 1500, 0, 8000)).toBeGreaterThan(-20);
  media.engine.command({ op: 'stopPlay', node: id('room'), play: 'music' });
  expect(levelAt(heard(media, phones['b']!), 400)).toBeLessThan(-60);
  expect(media.all('play.done')).toMatchObject([{ play: 'music', how: 'stopped' }]);
});

test('automatic gain on an edge brings a quiet and a loud party to one level for its reader alone', () => {
  const { media, phones } = room(['loud', 'quiet', 'reader', 'other']);
  for (const name of ['loud', 'quiet']) media.engine.command({ op: 'connect', edge: { from: id(name), to: id('room'), autoGain: true } });
  // Syllables: what is steady is background, which no automatic gain follows.
  const spoken = (hz: number, amplitude: number) => (frame: number): Int16Array => narrow(hz, amplitude * (frame % 25 < 15 ? 1 : 0.02))(frame);
  phones['loud']!.say = spoken(600, 14_000);
  phones['quiet']!.say = spoken(1500, 1300);
  media.run(400);
  const audio = heard(media, phones['reader']!);
  const before = 20 * log10(14_000 / 1300);
  const after = levelAt(audio, 600) - levelAt(audio, 1500);
  expect(before).toBeGreaterThan(20);
  expect(abs(after)).toBeLessThan(6);
  expect(phones['reader']!.audio().every((s) => abs(s) < 32_000)).toBe(true);
});

test('a whisper reaches the agent in the room alone, and a supervisor who barges in hears all but himself', () => {
  const { media, phones } = room(['customer', 'agent', 'colleague']);
  const supervisor = media.phone('supervisor');
  const voices = { customer: 400, agent: 700, colleague: 1100, supervisor: 1900 };
  const everybody = { ...phones, supervisor } as Record<keyof typeof voices, SimulatedPhone>;
  for (const [name, hz] of Object.entries(voices)) everybody[name as keyof typeof voices].say = narrow(hz);
  const heardBy = (name: keyof typeof voices): string => {
    const audio = heard(media, everybody[name]);
    return Object.entries(voices).filter(([, hz]) => levelAt(audio, hz) > -30).map(([voice]) => voice).join(' ');
  };
  media.connect('room', 'supervisor');
  media.connect('supervisor', 'agent');
  expect(heardBy('agent')).toBe('customer colleague supervisor');
  expect(heardBy('customer')).toBe('agent colleague');
  expect(heardBy('colleague')).toBe('customer agent');
  expect(heardBy('supervisor')).toBe('customer agent colleague');
  // From whisper to barge: the agent does not hear him twice, which would be 6 dB more.
  const whispered = levelAt(everybody.agent.audio(), 1900);
  media.connect('supervisor', 'room');
  media.engine.command({ op: 'disconnect', from: id('supervisor'), to: id('agent') });
  expect(heardBy('agent')).toBe('customer colleague supervisor');
  expect(abs(levelAt(everybody.agent.audio(), 1900) - whispered)).toBeLessThan(0.5);
  expect(heardBy('customer')).toBe('agent colleague supervisor');
  expect(heardBy('supervisor')).toBe('customer agent colleague');
  // Back to listening: nobody hears him, and what he hears stays.
  media.engine.command({ op: 'disconnect', from: id('supervisor'), to: id('room') });
  expect(heardBy('agent')).toBe('customer colleague');
  expect(heardBy('supervisor')).toBe('customer agent colleague');
});

test('tones of entry and exit reach all who are in the room, over what is said, at their own level', () => {
  const { media, phones } = room(['a', 'b', 'c']);
  phones['a']!.say = narrow(1500);
  for (const [tone, hertz] of [['entry', [660, 880]], ['exit', [880, 660]]] as const) {
    media.run(20);
    for (const name of ['a', 'b', 'c']) phones[name]!.socket.sent.length = 0;
    media.engine.command({ op: 'play', command: { play: tone, node: id('room'), items: [{ kind: 'tone', tone }] } });
    media.run(40);
    for (const name of ['a', 'b', 'c']) for (const hz of hertz) expect(abs(peakLevelAt(phones[name]!.audio(), hz) + 18)).toBeLessThan(1.5);
    expect(levelAt(phones['b']!.audio(), 1500)).toBeGreaterThan(-20);
  }
});
