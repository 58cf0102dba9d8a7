import { readUint32, writeUint32 } from './rtp-packet.ts';

/** RTCP packet types (RFC 3550 §12.1, RFC 3611). */
export const rtcpType = { sr: 200, rr: 201, sdes: 202, bye: 203, app: 204, xr: 207 } as const;

/** Calls back for what a compound packet holds. Numbers are given as they stand on the wire. */
export interface RtcpReader {
  senderReport(ssrc: number, ntpSeconds: number, ntpFraction: number, rtpTimestamp: number, packets: number, octets: number): void;
  /** One block about `about`, from a sender or receiver report of `from`. `lost` is signed 24 bit; `delay` in 1/65536 s. */
  reportBlock(from: number, about: number, fractionLost: number, lost: number, highest: number, jitter: number, lastReport: number, delay: number): void;
  bye(ssrc: number): void;
  /** RFC 3611 §4.7: `lossRate` and `discardRate` in 1/256, `mosLq` and `mosCq` times ten (127 unknown). */
  voipMetrics(from: number, about: number, lossRate: number, discardRate: number, roundTripMs: number, rFactor: number, mosLq: number, mosCq: number): void;
}

/**
 * Walks a compound packet (RFC 3550 §6.1, A.2). Answers false, having called nothing, when its lengths do not add up or it does
 * not begin with a report; reduced-size RTCP (RFC 5506) that begins with another known type is taken as well.
 */
export function readRtcp(bytes: Uint8Array, offset: number, length: number, reader: RtcpReader): boolean {
  if (length < 8 || (length & 3) !== 0 || offset + length > bytes.length) return false;
  const end = offset + length;
  for (let at = offset; at < end; ) {
    if (at + 4 > end || (bytes[at] as number) >> 6 !== 2) return false;
    const type = bytes[at + 1] as number;
    if (type < 192 || type > 223) return false;
    at += packetBytes(bytes, at);
    if (at > end) return false;
  }
  for (let at = offset; at < end; at += packetBytes(bytes, at)) readOne(bytes, at, packetBytes(bytes, at), reader);
  return true;
}

function packetBytes(bytes: Uint8Array, at: number): number {
  return ((((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) + 1) * 4;
}

function readOne(bytes: Uint8Array, at: number, size: number, reader: RtcpReader): void {
  const count = (bytes[at] as number) & 0x1f;
  const type = bytes[at + 1] as number;
  if (type === rtcpType.bye) {
    for (let i = 0; i < count && 8 + i * 4 <= size; i++) reader.bye(readUint32(bytes, at + 4 + i * 4));
    return;
  }
  if (size < 8) return;
  const from = readUint32(bytes, at + 4);
  if (type === rtcpType.sr && size >= 28) {
    reader.senderReport(from, readUint32(bytes, at + 8), readUint32(bytes, at + 12), readUint32(bytes, at + 16), readUint32(bytes, at + 20), readUint32(bytes, at + 24));
    readBlocks(bytes, at + 28, at + size, count, from, reader);
  } else if (type === rtcpType.rr) {
    readBlocks(bytes, at + 8, at + size, count, from, reader);
  } else if (type === rtcpType.xr) {
    for (let block = at + 8; block + 4 <= at + size; ) {
      const words = ((bytes[block + 2] as number) << 8) | (bytes[block + 3] as number);
      if (bytes[block] === 7 && words === 8 && block + 36 <= at + size) {
        reader.voipMetrics(from, readUint32(bytes, block + 4), bytes[block + 8] as number, bytes[block + 9] as number,
          ((bytes[block + 16] as number) << 8) | (bytes[block + 17] as number), bytes[block + 24] as number, bytes[block + 26] as number, bytes[block + 27] as number);
      }
      block += (words + 1) * 4;
    }
  }
}

function readBlocks(bytes: Uint8Array, start: number, end: number, count: number, from: number, reader: RtcpReader): void {
  for (let i = 0, at = start; i < count && at + 24 <= end; i++, at += 24) {
    const lost = (((bytes[at + 5] as number) << 24) | ((bytes[at + 6] as number) << 16) | ((bytes[at + 7] as number) << 8)) >> 8;
    reader.reportBlock(from, readUint32(bytes, at), bytes[at + 4] as number, lost, readUint32(bytes, at + 8), readUint32(bytes, at + 12), readUint32(bytes, at + 16), readUint32(bytes, at + 20));
  }
}

/** Writes compound packets into one reused buffer: begin with a report, add SDES, XR or BYE, then take `bytes` up to `length`. */
export class RtcpWriter {
  readonly bytes = new Uint8Array(512);
  length = 0;
  #report = 0;
  #blocks = 0;

  senderReport(ssrc: number, ntpSeconds: number, ntpFraction: number, rtpTimestamp: number, packets: number, octets: number): this {
    this.#begin(rtcpType.sr, ssrc);
    for (const value of [ntpSeconds, ntpFraction, rtpTimestamp, packets, octets]) this.#word(value);
    return this.#close(0);
  }

  receiverReport(ssrc: number): this {
    this.#begin(rtcpType.rr, ssrc);
    return this.#close(0);
  }

  /** Adds a block to the report that the compound begins with; to be called before anything else is added. */
  reportBlock(about: number, fractionLost: number, lost: number, highest: number, jitter: number, lastReport: number, delay: number): this {
    this.#word(about);
    const limited = Math.max(-0x800000, Math.min(0x7fffff, lost));
    this.#word(((fractionLost & 0xff) << 24) | (limited & 0xffffff));
    for (const value of [highest, jitter, lastReport, delay]) this.#word(value);
    this.#blocks += 1;
    this.bytes[this.#report] = 0x80 | this.#blocks;
    return this.#close(this.#report);
  }

  /** SDES with the CNAME, which every compound carries (RFC 3550 §6.5.1). ASCII, at most 255 octets. */
  cname(ssrc: number, name: string): this {
    const start = this.length;
    this.#header(rtcpType.sdes, 1);
    this.#word(ssrc);
    const size = Math.min(name.length, 255);
    this.bytes[this.length] = 1;
    this.bytes[this.length + 1] = size;
    for (let i = 0; i < size; i++) this.bytes[this.length + 2 + i] = name.charCodeAt(i) & 0x7f;
    this.length += 2 + size;
    do this.bytes[this.length++] = 0; while (((this.length - start) & 3) !== 0);
    return this.#close(start);
  }

  /** RFC 3611 §4.7, the parts that a gateway without an own loudspeaker knows; the rest is marked unavailable (127). */
  voipMetrics(ssrc: number, about: number, lossRate: number, discardRate: number, roundTripMs: number, rFactor: number, mos: number, bufferMs: number, maxBufferMs: number): this {
    const start = this.length;
    this.#header(rtcpType.xr, 0);
    this.#word(ssrc);
    this.#word((7 << 24) | 8);
    this.#word(about);
    this.#word(((lossRate & 0xff) << 24) | ((discardRate & 0xff) << 16));
    this.#word(0);
    this.#word(((roundTripMs & 0xffff) << 16) | (bufferMs & 0xffff));
    this.#word((127 << 24) | (127 << 16) | (127 << 8) | 16);
    const score = Math.round(mos * 10);
    this.#word(((rFactor & 0xff) << 24) | (127 << 16) | (score << 8) | score);
    // RX config: concealment standard (2), jitter buffer adaptive (3).
    this.#word((0xb0 << 24) | (bufferMs & 0xffff));
    this.#word(((maxBufferMs & 0xffff) << 16) | (maxBufferMs & 0xffff));
    return this.#close(start);
  }

  bye(ssrc: number): this {
    const start = this.length;
    this.#header(rtcpType.bye, 1);
    this.#word(ssrc);
    return this.#close(start);
  }

  #begin(type: number, ssrc: number): void {
    this.length = 0;
    this.#report = 0;
    this.#blocks = 0;
    this.#header(type, 0);
    this.#word(ssrc);
  }

  #header(type: number, count: number): void {
    this.#word(((0x80 | count) << 24) | (type << 16));
  }

  #word(value: number): void {
    writeUint32(this.bytes, this.length, value);
    this.length += 4;
  }

  #close(start: number): this {
    const words = (this.length - start) / 4 - 1;
    this.bytes[start + 2] = words >> 8;
    this.bytes[start + 3] = words & 0xff;
    return this;
  }
}
