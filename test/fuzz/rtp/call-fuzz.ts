import { createHash } from 'node:crypto';
import { linearToUlaw } from '../../../src/audio/g711.ts';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { RtcpWriter } from '../../../src/rtp/rtcp.ts';
import { SrtpContext, srtpOverhead } from '../../../src/rtp/srtp.ts';
import { levelAt, sine } from '../../contract/media/signals.ts';
import { SimulatedMedia, type SimulatedPhone } from '../../unit/media/simulated-engine.ts';
import type { FuzzReport } from '../fuzz.ts';
import { mutatePacket, randomPacket } from './mutate-packet.ts';

/** The first call also gets broken packets from its own phone's address: it need only come back. The rest are attacked by strangers. The last plain ones are only forwarded. */
const plainCalls = 8;
const forwardedCalls = 2;
const securedCalls = 2;
const strangerHz = 2_500;
const packetSamples = 160;
const packetsPerTick = 100;
const ticksPerRound = 50;
const maxGrowth = 8_000_000;
const home = { address: 0x7f00_0001, port: 40_000 };
/** Another host, and another program on the phone's own. */
const strangers = [{ address: 0x0a00_0001, port: 40_000 }, { address: 0x7f00_0001, port: 41_000 }] as const;

interface Call {
  readonly hz: number;
  readonly speaker: SimulatedPhone;
  readonly hearer: SimulatedPhone;
  readonly secured: boolean;
  readonly battered: boolean;
}

/** Scratch as the sockets have it: packets lie at the beginning of a longer buffer. */
const wire = new Uint8Array(2_048);

/**
 * Calls whose phones each say a tone of their own, while bad packets of every kind come in at the speakers' ports: random and mutated ones, RTP
 * and RTCP; packets of other calls; replayed ones; a stranger's stream in good order; for SRTP all of it from the phone's own address too. A fault:
 * an exception, a tone heard where it does not belong, a call that is not heard, a digit that nobody pressed, figures that are none, a heap that grows.
 */
export function fuzzCalls({ packets, seed, say }: { packets: number; seed: number; say: (line: string) => void }): FuzzReport {
  const random = new SeededRandom(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random.next() * of.length)] as T;
  const media = new SimulatedMedia();
  const faults: string[] = [];
  const calls = Array.from({ length: plainCalls + securedCalls }, (_, i) => openCall(media, i, captured));
  const reports = rtcpPackets();
  const strangerStream = toneStream();
  let sent = 0;
  const arrive = (socket: SimulatedPhone['socket'], octets: Uint8Array, source: { address: number; port: number }): void => {
    wire.set(octets);
    socket.listener?.packet(wire, octets.length, source.address, source.port, media.nowMs);
    sent += 1;
  };
  const inject = (): void => {
    const call = pick(calls);
    const { socket, rtcp } = call.speaker;
    const source = call.battered || (call.secured && random.next() < 0.5) ? home : pick(strangers);
    const own = pick(seen.get(call) ?? [randomPacket(random)]);
    // Who may write from the phone's address into a plain call may say what he likes: there only what is broken is tried.
    switch (Math.floor(random.next() * (call.battered ? 4 : 6))) {
      case 0:
        return arrive(socket, randomPacket(random), source);
      case 1:
        return arrive(socket, mutatePacket(own, random), source);
      case 2:
        return arrive(socket, own, source);
      case 3:
        return arrive(random.next() < 0.5 ? rtcp : socket, mutatePacket(pick(reports), random), source);
      case 4: {
        const other = seen.get(pick(calls)) ?? [own];
        return inOrder(other, (packet) => arrive(socket, packet, source));
      }
      default:
        return inOrder(strangerStream, (packet) => arrive(socket, packet, source));
    }
  };
  /** Four that follow each other: more than a latch wants to see of a new source. */
  const inOrder = (stream: readonly Uint8Array[], send: (packet: Uint8Array) => void): void => {
    const from = Math.floor(random.next() * Math.max(1, stream.length - 4));
    for (const packet of stream.slice(from, from + 4)) send(packet);
  };
  const round = (attacked: boolean): void => {
    for (let tick = 0; tick < ticksPerRound; tick++) {
      if (attacked) for (let n = 0; n < packetsPerTick; n++) inject();
      media.run(1);
    }
  };
  const check = (attacked: boolean): void => {
    for (const call of calls) faults.push(...faultsOf(call, calls, attacked));
    for (const { node, digit } of media.all('digit')) if (node !== 'speaker0') faults.push(`a digit ${digit} of ${node} that nobody pressed`);
    for (const leg of media.engine.stats().legs) {
      if (![leg.jitterMs, leg.mos, leg.packetsLost, leg.packetsReceived].every(Number.isFinite) || leg.mos < 1 || leg.mos > 4.5) faults.push(`figures of ${leg.node}: ${JSON.stringify(leg)}`);
    }
    media.events.length = 0;
    for (const phone of media.phones) phone.socket.sent.length = phone.rtcp.sent.length = 0;
  };
  try {
    round(false);
    check(false);
    let heap: number | undefined;
    for (let rounds = 0; sent < packets && faults.length < 20; rounds++) {
      round(true);
      check(true);
      if (rounds === 3) heap = heapNow();
      if (rounds % 40 === 39) say(`${sent} packets at ${calls.length} calls, ${faults.length} faults`);
    }
    const grown = heap === undefined ? 0 : heapNow() - heap;
    if (grown > maxGrowth) faults.push(`the heap has grown by ${(grown / 1e6).toFixed(1)} MB`);
    // What was battered comes back as soon as it is let alone.
    round(false);
    check(true);
    round(false);
    check(false);
  } catch (error) {
    faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return { summary: `${sent} packets at ${calls.length} calls, ${securedCalls} of them SRTP and ${forwardedCalls} forwarded, seed ${seed}`, faults };
}

/** The last packets of each call as they crossed the wire. */
const seen = new Map<Call, Uint8Array[]>();
function captured(call: Call, packet: Uint8Array): void {
  const kept = seen.get(call) ?? [];
  if (kept.length === 0) seen.set(call, kept);
  if (kept.length >= 200) kept.splice(0, 100);
  kept.push(packet.slice());
}

function openCall(media: SimulatedMedia, index: number, capture: (call: Call, packet: Uint8Array) => void): Call {
  const hz = 400 + index * 210;
  const secured = index >= plainCalls;
  const suite = index % 2 === 0 ? 'AES_CM_128_HMAC_SHA1_80' : 'AES_CM_128_HMAC_SHA1_32';
  const keySalt = createHash('sha256').update(`call ${index}`).digest().subarray(0, 30).toString('base64');
  const sdp = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/SAVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=crypto:1 ${suite} inline:${keySalt}\r\n`;
  const listen = secured || index < plainCalls - forwardedCalls;
  const speaker = media.phone(`speaker${index}`, secured ? { remoteSdp: sdp, srtp: 'require' } : { listen });
  const hearer = media.phone(`hearer${index}`, { listen });
  for (const [from, to] of [['speaker', 'hearer'], ['hearer', 'speaker']]) media.connect(`${from}${index}`, `${to}${index}`);
  const call = { hz, speaker, hearer, secured, battered: index === 0 };
  const said = sine(hz);
  speaker.say = (frame) => said(frame * packetSamples);
  const seal = secured ? new SrtpContext(suite, keySalt) : undefined;
  speaker.network = (packet) => {
    let leaves = packet;
    if (seal !== undefined) {
      const room = new Uint8Array(packet.length + srtpOverhead);
      room.set(packet);
      leaves = room.slice(0, seal.protect(room, packet.length));
    }
    capture(call, leaves);
    return [leaves];
  };
  return call;
}

function faultsOf(call: Call, calls: readonly Call[], attacked: boolean): string[] {
  const audio = call.hearer.audio();
  const name = `the call of ${call.hz} Hz`;
  const others = [...calls.filter((other) => other !== call).map(({ hz }) => hz), strangerHz];
  const size = call.battered ? audio.length : packetSamples;
  const faults: string[] = [];
  let heard = 0;
  let parts = 0;
  for (let at = 0; at + size <= audio.length && size > 0; at += size) {
    parts += 1;
    const own = levelAt(audio, call.hz, at, size);
    if (own > -20) heard += 1;
    for (const hz of others) {
      const level = levelAt(audio, hz, at, size);
      // Of the battered call whole rounds are looked at: its own noise may hold any frequency for a moment.
      if (level > -20 && level > own + 6) faults.push(`${name} hears ${hz} Hz at ${level.toFixed(0)} dBm0`);
    }
  }
  if (!(attacked && call.battered) && heard < parts * 0.9) faults.push(`${name} is heard in ${heard} of ${parts} packets`);
  if (parts < (call.battered ? 1 : ticksPerRound * 0.9)) faults.push(`${name} got ${parts} packets`);
  return faults.slice(0, 5);
}

/** A stream that is in good order, but nobody's. */
function toneStream(): Uint8Array[] {
  return Array.from({ length: 200 }, (_, n) => {
    const packet = new Uint8Array(172);
    packet.set([0x80, 0, n >> 8, n & 0xff, 0, (n * packetSamples) >> 16, ((n * packetSamples) >> 8) & 0xff, (n * packetSamples) & 0xff, 9, 9, 9, 9]);
    const tone = sine(strangerHz)(n * packetSamples);
    for (let i = 0; i < packetSamples; i++) packet[12 + i] = linearToUlaw[(tone[i] as number) & 0xffff] as number;
    return packet;
  });
}

function rtcpPackets(): Uint8Array[] {
  const writer = new RtcpWriter();
  writer.senderReport(1_000, 0xe000_0000, 5, 160, 10, 1_600).reportBlock(2, 25, 3, 70_000, 12, 0x1111_2222, 65_536).cname(1_000, 'phone@192.0.2.1').bye(1_000);
  const report = writer.bytes.slice(0, writer.length);
  writer.receiverReport(7).cname(7, 'x').voipMetrics(7, 8, 255, 255, 65_535, 255, 9, 9, 9).bye(7);
  return [report, writer.bytes.slice(0, writer.length)];
}

function heapNow(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
