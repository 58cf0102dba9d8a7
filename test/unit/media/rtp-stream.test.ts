/** What a far end may do to its stream, and what the leg beside it hears of that. */
import { createHash } from 'node:crypto';
import { decodeG711 } from '../../../src/audio/g711.ts';
import { isRtcp, readRtcp, SrtpContext, type RtcpReader } from '../../../src/rtp/index.ts';
import { cryptoSuites } from '../../../src/sdp/index.ts';
import { align, levelAt, speechLike } from '../../contract/media/signals.ts';
import { bridged, id, offer, SimulatedMedia, tone } from './simulated-engine.ts';

const { abs, log10, sqrt } = Math;
const rmsDbm0 = (audio: Int16Array): number => 20 * log10(sqrt(audio.reduce((sum, s) => sum + s * s, 1e-9) / audio.length) / 32768) + 6.15;

test('packets that overtake one another are put in order, and none is lost', () => {
  const { media, a, b } = bridged();
  const speech = speechLike(8);
  a.say = (frame) => speech.slice(frame * 160, frame * 160 + 160);
  let held: Uint8Array | undefined;
  a.network = (packet) => {
    // Each fourth packet comes after the one that follows it.
    if (held !== undefined) {
      const late = held;
      held = undefined;
      return [packet, late];
    }
    if (a.sequence % 4 !== 0) return [packet];
    held = packet;
    return [];
  };
  media.run(390);
  expect(align(b.audio(), speech.subarray(16_000, 48_000)).snr).toBeGreaterThan(35);
  media.engine.command({ op: 'close', node: id('a') });
  expect(media.all('node.closed')[0]?.leg).toMatchObject({ packetsLost: 0 });
});

test('a far end that starts a new stream is followed within three frames; a packet of a stranger is not', () => {
  const { media, a, b } = bridged();
  a.say = tone(500);
  media.run(40);
  b.socket.sent.length = 0;
  // One forged packet in each five, of another source each time, loud at another pitch.
  let forged = 5000;
  a.network = (packet) => {
    if (a.sequence % 5 !== 0) return [packet];
    const other = packet.slice();
    new DataView(other.buffer).setUint32(8, forged++);
    other.fill(0x80, 12, 172);
    return [packet, other];
  };
  media.run(100);
  for (let at = 0; at + 200 <= b.audio().length; at += 200) expect(levelAt(b.audio(), 500, at, 200)).toBeGreaterThan(-18);
  a.network = (packet) => [packet];
  b.socket.sent.length = 0;
  a.ssrc = 99;
  a.sequence = 40_000;
  a.say = tone(900);
  media.run(60);
  const heard = b.audio();
  expect(levelAt(heard, 900, 160 * 5, 1600)).toBeGreaterThan(-18);
  for (let at = 160 * 5; at + 200 <= heard.length; at += 200) expect(levelAt(heard, 900, at, 200)).toBeGreaterThan(-18);
});

test('nobody who knows the port takes a stream over that runs: not from another address, not with its own SSRC or ours', () => {
  const { media, a, b } = bridged();
  a.say = tone(500);
  media.run(40);
  b.socket.sent.length = 0;
  const targets = a.socket.targets;
  const before = targets.length;
  const loud = (ssrc: number, n: number): Uint8Array => {
    const packet = new Uint8Array(172).fill(0x80);
    packet.set([0x80, 0]);
    const view = new DataView(packet.buffer);
    view.setUint16(2, n & 0xffff);
    view.setUint32(4, n * 160);
    view.setUint32(8, ssrc);
    return packet;
  };
  const ours = new DataView(a.socket.sent.at(-1)!.buffer).getUint32(8);
  for (let n = 0; n < 300; n++) {
    // In sequence, as a source that is to be learned would be, and with the running stream's own numbers.
    a.socket.listener?.packet(loud(7777, n), 172, 0x0a000001, 5555, media.nowMs);
    a.socket.listener?.packet(loud(a.ssrc, a.sequence + 1), 172, 0x0a000001, 5555, media.nowMs);
    a.socket.listener?.packet(loud(ours, n), 172, 0x0a000001, 5555, media.nowMs);
    media.run(1);
  }
  expect(targets.length).toBe(before);
  for (let at = 0; at + 200 <= b.audio().length; at += 200) expect(abs(levelAt(b.audio(), 500, at, 200) - levelAt(b.audio(), 500, 0, 200))).toBeLessThan(1);
});

test('a pause that a far end announces with comfort noise sounds at its level, is no loss, and the next talkspurt is whole', () => {
  const { media, a, b } = bridged({ remoteSdp: offer('0 13 101'), codecs: ['PCMU', 'CN', 'telephone-event'] });
  const speech = speechLike(2);
  a.say = tone(500);
  media.run(40);
  a.events.push({ timestamp: a.frame * 160, marker: false, payload: Uint8Array.of(50), payloadType: 13 });
  a.say = () => undefined;
  media.run(20);
  b.socket.sent.length = 0;
  media.run(60);
  // 50 dB below overload (RFC 3389 §3.1), of which a full-scale square wave is 6.15 dBm0.
  expect(abs(rmsDbm0(b.audio()) - (6.15 - 50))).toBeLessThan(2);
  const begin = a.frame;
  a.say = (frame) => speech.slice((frame - begin) * 160, (frame - begin) * 160 + 160);
  b.socket.sent.length = 0;
  media.run(110);
  expect(align(b.audio(), speech.subarray(160, 12_000)).snr).toBeGreaterThan(30);
  media.engine.command({ op: 'close', node: id('a') });
  expect(media.all('node.closed')[0]?.leg).toMatchObject({ packetsLost: 0 });
});

test('a far end that stops sending in pauses (DTX) is silence without a buzz, and each talkspurt is whole', () => {
  const { media, a, b } = bridged();
  a.say = tone(500);
  media.run(40);
  for (let pause = 0; pause < 4; pause++) {
    a.say = () => undefined;
    media.run(10);
    b.socket.sent.length = 0;
    media.run(40 + pause * 7);
    expect(rmsDbm0(b.audio())).toBeLessThan(-70);
    const speech = speechLike(1, 100 + pause * 20);
    const begin = a.frame;
    a.say = (frame) => speech.slice((frame - begin) * 160, (frame - begin) * 160 + 160);
    b.socket.sent.length = 0;
    media.run(50);
    expect(align(b.audio(), speech.subarray(160, 6400)).snr).toBeGreaterThan(30);
  }
  media.engine.command({ op: 'close', node: id('a') });
  expect(media.all('node.closed')[0]?.leg).toMatchObject({ packetsLost: 0 });
});

test('reports carry VoIP metrics (RFC 3611) that agree with what the leg tells at its end', () => {
  const { media, a } = bridged({ remoteSdp: offer('0 101', 'a=rtcp-mux\r\n') });
  a.say = tone(500);
  a.lose = (n) => n % 10 === 0;
  media.run(1500);
  const told: { lossRate: number; rFactor: number; mos: number }[] = [];
  const nothing = (): void => undefined;
  const reader: RtcpReader = {
    senderReport: nothing, reportBlock: nothing, bye: nothing,
    voipMetrics: (_ssrc, _about, lossRate, _discard, _roundTrip, rFactor, mos) => void told.push({ lossRate, rFactor, mos }),
  };
  for (const packet of a.socket.sent) if (isRtcp(packet, 0, packet.length)) expect(readRtcp(packet, 0, packet.length, reader)).toBe(true);
  media.engine.command({ op: 'close', node: id('a') });
  const leg = media.all('node.closed')[0]?.leg;
  expect(told.length).toBeGreaterThan(3);
  const last = told.at(-1)!;
  // A tenth of 256, and the E-model's opinion of it as the event tells it.
  expect(abs(last.lossRate - 25.6)).toBeLessThan(2);
  expect(last.rFactor).toBeGreaterThan(40);
  expect(last.rFactor).toBeLessThan(80);
  // In tenths (§4.7.5).
  expect(abs(last.mos / 10 - leg!.mos)).toBeLessThan(0.15);
});

test.each(cryptoSuites)('SRTP by SDES with %s: heard and spoken, and what is plain, forged or replayed is not heard', (suite) => {
  const keySalt = createHash('sha256').update(suite).digest().subarray(0, 30).toString('base64');
  const media = new SimulatedMedia();
  const phone = media.phone('a', { remoteSdp: offer('0 101').replace('RTP/AVP', 'RTP/SAVP') + `a=crypto:1 ${suite} inline:${keySalt}\r\n`, srtp: 'require' });
  const b = media.phone('b');
  for (const [from, to] of [['a', 'b'], ['b', 'a']] as const) media.connect(from, to);
  const answer = media.all('endpoint.ready')[0]!.sdp;
  const line = /a=crypto:1 (\S+) inline:([A-Za-z0-9+/=]+)/.exec(answer)!;
  expect(line[1]).toBe(suite);
  const out = new SrtpContext(suite, keySalt);
  const back = new SrtpContext(suite, line[2]!);
  const sealed = (packet: Uint8Array): Uint8Array => {
    const room = new Uint8Array(packet.length + 20);
    room.set(packet);
    return room.slice(0, out.protect(room, packet.length));
  };
  let earlier: Uint8Array | undefined;
  phone.say = tone(500);
  b.say = tone(900);
  phone.network = (packet) => {
    const loud = packet.slice().fill(0x80, 12, 172);
    const good = sealed(packet);
    const broken = good.slice();
    broken[20]! ^= 0x40;
    const replayed = earlier;
    earlier = good.slice();
    return [loud, broken, ...(replayed === undefined ? [] : [replayed]), good];
  };
  media.run(100);
  const heard = b.audio();
  for (let at = 1600; at + 200 <= heard.length; at += 200) expect(abs(levelAt(heard, 500, at, 200) + 15.1)).toBeLessThan(1.5);
  const decrypted = phone.socket.sent.filter((packet) => !isRtcp(packet, 0, packet.length)).map((packet) => {
    const copy = packet.slice();
    const length = back.unprotect(copy, copy.length);
    expect(length).toBe(172);
    return copy.slice(0, length);
  });
  phone.socket.sent.splice(0, Number.POSITIVE_INFINITY, ...decrypted);
  expect(levelAt(phone.audio(), 900, 3200, 3200)).toBeGreaterThan(-18);
});

test.each([10, 40, 60])('a phone whose packets are %i ms long is heard whole, and gets such packets', (ms) => {
  const { media, a, b } = bridged({ remoteSdp: offer('0 101', `a=ptime:${ms}\r\n`) });
  const samples = ms * 8;
  let waiting = new Uint8Array(0);
  let sequence = 0;
  // The stream of 20 ms frames, cut anew.
  a.network = (packet) => {
    waiting = Uint8Array.of(...waiting, ...packet.subarray(12));
    const packets: Uint8Array[] = [];
    for (; waiting.length >= samples; waiting = waiting.slice(samples)) {
      const one = new Uint8Array(12 + samples);
      one.set(packet.subarray(0, 12));
      new DataView(one.buffer).setUint16(2, sequence & 0xffff);
      new DataView(one.buffer).setUint32(4, sequence * samples);
      one.set(waiting.subarray(0, samples), 12);
      sequence += 1;
      packets.push(one);
    }
    return packets;
  };
  a.say = tone(500);
  b.say = tone(900);
  media.run(200);
  const heard = b.audio();
  for (let at = 3200; at + 200 <= heard.length; at += 200) expect(abs(levelAt(heard, 500, at, 200) + 15.1)).toBeLessThan(0.5);
  const packets = a.socket.sent.filter((packet) => !isRtcp(packet, 0, packet.length));
  expect(packets.length).toBeGreaterThanOrEqual(Math.floor((200 * 20) / ms) - 1);
  expect(new Set(packets.map((packet) => packet.length))).toEqual(new Set([12 + samples]));
  const views = packets.map((packet) => new DataView(packet.buffer, packet.byteOffset));
  for (let n = 1; n < views.length; n++) {
    expect((views[n]!.getUint16(2) - views[n - 1]!.getUint16(2)) & 0xffff).toBe(1);
    expect((views[n]!.getUint32(4) - views[n - 1]!.getUint32(4)) >>> 0).toBe(samples);
  }
  const sent = new Int16Array(packets.length * samples);
  for (const [n, packet] of packets.entries()) decodeG711('ulaw', packet, sent.subarray(n * samples), 12, samples);
  for (let at = 3200; at + 200 <= sent.length; at += 200) expect(abs(levelAt(sent, 900, at, 200) + 15.1)).toBeLessThan(0.5);
});

test('where comfort noise was agreed, pauses are described instead of sent, speech is whole, and the far end hears noise of that level', () => {
  const media = new SimulatedMedia();
  const withNoise = { codecs: ['PCMU', 'CN', 'telephone-event'], remoteSdp: offer('0 13 101') };
  const [a, b, c] = [media.phone('a', withNoise), media.phone('b'), media.phone('c')];
  for (const to of ['a', 'c']) media.connect('b', to);
  let seed = 7;
  const noise = (): number => ((seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) / 2 ** 31 - 1) * 80;
  // A second of tone, three of noise at some −50 dBm0, a second of tone.
  b.say = (frame) => (frame < 50 || frame >= 200 ? tone(500)(frame) : Int16Array.from({ length: 160 }, noise));
  media.run(260);
  const [heard, plain] = [a, c].map(({ socket }) => socket.sent.filter((packet) => !isRtcp(packet, 0, packet.length)));
  const types = heard!.map((packet) => packet[1]! & 0x7f);
  const pause = types.flatMap((type, n) => (type === 13 ? [n] : []));
  expect(plain!.every((packet) => (packet[1]! & 0x7f) === 0)).toBe(true);
  // 135 frames of pause: a description each half second or where the level moves.
  expect(pause.length).toBeGreaterThanOrEqual(5);
  expect(pause.length).toBeLessThan(20);
  expect(plain!.length - heard!.length).toBeGreaterThan(110);
  for (const n of pause.slice(1)) expect(abs(heard![n]![12]! - 56)).toBeLessThan(4);
  // One stream: no number is left out, and time goes on through the pause; the talkspurt after it is marked and whole.
  const views = heard!.map((packet) => new DataView(packet.buffer, packet.byteOffset));
  for (let n = 1; n < views.length; n++) expect((views[n]!.getUint16(2) - views[n - 1]!.getUint16(2)) & 0xffff).toBe(1);
  const spurt = pause.at(-1)! + 1;
  expect(heard![spurt]![1]).toBe(0x80);
  expect(((views[spurt]!.getUint32(4) - views[0]!.getUint32(4)) >>> 0) % 160).toBe(0);
  const loud = (packets: readonly Uint8Array[]): number => packets.filter((packet) => (packet[1]! & 0x7f) === 0 && rmsDbm0(decoded(packet)) > -30).length;
  expect(loud(heard!)).toBe(loud(plain!));
});
const decoded = (packet: Uint8Array): Int16Array => {
  const samples = new Int16Array(160);
  decodeG711('ulaw', packet, samples, 12, 160);
  return samples;
};
