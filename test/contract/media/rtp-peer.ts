/**
 * A small phone for tests: its own UDP socket, its own µ-law, its own RTP; it shares no code with the server. It sends what
 * `say` returns every 20 ms, and keeps what it hears.
 */
import { createSocket, type Socket } from 'node:dgram';

const ulawDecode = (code: number): number => {
  const u = ~code & 0xff;
  const t = (((u & 15) << 3) + 132) << ((u & 0x70) >> 4);
  return (u & 0x80) !== 0 ? 132 - t : t - 132;
};
const decodeTable = Int16Array.from({ length: 256 }, (_, i) => ulawDecode(i));
const encodeTable = new Uint8Array(65536);
for (let s = -32768; s < 32768; s++) {
  const m = Math.min(Math.abs(s), 32635) + 132;
  const e = Math.floor(Math.log2(m)) - 7;
  encodeTable[s & 0xffff] = ~((s < 0 ? 0x80 : 0) | (e << 4) | ((m >> (e + 3)) & 15)) & 0xff;
}

export interface HeardPacket {
  readonly atMs: number;
  readonly payloadType: number;
  readonly marker: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
  readonly from: number;
}

export class RtpPeer {
  readonly socket: Socket;
  readonly heard: HeardPacket[] = [];
  readonly rtcp: Buffer[] = [];
  /** The frame to send at sample `at`, or undefined to send nothing in this slot. */
  say: (at: number) => Int16Array | undefined = () => undefined;
  remote: { address: string; port: number } | undefined;
  ssrc = Math.floor(Math.random() * 2 ** 32);
  sequence = Math.floor(Math.random() * 30000);
  startTimestamp = Math.floor(Math.random() * 2 ** 32);
  payloadType = 0;
  eventType = 101;
  /** Set: presses go as RFC 2198 packets of this type, with so many of those before them as `redundantLevels` says. */
  redundantType: number | undefined;
  redundantLevels = 2;
  readonly #before: { timestamp: number; payload: Buffer }[] = [];
  encode: (frame: Int16Array) => Buffer = (frame) => Buffer.from(Uint8Array.from(frame, (s) => encodeTable[s & 0xffff]!));
  /** Lose, double or delay what is sent. */
  send: (packet: Buffer) => void = (packet) => this.socket.send(packet, this.remote!.port, this.remote!.address);
  position = 0;
  #timer: NodeJS.Timeout | undefined;
  #due = 0;
  #events: { key: number; packets: number; timestamp: number; duration: number; ends: number; total: number }[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('message', (bytes, source) => {
      if (bytes.length >= 2 && bytes[1]! >= 192 && bytes[1]! <= 223) return void this.rtcp.push(Buffer.from(bytes));
      this.heard.push({
        atMs: performance.now(), payloadType: bytes[1]! & 0x7f, marker: bytes[1]! >= 128, sequence: bytes.readUInt16BE(2), timestamp: bytes.readUInt32BE(4),
        ssrc: bytes.readUInt32BE(8), payload: Buffer.from(bytes.subarray(12)), from: source.port,
      });
    });
  }

  static open(): Promise<RtpPeer> {
    const socket = createSocket('udp4');
    return new Promise((resolve) => socket.bind(0, '127.0.0.1', () => resolve(new RtpPeer(socket))));
  }

  get port(): number {
    return this.socket.address().port;
  }

  sdp({ formats = '0 101', attributes = [] as string[], direction = 'sendrecv', protocol = 'RTP/AVP', address = '127.0.0.1' } = {}): string {
    return ['v=0', `o=- 1 1 IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0', `m=audio ${this.port} ${protocol} ${formats}`, ...(formats.includes('101') ? ['a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-16'] : []), ...attributes.map((a) => `a=${a}`), `a=${direction}`, ''].join('\r\n');
  }

  /** Sends to the address of this description from now on. */
  aim(sdp: string): void {
    this.remote = { address: /c=IN IP4 (\S+)/.exec(sdp)![1]!, port: Number(/m=audio (\d+)/.exec(sdp)![1]) };
  }

  /** Begins its 20 ms clock. */
  start(): void {
    this.#due = performance.now();
    const tick = (): void => {
      while (performance.now() >= this.#due) {
        this.#slot();
        this.#due += 20;
      }
      this.#timer = setTimeout(tick, Math.max(0, this.#due - performance.now()));
    };
    tick();
  }

  /** Presses keys as RFC 4733 events from now: each so many packets of 20 ms, then three ends, then a gap. */
  press(keys: string, packets = 4): void {
    for (const key of keys) this.#events.push({ key: '0123456789*#ABCD'.indexOf(key), packets, timestamp: -1, duration: 0, ends: 0, total: packets });
  }

  get pressing(): boolean {
    return this.#events.length > 0;
  }

  packet(payloadType: number, marker: boolean, timestamp: number, payload: Buffer): Buffer {
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = (marker ? 0x80 : 0) | payloadType;
    header.writeUInt16BE(this.sequence & 0xffff, 2);
    header.writeUInt32BE(timestamp >>> 0, 4);
    header.writeUInt32BE(this.ssrc >>> 0, 8);
    this.sequence = (this.sequence + 1) & 0xffff;
    return Buffer.concat([header, payload]);
  }

  #slot(): void {
    const at = this.position;
    this.position += 160;
    if (this.remote === undefined) return;
    const now = (this.startTimestamp + at) >>> 0;
    const event = this.#events[0];
    if (event !== undefined) {
      if (event.timestamp < 0) event.timestamp = now;
      if (event.ends < 3) {
        if (event.packets > 0) {
          event.duration += 160;
          event.packets -= 1;
        }
        if (event.packets === 0) event.ends += 1;
        const payload = Buffer.from([event.key, (event.ends > 0 ? 0x80 : 0) | 10, event.duration >> 8, event.duration & 255]);
        const redundant = this.redundantType !== undefined;
        this.send(this.packet(this.redundantType ?? this.eventType, event.duration === 160, event.timestamp, redundant ? this.#redundant(event.timestamp, payload) : payload));
        if (event.ends === 3) this.#before.push({ timestamp: event.timestamp, payload });
        return;
      }
      event.packets -= 1;
      if (event.packets < -3) this.#events.shift();
    }
    const frame = this.say(at);
    if (frame !== undefined) this.send(this.packet(this.payloadType, at === 0, now, this.encode(frame)));
  }

  /** RFC 2198: a header of four octets for each press before, one octet for this one, and then their payloads. */
  #redundant(timestamp: number, payload: Buffer): Buffer {
    const before = this.#before.slice(-this.redundantLevels).filter((event) => ((timestamp - event.timestamp) >>> 0) < 0x4000);
    const headers = before.map((event) => {
      const header = Buffer.alloc(4);
      header.writeUInt32BE(((0x80 | this.eventType) * 2 ** 24) + (((timestamp - event.timestamp) >>> 0) << 10) + event.payload.length);
      return header;
    });
    return Buffer.concat([...headers, Buffer.of(this.eventType), ...before.map((event) => event.payload), payload]);
  }

  /** Everything heard as audio, laid out by RTP timestamp; gaps are zeros. */
  audio(payloadType = 0): Int16Array {
    const packets = this.heard.filter((p) => p.payloadType === payloadType);
    if (packets.length === 0) return new Int16Array(0);
    const base = packets[0]!.timestamp;
    const last = packets[packets.length - 1]!;
    const out = new Int16Array(((last.timestamp - base) >>> 0) + last.payload.length);
    for (const p of packets) for (let i = 0, at = (p.timestamp - base) >>> 0; i < p.payload.length && at < out.length; i++, at++) out[at] = decodeTable[p.payload[i]!]!;
    return out;
  }

  /** The distinct telephone-events heard, as keys. */
  events(heard: readonly HeardPacket[] = this.heard): string {
    const seen = new Set<number>();
    let keys = '';
    for (const { payloadType, timestamp, payload } of heard) {
      if (payloadType !== this.eventType && payloadType !== this.redundantType) continue;
      let headers = 0;
      while (payloadType === this.redundantType && payload[headers * 4]! >= 0x80) headers += 1;
      const begin = payloadType === this.redundantType ? headers * 4 + 1 : 0;
      for (let i = 0; i <= headers; i++) {
        const began = (timestamp - (i < headers ? (payload.readUInt32BE(i * 4) >>> 10) & 0x3fff : 0)) >>> 0;
        if (!seen.has(began)) keys += '0123456789*#ABCD'[payload[begin + i * 4]!];
        seen.add(began);
      }
    }
    return keys;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.socket.close();
  }
}
