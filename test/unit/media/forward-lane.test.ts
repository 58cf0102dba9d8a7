/** What is only forwarded goes past the receiver and the sender most of the time: nothing of it may be seen, but for what it costs. */
import { id, SimulatedMedia, type SimulatedPhone } from './simulated-engine.ts';

const { abs, imul } = Math;

const random = (seed: number) => (): number => (seed = (imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const word = (packet: Uint8Array, at: number): number => new DataView(packet.buffer, packet.byteOffset).getUint32(at);
const sequenceOf = (packet: Uint8Array): number => word(packet, 0) & 0xffff;

function forwarded(): { media: SimulatedMedia; a: SimulatedPhone; b: SimulatedPhone } {
  const media = new SimulatedMedia();
  const [a, b] = [media.phone('a', { listen: false }), media.phone('b', { listen: false })];
  media.connect('a', 'b');
  media.connect('b', 'a');
  media.run(5);
  return { media, a, b };
}
const leg = (media: SimulatedMedia, name: string) => media.engine.stats().legs.find(({ node }) => node === id(name))!;

test.each([1, 2, 3, 4])('through loss, doubles, packets that overtake one another, marks, keys and strangers each goes on once, renamed alike, and all is counted (seed %i)', (seed) => {
  const { media, a, b } = forwarded();
  const chance = random(seed);
  let held: Uint8Array | undefined;
  const accepted: Uint8Array[] = [];
  const seen = new Set<number>();
  let [lost, came, strangers] = [0, 0, 1 << 20];
  a.network = (packet) => {
    if (chance() < 0.02) packet[1] = packet[1]! | 0x80;
    if (chance() < 0.01) a.press('8');
    if (chance() < 0.03) {
      lost += 1;
      return [];
    }
    const stranger = packet.slice();
    // Never the same twice: that would be a phone that began anew.
    new DataView(stranger.buffer).setUint32(8, (strangers += 1));
    const out = chance() < 0.05 ? [stranger, packet] : chance() < 0.02 ? [packet, packet] : [packet];
    if (held === undefined && chance() < 0.03) {
      held = packet;
      return out.filter((one) => one === stranger);
    }
    if (held !== undefined) {
      out.push(held);
      held = undefined;
    }
    for (const one of out) {
      if (one === stranger || seen.has(sequenceOf(one))) continue;
      came += 1;
      seen.add(sequenceOf(one));
      accepted.push(one.slice());
    }
    return out.map((one) => one.slice());
  };
  const before = leg(media, 'a');
  const sentBefore = leg(media, 'b').packetsSent;
  b.socket.sent.length = 0;
  for (let i = 0; i < 400; i++) {
    media.run(5);
    if (i % 50 === 49) expect(leg(media, 'a').packetsReceived - before.packetsReceived).toBe(came);
  }
  a.network = (packet) => [packet];
  const sent = b.socket.sent;
  expect(sent).toHaveLength(accepted.length);
  expect(sent.length).toBeGreaterThan(1900);
  const [sequenceOffset, timestampOffset] = [sequenceOf(sent[0]!) - sequenceOf(accepted[0]!), word(sent[0]!, 4) - word(accepted[0]!, 4)];
  for (const [i, packet] of sent.entries()) {
    const source = accepted[i]!;
    expect([sequenceOf(packet), word(packet, 4), word(packet, 8), packet[1]]).toEqual([(sequenceOf(source) + sequenceOffset) & 0xffff, (word(source, 4) + timestampOffset) >>> 0, word(sent[0]!, 8), source[1]]);
    expect(Buffer.compare(packet.subarray(12), source.subarray(12))).toBe(0);
  }
  media.run(1);
  expect(leg(media, 'a')).toMatchObject({ packetsLost: lost, packetsReceived: before.packetsReceived + came + 1 });
  expect(leg(media, 'b').packetsSent).toBe(sentBefore + accepted.length + 1);
});

test('jitter is that of RFC 3550, also where packets are not looked at one by one', () => {
  const { media, a } = forwarded();
  // Every other packet comes one tick late, behind the next: transits differ by 20 and 40 ms.
  const chance = random(7);
  let jitter = 0;
  let last: number | undefined;
  a.network = (packet) => {
    const shift = Math.round(chance() * 800);
    new DataView(packet.buffer).setUint32(4, (word(packet, 4) + shift) >>> 0);
    const transit = -shift;
    if (last !== undefined) jitter += (abs(transit - last) - jitter) / 16;
    last = transit;
    return [packet];
  };
  media.run(1000);
  expect(jitter / 8).toBeGreaterThan(20);
  expect(abs(leg(media, 'a').jitterMs - jitter / 8)).toBeLessThan(1);
});

test('sequence numbers and timestamps that wrap are followed', () => {
  const { media, a, b } = forwarded();
  a.sequence = 65_500;
  a.network = (packet) => {
    new DataView(packet.buffer).setUint32(4, (word(packet, 4) + 0xffff_0000) >>> 0);
    return [packet];
  };
  media.run(3);
  b.socket.sent.length = 0;
  media.run(900);
  expect(b.socket.sent).toHaveLength(900);
  for (let i = 1; i < 900; i++) {
    expect((sequenceOf(b.socket.sent[i]!) - sequenceOf(b.socket.sent[i - 1]!)) & 0xffff).toBe(1);
    expect((word(b.socket.sent[i]!, 4) - word(b.socket.sent[i - 1]!, 4)) >>> 0).toBe(160);
  }
  expect(leg(media, 'a').packetsLost).toBe(0);
});

test('who knows port and SSRC but sends from elsewhere is not passed on', () => {
  const { media, a, b } = forwarded();
  b.socket.sent.length = 0;
  a.network = (packet) => {
    const forged = packet.slice().fill(0x55, 12);
    a.socket.listener?.packet(forged, forged.length, 0x7f000001, 40_001, media.nowMs);
    a.socket.listener?.packet(forged, forged.length, 0x7f000002, 40_000, media.nowMs);
    return [packet];
  };
  media.run(50);
  expect(b.socket.sent).toHaveLength(50);
  for (const packet of b.socket.sent) expect(packet[12]).not.toBe(0x55);
});

test('what comes as audio that is too short, or in a packet with an extension, is treated as ever', () => {
  const { media, a, b } = forwarded();
  b.socket.sent.length = 0;
  let n = 0;
  a.network = (packet) => {
    n += 1;
    if (n % 3 === 1) return [packet];
    // Another version than 2, and a header extension of no words.
    if (n % 3 === 2) return [Uint8Array.of(0x40, ...packet.subarray(1))];
    return [Uint8Array.of(0x90, ...packet.subarray(1, 12), 0xbe, 0xde, 0, 0, ...packet.subarray(12))];
  };
  media.run(30);
  expect(b.socket.sent).toHaveLength(20);
  for (const packet of b.socket.sent) expect([packet.length, packet[0]]).toEqual([172, 0x80]);
});

test('the first packet of each side is told within two ticks, and a phone that is heard again after a long silence within ten', () => {
  const media = new SimulatedMedia();
  const [a, b] = [media.phone('a', { listen: false }), media.phone('b', { listen: false })];
  a.lose = b.lose = () => true;
  media.connect('a', 'b');
  media.connect('b', 'a');
  media.run(33);
  expect(media.all('edge.flowing')).toEqual([]);
  a.lose = b.lose = () => false;
  media.run(2);
  expect(media.all('edge.flowing').map(({ from, to }) => `${from} ${to}`).sort()).toEqual(['a b', 'b a']);
  media.run(20);
  // It says nothing for six seconds, and goes on with the sequence number at which it stopped.
  let { sequence } = a;
  a.say = () => undefined;
  media.run(300);
  expect(media.all('endpoint.silent')).toMatchObject([{ node: 'a' }]);
  a.say = () => new Int16Array(160);
  expect(a.sequence).toBe(sequence);
  media.run(10);
  expect(media.all('endpoint.heard')).toEqual([expect.objectContaining({ node: 'a' })]);
  sequence = b.socket.sent.length;
  media.run(10);
  expect(b.socket.sent).toHaveLength(sequence + 10);
});

test('a phone that takes another SSRC is followed, and one that is given up is told with all that it sent', () => {
  const { media, a, b } = forwarded();
  media.run(20);
  a.ssrc = 0xfeed_beef;
  media.run(20);
  b.socket.sent.length = 0;
  media.run(20);
  expect(b.socket.sent).toHaveLength(20);
  const { packetsReceived } = leg(media, 'a');
  media.run(7);
  media.engine.command({ op: 'close', node: id('a') });
  expect(media.all('node.closed')).toMatchObject([{ node: 'a', leg: { packetsReceived: packetsReceived + 7 } }]);
  b.socket.sent.length = 0;
  media.run(3);
  expect(b.socket.sent.every((packet) => packet.subarray(12).every((octet) => octet === 0xff))).toBe(true);
});

test('a far end that agrees to SRTP in the middle is sent nothing in plain from then on', () => {
  const media = new SimulatedMedia();
  const a = media.phone('a', { listen: false });
  const b = media.phone('b', { listen: false, srtp: 'allow' });
  media.connect('a', 'b');
  media.connect('b', 'a');
  media.run(20);
  const key = Buffer.alloc(30, 7).toString('base64');
  const sdp = `v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/SAVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}\r\n`;
  b.socket.sent.length = 0;
  media.engine.command({ op: 'applyOffer', node: id('b'), sdp });
  // Before anything else is decided, and after it.
  a.slot(media.nowMs + 1);
  media.run(10);
  expect(b.socket.sent.length).toBeGreaterThanOrEqual(10);
  for (const packet of b.socket.sent) {
    expect(packet).toHaveLength(182);
    expect(packet.subarray(12, 172).every((octet) => octet === 0xff)).toBe(false);
  }
});
