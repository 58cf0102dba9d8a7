/** A description that changes while the call runs: one stream goes on. */
import { DtmfDetector } from '../../../src/audio/dtmf-detector.ts';
import { isRtcp } from '../../../src/rtp/index.ts';
import { levelAt } from '../../contract/media/signals.ts';
import { bridged, id, offer, SimulatedMedia, tone, type SimulatedPhone } from './simulated-engine.ts';

const { PI, abs, sin } = Math;

test('a codec that is changed while the call runs, at the port that it had or at another, goes on as one stream', () => {
  const { media, a, b } = bridged({ codecs: ['PCMU', 'PCMA', 'telephone-event'] });
  a.say = tone(500);
  b.say = tone(900);
  media.run(60);
  const before = media.all('endpoint.negotiated').filter(({ node }) => node === id('a'));
  expect(before.map(({ codec }) => codec)).toEqual(['PCMU']);
  const moved = offer('8 101').replace('m=audio 40000', 'm=audio 41000');
  media.engine.command({ op: 'applyOffer', node: id('a'), sdp: moved });
  expect(media.all('endpoint.negotiated').at(-1)).toMatchObject({ node: id('a'), codec: 'PCMA', remote: '127.0.0.1:41000' });
  expect(a.socket.targets.at(-1)).toBe('127.0.0.1:41000');
  a.law = 'alaw';
  a.port = 41_000;
  media.run(60);
  const packets = a.socket.sent.filter((packet) => !isRtcp(packet, 0, packet.length));
  expect(packets.map((packet) => packet[1]! & 0x7f)).toEqual([...Array<number>(60).fill(0), ...Array<number>(60).fill(8)]);
  const views = packets.map((packet) => new DataView(packet.buffer, packet.byteOffset));
  for (let n = 1; n < views.length; n++) {
    expect((views[n]!.getUint16(2) - views[n - 1]!.getUint16(2)) & 0xffff).toBe(1);
    expect((views[n]!.getUint32(4) - views[n - 1]!.getUint32(4)) >>> 0).toBe(160);
    expect(views[n]!.getUint32(8)).toBe(views[0]!.getUint32(8));
  }
  // Both ways, without a gap.
  expect(levelAt(a.audio(), 900, 480, 8_000)).toBeGreaterThan(-16);
  const heard = b.audio();
  for (let at = 4_800; at + 200 <= heard.length; at += 200) expect(abs(levelAt(heard, 500, at, 200) + 15.1)).toBeLessThan(1);
});

test('what is on its way in the former codec when the description changes is heard (RFC 3264 §8.3.2), until one of the new ones has come', () => {
  const { media, a, b } = bridged({ codecs: ['PCMU', 'PCMA', 'telephone-event'] });
  a.say = tone(500);
  media.run(60);
  media.engine.command({ op: 'applyOffer', node: id('a'), sdp: offer('8 101') });
  media.run(10);
  a.law = 'alaw';
  media.run(30);
  const heard = b.audio();
  for (let at = 4_800; at + 200 <= heard.length; at += 200) expect(abs(levelAt(heard, 500, at, 200) + 15.1)).toBeLessThan(1);
  // From now on that is no format of this call's.
  b.socket.sent.length = 0;
  a.law = 'ulaw';
  media.run(20);
  expect(levelAt(b.audio(), 500, 1_600, 1_600)).toBeLessThan(-60);
});

test.each([
  ['another codec', 'PCMA', '8 101', (a: SimulatedPhone) => void (a.law = 'alaw')],
  ['another codec and another rate', 'L16/16000', '96 101', (a: SimulatedPhone) => void (a.law = 'l16')],
  ['another source', 'PCMU', '0 101', (a: SimulatedPhone) => void ([a.ssrc, a.sequence] = [77, 9_000])],
])('the figures of a leg have all that came, also before %s', (_what, codec, types, change) => {
  const media = new SimulatedMedia();
  const a = media.phone('a', { codecs: ['PCMU', 'PCMA', 'L16/16000', 'telephone-event'] });
  let packets = 0;
  a.network = (packet) => (packets++ % 10 === 9 ? [] : [packet]);
  media.run(100);
  media.engine.command({ op: 'applyOffer', node: id('a'), sdp: offer(types, 'a=rtpmap:96 L16/16000\r\n') });
  change(a);
  media.run(100);
  media.engine.command({ op: 'close', node: id('a') });
  const leg = media.all('node.closed')[0]?.leg;
  // The last of each stream is lost, and nobody knows; the first of another source is not believed yet.
  expect(leg).toMatchObject({ codec });
  expect(leg!.packetsReceived).toBeGreaterThanOrEqual(179);
  expect(leg!.packetsLost).toBeGreaterThanOrEqual(17);
  expect(leg!.packetsLost).toBeLessThanOrEqual(20);
});

test('a recording goes on at its own rate when the codec has another rate from now on, and then the first one again', () => {
  const written: number[] = [];
  const ended: string[] = [];
  const media = new SimulatedMedia({ open: (_record, _path, rate) => void ended.push(`${rate} Hz`), write: (_record, samples) => void written.push(...samples), close: (_record, { how }) => void ended.push(how) });
  const a = media.phone('a', { codecs: ['PCMU', 'L16/16000'] });
  media.run(5);
  media.engine.command({ op: 'record', command: { record: 'r', node: id('a'), path: 'r.wav', what: 'in' } });
  const describe = (types: string): void => media.engine.command({ op: 'applyOffer', node: id('a'), sdp: offer(types, 'a=rtpmap:96 L16/16000\r\n') });
  const narrow = tone(500);
  const wide = (frame: number): Int16Array => Int16Array.from({ length: 320 }, (_, i) => 4000 * sin((2 * PI * 500 * (frame * 320 + i)) / 16_000));
  a.say = narrow;
  media.run(50);
  describe('96');
  [a.law, a.say] = ['l16', wide];
  media.run(50);
  describe('0');
  [a.law, a.say] = ['ulaw', narrow];
  media.run(50);
  media.engine.command({ op: 'stopRecord', record: 'r' });
  expect(ended).toEqual(['8000 Hz', 'stopped']);
  expect(written.length).toBe(150 * 160);
  const heard = Int16Array.from(written);
  for (let n = 5; n < 150; n++) if (n % 50 > 4) expect(abs(levelAt(heard, 500, n * 160, 160) + 15.1)).toBeLessThan(1);
});

test.each(['8 101', '0', '96 102'])('a key that is held while the description changes to %s is told once', (types) => {
  const media = new SimulatedMedia();
  const a = media.phone('a', { codecs: ['PCMU', 'PCMA', 'L16/16000', 'telephone-event'] });
  media.run(20);
  a.press('5', 12);
  media.run(6);
  media.engine.command({ op: 'applyOffer', node: id('a'), sdp: offer(types, 'a=rtpmap:96 L16/16000\r\na=rtpmap:102 telephone-event/16000\r\n') });
  media.run(40);
  expect(media.digits('a')).toBe('5');
});

test.each([
  ['as events, and the new description has them too', '0 101', '0 101'], ['as events, and the new description has none', '0 101', '0'],
  ['in band, and the new description has events', '0', '0 101'], ['in band, and the new description has no events either', '0', '0'],
])('digits of ours that are being sent %s all arrive, whenever the description comes', (_how, before, after) => {
  for (let moment = 1; moment <= 12; moment++) {
    const media = new SimulatedMedia();
    const a = media.phone('a', { remoteSdp: offer(before) });
    media.run(10);
    media.engine.command({ op: 'sendDigits', node: id('a'), digits: '159', durationMs: 80, gapMs: 80 });
    media.run(moment);
    media.engine.command({ op: 'applyOffer', node: id('a'), sdp: offer(after) });
    media.run(60);
    expect(media.all('digits.sent')).toEqual([{ name: 'digits.sent', node: 'a', digits: '159' }]);
    const inband: string[] = [];
    const detector = new DtmfDetector((key) => void inband.push(key));
    detector.process(a.audio());
    detector.flush();
    // One that was cut off and sent anew may be heard twice, or not as one of both kinds, but none is missing.
    const events = a.keysHeard();
    for (const key of '159') expect(`${events} ${inband.join('')}`).toContain(key);
    if (before === after) expect([events, inband.join('')]).toEqual(before === '0' ? ['', '159'] : ['159', '']);
  }
});
