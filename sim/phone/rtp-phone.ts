import { createSocket, type Socket } from 'node:dgram';
import { decodeG711, encodeG711 } from '../../src/audio/g711.ts';
import { RtpPacket, TelephoneEventReceiver, TelephoneEventSender, writeRtpHeader } from '../../src/rtp/index.ts';
import type { Random } from '../../src/kernel/random.ts';
import type { FrameTicker } from './frame-ticker.ts';

export const frameSamples = 160;
const pcmu = 0;
const telephoneEvent = 101;

export interface PhoneListener {
  /** 160 samples that arrived, 8 kHz. The array is reused. */
  heard(samples: Int16Array): void;
  /** The audio to send next; fill `out`. False: silence. */
  speak(out: Int16Array): boolean;
  digit(key: string, durationMs: number): void;
}

/** The audio half of a telephone: PCMU and telephone-events on one UDP port, a frame each 20 ms both ways. */
export class RtpPhone {
  readonly port: number;
  packetsReceived = 0;
  packetsSent = 0;
  telephoneEventPackets = 0;
  readonly #socket: Socket;
  readonly #host: string;
  readonly #ticker: FrameTicker;
  readonly #listener: PhoneListener;
  readonly #packet = new RtpPacket();
  readonly #events: TelephoneEventReceiver;
  readonly #sender = new TelephoneEventSender(frameSamples);
  readonly #keys: string[] = [];
  readonly #heard = new Int16Array(frameSamples);
  readonly #spoken = new Int16Array(frameSamples);
  readonly #out = Buffer.alloc(12 + frameSamples);
  readonly #eventOut = Buffer.alloc(16);
  readonly #tick = (): void => this.#send();
  readonly #ssrc: number;
  #sequence: number;
  #timestamp: number;
  #gap = 0;
  #remote: { host: string; port: number } | undefined;
  #closed = false;

  private constructor(socket: Socket, host: string, ticker: FrameTicker, random: Random, listener: PhoneListener) {
    this.#socket = socket;
    this.#host = host;
    this.port = socket.address().port;
    this.#ticker = ticker;
    this.#listener = listener;
    this.#ssrc = Math.floor(random.next() * 0xffffffff) >>> 0;
    this.#sequence = Math.floor(random.next() * 0x7fff);
    this.#timestamp = Math.floor(random.next() * 0x7fffffff);
    this.#events = new TelephoneEventReceiver({ started: () => undefined, ended: (key, units) => listener.digit(key, units / 8) });
    socket.on('message', (bytes) => this.#receive(bytes));
    // A far end that is gone answers with ICMP; the call's own signalling ends it.
    socket.on('error', () => undefined);
  }

  static async open(host: string, ticker: FrameTicker, random: Random, listener: PhoneListener): Promise<RtpPhone> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, host, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    return new RtpPhone(socket, host, ticker, random, listener);
  }

  /** An offer or an answer: PCMU, with telephone-event or without. */
  sdp(telephoneEvents = true): string {
    return [
      'v=0', `o=- ${this.#ssrc} 1 IN IP4 ${this.#host}`, 's=-', `c=IN IP4 ${this.#host}`, 't=0 0', `m=audio ${this.port} RTP/AVP ${pcmu}${telephoneEvents ? ` ${telephoneEvent}` : ''}`,
      `a=rtpmap:${pcmu} PCMU/8000`, ...(telephoneEvents ? [`a=rtpmap:${telephoneEvent} telephone-event/8000`, `a=fmtp:${telephoneEvent} 0-15`] : []), 'a=ptime:20', 'a=sendrecv', '',
    ].join('\r\n');
  }

  /** Where to send, out of the far end's description; sending begins. */
  connect(remoteSdp: string): void {
    const host = /^c=IN IP4 ([\d.]+)/m.exec(remoteSdp)?.[1];
    const port = Number(/^m=audio (\d+)/m.exec(remoteSdp)?.[1] ?? 0);
    if (host === undefined || port === 0 || this.#closed) return;
    const first = this.#remote === undefined;
    this.#remote = { host, port };
    if (first) this.#ticker.add(this.#tick);
  }

  press(keys: string): void {
    this.#keys.push(...keys);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ticker.remove(this.#tick);
    this.#socket.close();
  }

  #receive(bytes: Buffer): void {
    if (!this.#packet.parse(bytes, 0, bytes.length)) return;
    this.packetsReceived += 1;
    const { payloadType, payloadOffset, payloadLength } = this.#packet;
    if (payloadType === telephoneEvent) {
      this.telephoneEventPackets += 1;
      this.#events.packet(this.#packet.timestamp, this.#packet.marker, bytes, payloadOffset, payloadLength);
      return;
    }
    if (payloadType !== pcmu || payloadLength !== frameSamples) return;
    decodeG711('ulaw', bytes.subarray(payloadOffset, payloadOffset + payloadLength), this.#heard);
    this.#listener.heard(this.#heard);
  }

  #send(): void {
    this.#events.elapsed(20);
    this.#timestamp = (this.#timestamp + frameSamples) >>> 0;
    if (this.#gap > 0) this.#gap -= 1;
    if (!this.#sender.active && this.#gap === 0) {
      const key = this.#keys.shift();
      if (key !== undefined) this.#sender.press(key, this.#timestamp, 800);
    }
    if (this.#sender.active) {
      if (this.#sender.next()) {
        this.#header(this.#eventOut, telephoneEvent, this.#sender.marker, this.#sender.timestamp);
        this.#eventOut.set(this.#sender.payload, 12);
        this.#transmit(this.#eventOut);
      }
      if (!this.#sender.active) this.#gap = 4;
      return;
    }
    if (!this.#listener.speak(this.#spoken)) this.#spoken.fill(0);
    this.#header(this.#out, pcmu, false, this.#timestamp);
    encodeG711('ulaw', this.#spoken, this.#out, 12);
    this.#transmit(this.#out);
  }

  #header(bytes: Buffer, payloadType: number, marker: boolean, timestamp: number): void {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    writeRtpHeader(bytes, 0, payloadType, marker, this.#sequence, timestamp, this.#ssrc);
  }

  #transmit(bytes: Buffer): void {
    if (this.#remote === undefined || this.#closed) return;
    this.packetsSent += 1;
    // Node sends a turn later: frames that are caught up in one turn would all be the last one if they shared the buffer.
    this.#socket.send(Buffer.from(bytes), this.#remote.port, this.#remote.host);
  }
}
