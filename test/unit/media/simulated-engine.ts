/** A media engine whose packets and time are moved by hand: no sockets, no clock; thousands of ticks a second. */
import type { MediaId } from '../../../src/kernel/ids.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { decodeG711, encodeG711 } from '../../../src/audio/g711.ts';
import { decodeL16, encodeL16 } from '../../../src/audio/l16.ts';
import { MediaEngine } from '../../../src/media/embedded/engine.ts';
import type { RecordSink } from '../../../src/media/embedded/recorder.ts';
import type { PacketIo, PacketListener, PacketSocket } from '../../../src/media/embedded/packet-io.ts';
import type { Clamp, MediaEvent, MediaEventMap, OpenEndpoint } from '../../../src/media/media.ts';

export const id = (name: string): MediaId => name as MediaId;

class SimulatedSocket implements PacketSocket {
  listener: PacketListener | undefined;
  readonly port: number;
  readonly sent: Uint8Array[] = [];
  readonly #handedOver: { waiting: number };
  constructor(port: number, handedOver: { waiting: number }) {
    this.port = port;
    this.#handedOver = handedOver;
  }
  /** Where it was told to send, in order. */
  readonly targets: string[] = [];
  sendTo(address: string, port: number): boolean {
    this.targets.push(`${address}:${port}`);
    return true;
  }
  sendToSource(): void { this.targets.push('the source'); }
  sourceAddress(): string { return '127.0.0.1'; }
  readonly #room = new Uint8Array(1536);
  room(): Uint8Array { return this.#room; }
  send(bytes: Uint8Array, length: number): boolean {
    this.sent.push(bytes.slice(0, length));
    this.#handedOver.waiting += 1;
    return true;
  }
  close(): void { this.listener = undefined; }
}

interface SimulatedPair {
  readonly rtp: SimulatedSocket;
  readonly rtcp: SimulatedSocket;
}

/** L16 at 16 kHz is payload type 96. */
export type PhoneCodec = 'ulaw' | 'alaw' | 'l16';

/** One phone: what it says each 20 ms, and what it has heard. */
export class SimulatedPhone {
  readonly socket: SimulatedSocket;
  readonly rtcp: SimulatedSocket;
  ssrc: number;
  say: (frame: number) => Int16Array | undefined = () => new Int16Array(160);
  /** Payloads to send in place of audio, one a tick, with their timestamps: telephone-events unless their type is another. */
  readonly events: { timestamp: number; marker: boolean; payload: Uint8Array; payloadType?: number }[] = [];
  /** Sees each packet last before it leaves, and says what leaves in its place, in that order. */
  network: (packet: Uint8Array) => Uint8Array[] = (packet) => [packet];
  frame = 0;
  sequence = 100;
  /** Drops a packet when true. */
  lose: (n: number) => boolean = () => false;
  /** What it speaks and reads. */
  law: PhoneCodec;
  /** Where its packets come from. */
  port = 40_000;

  constructor({ rtp, rtcp }: SimulatedPair, ssrc: number, law: PhoneCodec) {
    this.socket = rtp;
    this.rtcp = rtcp;
    this.ssrc = ssrc;
    this.law = law;
  }

  get samplesPerFrame(): number {
    return this.law === 'l16' ? 320 : 160;
  }

  get #payloadType(): number {
    return this.law === 'ulaw' ? 0 : this.law === 'alaw' ? 8 : 96;
  }

  slot(nowMs: number): void {
    const event = this.events.shift();
    const samples = event === undefined ? this.say(this.frame) : undefined;
    const payload = event?.payload ?? (samples === undefined ? undefined : this.#encoded(samples));
    const timestamp = event?.timestamp ?? this.frame * this.samplesPerFrame;
    this.frame += 1;
    if (payload === undefined) return;
    const packet = new Uint8Array(12 + payload.length);
    const view = new DataView(packet.buffer);
    view.setUint8(0, 0x80);
    view.setUint8(1, (event?.marker === true ? 0x80 : 0) | (event === undefined ? this.#payloadType : (event.payloadType ?? 101)));
    view.setUint16(2, this.sequence & 0xffff);
    view.setUint32(4, timestamp);
    view.setUint32(8, this.ssrc);
    packet.set(payload, 12);
    this.sequence += 1;
    if (this.lose(this.sequence)) return;
    for (const one of this.network(packet)) this.socket.listener?.packet(one, one.length, 0x7f000001, this.port, nowMs);
  }

  press(key: string, packets = 4): void {
    const timestamp = (this.frame + this.events.length) * 160;
    const code = '0123456789*#ABCD'.indexOf(key);
    for (let i = 1; i <= packets + 2; i++) {
      const duration = Math.min(i, packets) * 160;
      this.events.push({ timestamp, marker: i === 1, payload: Uint8Array.of(code, (i >= packets ? 0x80 : 0) | 10, duration >> 8, duration & 255) });
    }
  }

  /** Audio heard, in order. */
  audio(): Int16Array {
    const packets = this.socket.sent.filter((p) => (p[1]! & 0x7f) === this.#payloadType);
    const size = this.samplesPerFrame;
    const out = new Int16Array(packets.length * size);
    for (const [n, p] of packets.entries()) {
      const part = out.subarray(n * size, n * size + size);
      if (this.law === 'l16') decodeL16(p, part, 12, 640);
      else decodeG711(this.law, p, part, 12, 160);
    }
    return out;
  }

  #encoded(samples: Int16Array): Uint8Array {
    if (this.law === 'l16') {
      const bytes = new Uint8Array(samples.length * 2);
      encodeL16(samples, bytes, 0);
      return bytes;
    }
    const bytes = new Uint8Array(samples.length);
    encodeG711(this.law, samples, bytes, 0);
    return bytes;
  }

  keysHeard(): string {
    const seen = new Set<number>();
    let keys = '';
    for (const p of this.socket.sent) {
      if ((p[1]! & 0x7f) !== 101) continue;
      const timestamp = new DataView(p.buffer).getUint32(4);
      if (!seen.has(timestamp)) keys += '0123456789*#ABCD'[p[12]!];
      seen.add(timestamp);
    }
    return keys;
  }
}

export class SimulatedMedia {
  readonly engine: MediaEngine;
  readonly events: MediaEvent[] = [];
  readonly phones: SimulatedPhone[] = [];
  /** Packets that were handed over to be sent, and wait for the next flush. */
  readonly handedOver = { waiting: 0 };
  readonly #pairs: SimulatedPair[] = [];
  #nowMs = 1000;
  #port = 30_000;

  constructor(files?: RecordSink) {
    const io: PacketIo = {
      kind: 'dgram', openSockets: 0, poll: () => undefined, read: () => undefined, flush: () => void (this.handedOver.waiting = 0), close: () => undefined,
      openPair: (_inTurn, done) => {
        const pair = { rtp: new SimulatedSocket(this.#port++, this.handedOver), rtcp: new SimulatedSocket(this.#port++, this.handedOver) };
        this.#pairs.push(pair);
        done(pair);
      },
    };
    let seed = 1;
    this.engine = new MediaEngine({
      io, files: files as never, log: silentLogger, random: () => ((seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) / 2 ** 32), now: () => this.#nowMs, processOffset: 0,
      emit: (event) => this.events.push(event),
      config: { address: '127.0.0.1', advertisedAddress: '127.0.0.1', ports: { from: 0, to: 0 }, packetIo: 'dgram', codecs: ['PCMU', 'telephone-event'], silentAfterMs: 5000, dscp: 46, rehearse: false },
    });
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  phone(name: string, open: Partial<OpenEndpoint> = {}, law: PhoneCodec = 'ulaw'): SimulatedPhone {
    this.engine.command({ op: 'openEndpoint', command: { node: id(name), remoteSdp: 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n', ...open } });
    const phone = new SimulatedPhone(this.#pairs[this.#pairs.length - 1]!, 1000 + this.phones.length, law);
    this.phones.push(phone);
    return phone;
  }

  connect(from: string, to: string, clamp?: Clamp): void {
    this.engine.command({ op: 'connect', edge: { from: id(from), to: id(to), ...(clamp === undefined ? {} : { clamp }) } });
  }

  /** Packets arrive 7 ms before each tick. */
  run(ticks: number): void {
    for (let i = 0; i < ticks; i++) {
      this.#nowMs += 13;
      for (const phone of this.phones) phone.slot(this.#nowMs);
      this.#nowMs += 7;
      this.engine.tick(this.#nowMs);
    }
  }

  all<N extends keyof MediaEventMap>(name: N): MediaEventMap[N][] {
    return this.events.filter((event) => event.name === name) as unknown as MediaEventMap[N][];
  }

  digits(node: string): string {
    return this.all('digit').filter((event) => event.node === id(node)).map((event) => event.digit).join('');
  }
}

/** What a phone says in each frame: a tone, 8 kHz. */
export const tone = (hz: number, amplitude = 4000) => (frame: number): Int16Array => Int16Array.from({ length: 160 }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * (frame * 160 + i)) / 8000));
/** A description of PCMU or what else `types` names, with telephone-events. */
export const offer = (types: string, lines = ''): string => `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP ${types}\r\na=rtpmap:101 telephone-event/8000\r\n${lines}`;

/** Two phones that hear each other. */
export function bridged(open: Parameters<SimulatedMedia['phone']>[1] = {}): { media: SimulatedMedia; a: SimulatedPhone; b: SimulatedPhone } {
  const media = new SimulatedMedia();
  const [a, b] = [media.phone('a', open), media.phone('b')];
  for (const [from, to] of [['a', 'b'], ['b', 'a']] as const) media.connect(from, to);
  return { media, a, b };
}
