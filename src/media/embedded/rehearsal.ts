import { linearToUlaw } from '../../audio/g711.ts';
import type { MediaId } from '../../kernel/ids.ts';
import { silentLogger } from '../../kernel/logger.ts';
import type { WorkerConfig } from './config.ts';
import { MediaEngine } from './engine.ts';
import { FileThread } from './file-thread.ts';
import { openPacketIo } from './open-packet-io.ts';
import type { PacketIo, PacketSocket } from './packet-io.ts';

/** Phones that talk in pairs, those of them that nobody else listens to, and ticks: together some thousand frames, after which the code is compiled. */
const phoneCount = 24;
const heardPhones = 16;
const ticks = 250;
const frame = 160;
const loopback = '127.0.0.1';
const id = (name: string): MediaId => name as MediaId;
const mute = { events: 'mute', inband: 'mute' } as const;

/**
 * Calls that nobody makes, carried over the loopback through a graph of their own before a thread takes any: code that runs for the first time is
 * slow, and hundreds of legs may begin in one moment after a start, or when a thread takes the place of one that failed. Nothing of them is left.
 * Returns how many packets came back to the phones; none where packets do not come within a tick's own time (dgram).
 */
export function rehearse(config: WorkerConfig): number {
  // As uneven as times are: what is compiled for whole numbers would have to be compiled again.
  let nowMs = 1234.567;
  const { io } = openPacketIo({ ...config, address: loopback, ports: { from: 0, to: 0 } }, () => nowMs);
  if (io.kind === 'dgram') {
    io.close();
    return 0;
  }
  const ports: number[] = [];
  const engine = new MediaEngine({
    config: { ...config, advertisedAddress: loopback }, io, files: new FileThread(() => undefined), log: silentLogger, random: Math.random, now: () => nowMs, processOffset: 0,
    emit: (event) => {
      if (event.name === 'endpoint.ready') ports.push(Number(/m=audio (\d+)/.exec(event.sdp)?.[1]));
    },
  });
  let heard = 0;
  const phones: PacketSocket[] = [];
  for (let n = 0; n < phoneCount; n++) phones.push(...openPhone(io, () => (heard += 1)));
  for (const [n, { port }] of phones.entries()) {
    const remoteSdp = `v=0\r\no=- 1 1 IN IP4 ${loopback}\r\ns=-\r\nc=IN IP4 ${loopback}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n`;
    engine.command({ op: 'openEndpoint', command: { node: id(`leg${n}`), codecs: ['PCMU', 'telephone-event'], remoteSdp, listen: n < heardPhones } });
  }
  for (const [n, phone] of phones.entries()) phone.sendTo(loopback, ports[n] ?? 0);
  const speech = Uint8Array.from({ length: frame * 97 }, (_, i) => linearToUlaw[spoken(i) & 0xffff] as number);
  const packet = new Uint8Array(12 + frame);
  packet[0] = 0x80;
  for (let tick = 0; tick < ticks; tick++) {
    for (let n = 0; n < phoneCount; n++) {
      // The others stay as they are, so that their packets are only passed on.
      if (n >= heardPhones ? tick === 0 : tick % 50 === 0) join(engine, n, n < heardPhones && tick % 100 === 0);
      else if (n < heardPhones && tick % 50 === 45) engine.command({ op: 'disconnect', from: id(`leg${n}`), to: id(`leg${n ^ 1}`) });
    }
    for (const [n, phone] of phones.entries()) {
      // One is lost now and then.
      if ((tick * 7 + n * 5) % 97 === 0) continue;
      write(packet, n, tick);
      const at = ((tick + n * 7) % 97) * frame;
      packet.set(speech.subarray(at, at + frame), 12);
      phone.send(packet, packet.length);
    }
    io.flush();
    nowMs += 20 + 0.1 * Math.random();
    engine.tick(nowMs);
  }
  engine.closeAll();
  io.close();
  return heard;
}

function openPhone(io: PacketIo, hear: () => void): PacketSocket[] {
  const opened: PacketSocket[] = [];
  io.openPair(false, (pair) => {
    if (pair === undefined) return;
    pair.rtp.listener = { packet: hear };
    opened.push(pair.rtp);
  });
  return opened;
}

/** Lets the leg be heard by the one it talks to, clamped or not. */
function join(engine: MediaEngine, n: number, clamped: boolean): void {
  engine.command({ op: 'connect', edge: { from: id(`leg${n}`), to: id(`leg${n ^ 1}`), ...(clamped ? { clamp: mute } : {}) } });
}

/** Something like a voice: a pitch with overtones in syllables, between pauses. */
function spoken(i: number): number {
  const second = i / 8000;
  const syllable = Math.max(0, Math.sin(2 * Math.PI * 3.1 * second)) * (second % 1.9 < 1.3 ? 1 : 0);
  const pitch = 2 * Math.PI * (120 + 15 * Math.sin(second * 5)) * second;
  const value = syllable * 9000 * (Math.sin(pitch) + 0.7 * Math.sin(3 * pitch) + 0.5 * Math.sin(7 * pitch) + 0.3 * Math.sin(13 * pitch));
  return Math.max(-32768, Math.min(32767, Math.round(value)));
}

function write(packet: Uint8Array, n: number, tick: number): void {
  const view = new DataView(packet.buffer);
  view.setUint16(2, tick);
  view.setUint32(4, (tick * frame + 0x9000_0000 + n) >>> 0);
  view.setUint32(8, 0x8000_0000 + n);
}
