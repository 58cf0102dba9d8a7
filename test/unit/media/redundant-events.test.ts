/** Digits in RFC 2198 packets: over a network that loses much, and towards legs that may not have them. */
import { silentLogger } from '../../../src/kernel/logger.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { createEmbeddedMedia } from '../../../src/media/embedded/index.ts';
import { createCodec } from '../../../src/media/embedded/codecs.ts';
import { RtpReceiver } from '../../../src/media/embedded/rtp-receiver.ts';
import { RedundantEvents, RtpPacket, writeRtpHeader } from '../../../src/rtp/index.ts';
import { id as mediaId, MediaHarness, wait } from '../../contract/media/media-harness.ts';
import type { RtpPeer } from '../../contract/media/rtp-peer.ts';
import { dtmfSample, silence } from '../../contract/media/signals.ts';
import { id, SimulatedMedia, type SimulatedPhone } from './simulated-engine.ts';

const red = 121;
const lines = ['rtpmap:121 red/8000', 'fmtp:121 101/101/101'];
const redundantSdp = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 101 121\r\na=rtpmap:101 telephone-event/8000\r\n${lines.map((line) => `a=${line}\r\n`).join('')}`;
const typeOf = (packet: Uint8Array): number => packet[1]! & 0x7f;

/** Turns the presses that a phone has queued into redundant ones. */
function pressRedundantly(phone: SimulatedPhone, keys: string): void {
  const redundancy = new RedundantEvents(2);
  for (const key of keys) {
    phone.press(key);
    // 60 ms of audio between two presses.
    for (let i = 0; i < 3; i++) phone.events.push({ timestamp: (phone.frame + phone.events.length) * 160, marker: false, payload: new Uint8Array(160).fill(0xff), payloadType: 0 });
  }
  for (const [i, event] of phone.events.entries()) {
    if (event.payloadType !== undefined) continue;
    const out = new Uint8Array(100);
    phone.events[i] = { ...event, payload: out.slice(0, redundancy.write(out, 0, 101, event.timestamp, event.payload)), payloadType: red };
  }
}

describe('a leg with redundant events', () => {
  const clamps = [undefined, { events: 'mute', inband: 'pass' }, { events: 'silence', inband: 'pass' }, { events: 'tone', inband: 'pass' }] as const;

  test.each(clamps)('that nobody listens to is heard by the other leg as its clamp (%j) says, and never as it came', (clamp) => {
    const media = new SimulatedMedia();
    const a = media.phone('a', { listen: false, remoteSdp: redundantSdp });
    const b = media.phone('b', { listen: false });
    media.connect('a', 'b', clamp);
    media.connect('b', 'a');
    media.run(50);
    pressRedundantly(a, '1234');
    media.run(80);
    expect(media.digits('a')).toBe('1234');
    expect(b.keysHeard()).toBe(clamp === undefined ? '1234' : '');
    expect(new Set(b.socket.sent.map(typeOf))).toEqual(new Set(clamp === undefined ? [0, 101] : [0]));
    // Nothing of the events lies in what went as audio either.
    const payloads = b.socket.sent.filter((packet) => typeOf(packet) === 0).map((packet) => packet.length - 12);
    expect(new Set(payloads)).toEqual(new Set([160]));
  });

  test('is decoded, whichever of two legs it is; without redundancy packets go on as they came', () => {
    for (const [first, second, forwards] of [[true, false, false], [false, true, false], [false, false, true]] as const) {
      const media = new SimulatedMedia();
      for (const [name, redundant] of [['a', first], ['b', second]] as const) media.phone(name, { listen: false, ...(redundant ? { remoteSdp: redundantSdp } : {}) });
      media.connect('a', 'b');
      media.connect('b', 'a');
      media.run(5);
      expect(media.engine.forwardEveryMs > 0).toBe(forwards);
    }
  });

  test('in a conference is heard by the members that may hear digits alone', () => {
    const media = new SimulatedMedia();
    media.engine.command({ op: 'openConference', node: id('conference') });
    const customer = media.phone('customer', { remoteSdp: redundantSdp });
    const [agent, monitor] = [media.phone('agent', { remoteSdp: redundantSdp }), media.phone('monitor')];
    for (const name of ['customer', 'agent', 'monitor']) media.connect(name, 'conference');
    media.connect('conference', 'agent', { events: 'mute', inband: 'mute' });
    media.connect('conference', 'monitor');
    media.run(50);
    customer.lose = (n) => n % 3 === 0;
    pressRedundantly(customer, '0123456789*#');
    media.run(200);
    expect(media.digits('customer')).toBe('0123456789*#');
    expect(monitor.keysHeard()).toBe('0123456789*#');
    expect(new Set(agent.socket.sent.map(typeOf))).toEqual(new Set([0]));
  });

  test('tells a digit of which only a redundant copy came, at its full length to the other leg, and one from before it was listened to not at all', () => {
    const media = new SimulatedMedia();
    const a = media.phone('a', { remoteSdp: redundantSdp });
    const b = media.phone('b');
    media.connect('a', 'b');
    // It presses before we hear anything of it.
    a.lose = () => true;
    pressRedundantly(a, '12');
    media.run(12);
    a.lose = () => false;
    media.run(30);
    expect(media.digits('a')).toBe('2');
    const early = media.all('digit').length;
    let n = 0;
    pressRedundantly(a, '56');
    // All packets of the first of two are lost.
    a.lose = () => n++ < 7;
    media.run(40);
    expect(media.all('digit').slice(early).map(({ digit, durationMs }) => [digit, durationMs])).toEqual([['5', 80], ['6', 80]]);
    const lengths = b.socket.sent.filter((packet) => typeOf(packet) === 101 && packet[12] === 5).map((packet) => (packet[14]! << 8) | packet[15]!);
    expect(Math.max(...lengths)).toBe(640);
  });

  test('counts malformed packets and packets without events, each apart, and goes on', () => {
    const media = new SimulatedMedia();
    const a = media.phone('a', { remoteSdp: redundantSdp });
    media.run(20);
    const bad = [[], [0xe5], [0xe5, 0, 0, 9, 0x65, 1, 2], [0xf9, 0, 0, 0, 0x65, 5, 0x8a, 3, 0x20], [0x79, 1, 2, 3, 4], [0x00, 1, 2, 3, 4], new Array<number>(500).fill(0xff)];
    for (const octets of bad) a.events.push({ timestamp: a.frame * 160, marker: false, payload: Uint8Array.from(octets), payloadType: red });
    media.run(bad.length);
    expect(media.digits('a')).toBe('');
    media.engine.command({ op: 'measure', node: id('a'), measure: 'after' });
    pressRedundantly(a, '7');
    media.run(30);
    expect(media.digits('a')).toBe('7');
    media.engine.command({ op: 'endMeasure', node: id('a'), measure: 'after' });
    media.engine.command({ op: 'close', node: id('a') });
    expect(media.all('measure.done')[0]?.leg).toMatchObject({ malformedRedundant: 0 });
    expect(media.all('node.closed')[0]?.leg).toMatchObject({ malformedRedundant: bad.length - 1 });
    const format = { payloadType: 0, encoding: 'PCMU', clockRate: 8000, channels: 1 };
    const receiver = new RtpReceiver({ send: format, receive: [format], receiveEvents: { ...format, payloadType: 101 }, redundancy: { sendType: red, receiveType: red, levels: 2 } } as never, createCodec(format) as never, { keyDown: () => undefined, keyUp: () => undefined });
    const packet = new RtpPacket();
    for (const [i, octets] of bad.entries()) {
      const bytes = new Uint8Array(12 + octets.length);
      writeRtpHeader(bytes, 0, red, false, i, 8000, 77);
      bytes.set(octets, 12);
      expect(packet.parse(bytes, 0, bytes.length) && receiver.understands(packet.payloadType)).toBe(true);
      expect(receiver.packet(packet, bytes, 20 * i)).toBe(false);
    }
    expect([receiver.malformedRedundant, receiver.unknown]).toEqual([bad.length - 1, 1]);
  });
});

/**
 * What a gateway sends that leaves the tones in the audio: packets of both kinds, in one sequence. Of `lost` presses none of its own event
 * packets arrives, of the others all. `frames` of 20 ms each press, and so many of `pause` after it.
 */
function gateway(phone: SimulatedPhone, keys: string, frames: number, pause: number, lost: (press: number) => boolean): void {
  const start = phone.frame;
  const redundancy = new RedundantEvents(2);
  let sequence = phone.sequence;
  const at = (frame: number): { press: number; since: number; key: string | undefined } => {
    const press = Math.floor((frame - start) / (frames + pause));
    return { press, since: (frame - start) % (frames + pause), key: keys[press] };
  };
  phone.say = (frame) => {
    const { since, key } = at(frame);
    return Int16Array.from({ length: 160 }, (_, i) => (key === undefined || since >= frames ? 0 : dtmfSample(key, since * 160 + i, 5000)));
  };
  phone.network = (audio) => {
    new DataView(audio.buffer).setUint16(2, sequence++);
    // `frame` has gone on by one.
    const { press, since, key } = at(phone.frame - 1);
    if (key === undefined || since > frames + 1) return [audio];
    const timestamp = (phone.frame - 1 - since) * 160;
    const units = Math.min(since + 1, frames) * 160;
    const payload = new Uint8Array(100);
    const size = redundancy.write(payload, 0, 101, timestamp, Uint8Array.of('0123456789*#ABCD'.indexOf(key), (since >= frames - 1 ? 0x80 : 0) | 10, units >> 8, units & 255));
    const event = new Uint8Array(12 + size);
    writeRtpHeader(event, 0, red, since === 0, sequence++, timestamp, phone.ssrc);
    event.set(payload.subarray(0, size), 12);
    return lost(press) ? [audio] : [audio, event];
  };
}

describe('a gateway that leaves the tones in the audio', () => {
  const lost = [[], [0], [1], [2], [3], [0, 1], [1, 2], [0, 1, 2]] as const;
  const shapes = [[2, 2], [2, 3], [3, 2], [4, 3], [5, 5], [5, 20], [10, 4]] as const;

  test.each(lost.map((presses) => [presses]))('has each key told once, also where of presses %j no event arrives but later ones repeat it', (presses) => {
    const wrong: string[] = [];
    for (const keys of ['5556', '5656', '1233', '0000']) {
      for (const [frames, pause] of shapes) {
        // In each of the four ticks in which tones are looked at.
        for (let turn = 0; turn < 4; turn++) {
          const media = new SimulatedMedia();
          const phone = media.phone('a', { remoteSdp: redundantSdp });
          media.engine.command({ op: 'openDialog', node: id('page') });
          media.connect('a', 'page');
          media.run(20);
          gateway(phone, keys, frames, pause, (press) => (presses as readonly number[]).includes(press));
          media.run(keys.length * (frames + pause) + 40);
          if (media.digits('a') !== keys || media.digits('page') !== keys) wrong.push(`${keys} ${frames}+${pause}: ${media.digits('a')}, ${media.digits('page')}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('has a key of which only the tone came repeated to nobody as an event', () => {
    const media = new SimulatedMedia();
    const phone = media.phone('a', { remoteSdp: redundantSdp });
    const other = media.phone('b');
    media.connect('a', 'b');
    media.run(20);
    gateway(phone, '12', 5, 20, (press) => press === 0);
    media.run(90);
    expect(media.all('digit').map(({ digit, via }) => `${digit} ${via}`)).toEqual(['1 inband', '2 rfc4733']);
    expect(other.keysHeard()).toBe('2');
  });
});

describe('over real sockets, with 30 % of the packets lost', () => {
  const h = new MediaHarness(createEmbeddedMedia({ packetIo: 'dgram' }, { log: silentLogger }));
  const keys = '0123456789*#ABCD5550';
  const phone = async (name: string, redundant: boolean): Promise<RtpPeer> => {
    const peer = await h.phone(name, { sdp: redundant ? { formats: '0 101 121', attributes: lines } : {}, open: { listen: false } });
    if (redundant) peer.redundantType = red;
    peer.say = silence;
    return peer;
  };
  /** Loses all of the second and third of five presses, and 30 % of the rest. */
  const lossy = (seed: number): ((at: number) => boolean) => {
    const random = new SeededRandom(seed);
    return (at) => at % 5 === 1 || at % 5 === 2 || random.next() < 0.3;
  };

  beforeAll(() => h.start());
  afterEach(async () => {
    await h.closeAll();
    h.events.length = 0;
  });
  afterAll(async () => {
    expect(await h.media.stats()).toMatchObject({ endpoints: 0, openPorts: 0 });
    await h.media.stop();
  });

  test('each digit arrives once, at the server and at the other leg; none at a leg that is clamped', async () => {
    const customer = await phone('customer', true);
    const agent = await phone('agent', false);
    const open = await phone('open', false);
    await wait(200);
    h.connect('customer', 'open');
    h.connect('customer', 'agent', { clamp: { events: 'silence', inband: 'pass' } });
    const lost = lossy(11);
    const send = customer.send;
    const begun = new Map<number, number>();
    customer.send = (packet) => {
      const type = packet[1]! & 0x7f;
      const at = packet.readUInt32BE(4);
      if (type === red && !begun.has(at)) begun.set(at, begun.size);
      // The last press has nothing after it that could tell of it.
      const press = begun.get(at) ?? 0;
      if (type !== red || press === keys.length - 1 || !lost(press)) send(packet);
    };
    customer.press(keys, 4);
    await h.until(() => !customer.pressing, 8000, 'the end of the presses');
    await wait(1500);
    expect(h.digits('customer')).toBe(keys);
    expect(open.events()).toBe(keys);
    expect(agent.events()).toBe('');
    expect(agent.heard.filter((packet) => packet.payloadType !== 0)).toEqual([]);
  }, 20_000);

  test('each digit that we send arrives once', async () => {
    const agent = await phone('agent', true);
    await wait(100);
    h.media.sendDigits({ node: mediaId('agent'), digits: keys, durationMs: 80, gapMs: 60 });
    await h.event('digits.sent', () => true, 8000);
    await wait(200);
    const packets = agent.heard.filter((packet) => packet.payloadType !== 0);
    expect(new Set(packets.map((packet) => packet.payloadType))).toEqual(new Set([red]));
    expect(packets.filter((packet) => packet.marker)).toHaveLength(keys.length);
    const lost = lossy(12);
    const starts = [...new Set(packets.map((packet) => packet.timestamp))];
    const arrived = packets.filter((packet) => starts.indexOf(packet.timestamp) === starts.length - 1 || !lost(starts.indexOf(packet.timestamp)));
    expect(agent.events(arrived)).toBe(keys);
  }, 20_000);
});
