import { SeededRandom, type Random } from '../../../src/kernel/random.ts';
import { RedundantAudio } from '../../../src/rtp/redundant-audio.ts';
import { readRtcp, RtcpWriter, type RtcpReader } from '../../../src/rtp/rtcp.ts';
import { RtpPacket, writeRtpHeader } from '../../../src/rtp/rtp-packet.ts';
import { SrtpContext, srtpOverhead } from '../../../src/rtp/srtp.ts';
import { TelephoneEventReceiver } from '../../../src/rtp/telephone-event-receiver.ts';
import type { FuzzReport } from '../fuzz.ts';
import { mutatePacket, randomPacket } from './mutate-packet.ts';

const room = 2_048;
const keySalt = Buffer.from(Uint8Array.from({ length: 30 }, (_, i) => i * 7)).toString('base64');

/**
 * Mutated packets through all that reads one: RTP's header, compound RTCP, telephone-events, redundant ones too, SRTP and SRTCP. A fault: an exception, a payload
 * that lies outside its packet, an answer that depends on what lies around the packet, or an SRTP packet believed that is not as it was sealed.
 */
export function fuzzPackets({ packets, seed, say }: { packets: number; seed: number; say: (line: string) => void }): FuzzReport {
  const random = new SeededRandom(seed);
  const corpus = ownPackets();
  const faults: string[] = [];
  let taken = 0;
  let forged = 0;
  for (let i = 0; i < packets && faults.length < 20; i++) {
    const base = corpus[Math.floor(random.next() * corpus.length)] as Uint8Array;
    const octets = random.next() < 0.1 ? randomPacket(random) : mutatePacket(base, random);
    try {
      const first = read(octets, 0, random);
      const second = read(octets, 0xff, random);
      if (first !== second) throw new Error(`what lies around it changes how it is read: ${first} or ${second}`);
      if (first.startsWith('rtp') || first.startsWith('rtcp')) taken += 1;
      if (i % 4 === 0) forged += refuseForged(base, i, random);
    } catch (error) {
      faults.push(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n  base64 ${Buffer.from(octets).toString('base64')}`);
    }
    if ((i + 1) % 250_000 === 0) say(`${i + 1} packets, ${taken} read, ${forged} forged, ${faults.length} faults`);
  }
  return { summary: `${packets} packets, seed ${seed}: ${taken} read, ${forged} forged SRTP refused`, faults };
}

/** What is made of a packet that lies somewhere in a buffer whose other octets are all `around`. */
function read(octets: Uint8Array, around: number, random: Random): string {
  const bytes = new Uint8Array(room).fill(around);
  // The same place for both readings of a packet.
  const offset = around === 0 ? (place = Math.floor(random.next() * (room - octets.length))) : place;
  bytes.set(octets, offset);
  const told: unknown[] = [];
  const packet = new RtpPacket();
  if (packet.parse(bytes, offset, octets.length)) {
    const { payloadOffset, payloadLength } = packet;
    if (payloadLength < 0 || payloadOffset < offset + 12 || payloadOffset + payloadLength > offset + octets.length) throw new Error(`payload of ${payloadLength} at ${payloadOffset - offset} in ${octets.length}`);
    told.push('rtp', packet.payloadType, packet.sequence, packet.timestamp, packet.ssrc, payloadOffset, payloadLength);
    const events = new TelephoneEventReceiver({ started: (key) => told.push('down', key), ended: (key, units) => told.push('up', key, units) });
    told.push(events.packet(packet.timestamp, packet.marker, bytes, payloadOffset, payloadLength));
    const redundant = new RedundantAudio();
    if (redundant.parse(bytes, payloadOffset, payloadLength, 121)) {
      let held = 0;
      for (let block = redundant.next(-1); block >= 0; block = redundant.next(block)) {
        const [at, size] = [redundant.offset(block), redundant.length(block)];
        if (size < 0 || at < payloadOffset || at + size > payloadOffset + payloadLength) throw new Error(`block of ${size} at ${at - payloadOffset} in ${payloadLength}`);
        held += 1;
        told.push(redundant.type(block), redundant.earlier(block), events.packet((packet.timestamp - redundant.earlier(block)) >>> 0, false, bytes, at, size));
      }
      if (held !== redundant.count) throw new Error(`${held} of ${redundant.count} blocks`);
    }
    events.finish();
  }
  const note = (name: string) => (...values: readonly number[]): void => void told.push(name, ...values);
  const reader: RtcpReader = { senderReport: note('sr'), reportBlock: note('block'), bye: note('bye'), voipMetrics: note('xr') };
  const before = told.length;
  if (readRtcp(bytes, offset, octets.length, reader)) told.unshift('rtcp');
  else if (told.length > before) throw new Error('refused RTCP was told of');
  return told.join(' ');
}
let place = 0;

/** Seals a packet, breaks it, and sees it refused; then the whole one is believed once, and not twice. The number of those refused. */
function refuseForged(base: Uint8Array, sequence: number, random: Random): number {
  const rtcp = base.length > 1 && (base[1] as number) >= 192 && (base[1] as number) <= 223;
  const sealed = new Uint8Array(base.length + srtpOverhead);
  sealed.set(base);
  if (!rtcp) {
    sealed[2] = (sequence >> 8) & 0xff;
    sealed[3] = sequence & 0xff;
  }
  const suite = sequence % 8 === 0 ? 'AES_CM_128_HMAC_SHA1_32' : 'AES_CM_128_HMAC_SHA1_80';
  const out = new SrtpContext(suite, keySalt);
  const back = new SrtpContext(suite, keySalt);
  const open = (bytes: Uint8Array): number => (rtcp ? back.unprotectRtcp(bytes, bytes.length) : back.unprotect(bytes, bytes.length));
  const size = rtcp ? out.protectRtcp(sealed, base.length) : out.protect(sealed, base.length);
  const good = sealed.slice(0, size);
  let refused = 0;
  for (let n = 0; n < 3; n++) {
    const broken = mutatePacket(good, random);
    if (Buffer.from(broken).equals(good)) continue;
    if (open(broken) >= 0) throw new Error(`a forged ${rtcp ? 'SRTCP' : 'SRTP'} packet is believed`);
    refused += 1;
  }
  if (open(good.slice()) !== base.length) throw new Error('what was sealed is not believed after forgeries');
  if (open(good.slice()) >= 0) throw new Error('a replayed packet is believed');
  return refused + 1;
}

/** One of each shape that phones send. */
function ownPackets(): Uint8Array[] {
  const audio = (payloadType: number, octets: number): Uint8Array => {
    const bytes = Uint8Array.from({ length: 12 + octets }, (_, i) => (i * 37) & 0xff);
    writeRtpHeader(bytes, 0, payloadType, octets === 4, 1_000, 160_000, 0x1234_5678);
    return bytes;
  };
  const withCsrcs = audio(0, 168);
  withCsrcs[0] = 0x82;
  const extended = audio(0, 172);
  extended.set([0x90], 0);
  extended.set([0xbe, 0xde, 0, 2], 12);
  const padded = audio(8, 164);
  padded[0] = 0xa0;
  padded[padded.length - 1] = 4;
  const event = audio(101, 4);
  event.set([5, 0x8a, 3, 0x20], 12);
  const events = audio(101, 8);
  events.set([1, 0x0a, 1, 0x40, 2, 0x0a, 1, 0x40], 12);
  const redundant = audio(121, 21);
  redundant.set([0xe5, 0x14, 0, 4, 0xe5, 0x0a, 0, 4, 0x65, 9, 0x87, 3, 0x20, 1, 0x8a, 3, 0x20, 1, 0x0a, 0, 0xa0], 12);
  const writer = new RtcpWriter();
  const compound = (): Uint8Array => writer.bytes.slice(0, writer.length);
  writer.senderReport(1, 0xe000_0000, 5, 160, 10, 1_600).reportBlock(2, 25, 3, 70_000, 12, 0x1111_2222, 65_536).cname(1, 'phone@192.0.2.1').voipMetrics(1, 2, 10, 3, 40, 88, 4.2, 30, 300);
  const report = compound();
  writer.receiverReport(7).cname(7, 'x').bye(7);
  return [audio(0, 160), audio(9, 80), audio(13, 11), withCsrcs, extended, padded, event, events, redundant, report, compound()];
}
