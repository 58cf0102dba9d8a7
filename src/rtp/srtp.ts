import { createCipheriv, createHmac, timingSafeEqual, type Cipher } from 'node:crypto';
import { readUint32, writeUint32 } from './rtp-packet.ts';

export type SrtpSuite = 'AES_CM_128_HMAC_SHA1_80' | 'AES_CM_128_HMAC_SHA1_32';

/** Octets that protection adds at most: the tag, and for SRTCP its index. */
export const srtpOverhead = 14;

const rtcpTagBytes = 10;
const replayBits = 64;

interface Keys {
  readonly cipher: Cipher;
  readonly salt: Uint8Array;
  readonly auth: Buffer;
}

/** What is known of one SSRC's packets, per direction. */
interface Stream {
  rollover: number;
  highest: number;
  started: boolean;
  /** Bit n: the packet n before the highest index has been seen. */
  low: number;
  high: number;
}

/**
 * One direction of SRTP and SRTCP under one master key (RFC 3711; key derivation rate 0, no MKI). Works in place on the
 * packet; answers the new length, or −1 when a packet is forged, replayed or broken.
 */
export class SrtpContext {
  readonly #tagBytes: number;
  readonly #rtp: Keys;
  readonly #rtcp: Keys;
  readonly #streams = new Map<number, Stream>();
  readonly #rtcpSeen = new Map<number, Stream>();
  #rtcpIndex = 0;
  /** Counter blocks of one packet, and the words that enter the tag. */
  readonly #blocks = Buffer.alloc(16 * 96);
  readonly #rolloverWord = Buffer.alloc(4);

  /** `keySalt`: base64 of 16 octets master key and 14 octets master salt, as in `a=crypto`. */
  constructor(suite: SrtpSuite, keySalt: string) {
    this.#tagBytes = suite === 'AES_CM_128_HMAC_SHA1_32' ? 4 : 10;
    const master = Buffer.from(keySalt, 'base64');
    if (master.length !== 30) throw new RangeError(`SRTP key and salt are 30 octets, not ${master.length}`);
    this.#rtp = deriveKeys(master, 0);
    this.#rtcp = deriveKeys(master, 3);
  }

  /** Encrypts and signs an RTP packet of `length`; the buffer holds `srtpOverhead` more. */
  protect(bytes: Uint8Array, length: number): number {
    const header = headerLength(bytes, length);
    if (header < 0) return -1;
    const ssrc = readUint32(bytes, 8);
    const sequence = ((bytes[2] as number) << 8) | (bytes[3] as number);
    const stream = this.#stream(this.#streams, ssrc);
    if (stream.started && sequence < stream.highest && stream.highest - sequence > 0x8000) stream.rollover = (stream.rollover + 1) >>> 0;
    stream.started = true;
    stream.highest = sequence;
    this.#crypt(this.#rtp, bytes, header, length, ssrc, stream.rollover, sequence);
    const tag = this.#tag(this.#rtp, bytes, length, stream.rollover);
    for (let i = 0; i < this.#tagBytes; i++) bytes[length + i] = tag[i] as number;
    return length + this.#tagBytes;
  }

  unprotect(bytes: Uint8Array, length: number): number {
    const plain = length - this.#tagBytes;
    const header = headerLength(bytes, plain);
    if (header < 0) return -1;
    const ssrc = readUint32(bytes, 8);
    const sequence = ((bytes[2] as number) << 8) | (bytes[3] as number);
    const known = this.#streams.get(ssrc);
    const rollover = known === undefined ? 0 : guessRollover(known, sequence);
    if (rollover < 0) return -1;
    const ahead = known === undefined ? 1 : (rollover - known.rollover) * 65536 + sequence - known.highest;
    if (known !== undefined && ahead <= 0 && isSeen(known, -ahead)) return -1;
    if (!sameTag(this.#tag(this.#rtp, bytes, plain, rollover), bytes, plain, this.#tagBytes)) return -1;
    // Only an authentic packet may change anything.
    const stream = known ?? this.#stream(this.#streams, ssrc);
    markSeen(stream, ahead);
    if (ahead > 0) {
      stream.rollover = rollover;
      stream.highest = sequence;
    }
    stream.started = true;
    this.#crypt(this.#rtp, bytes, header, plain, ssrc, rollover, sequence);
    return plain;
  }

  /** The same for a compound RTCP packet (RFC 3711 §3.4). */
  protectRtcp(bytes: Uint8Array, length: number): number {
    if (length < 8) return -1;
    this.#rtcpIndex = (this.#rtcpIndex + 1) & 0x7fffffff;
    this.#crypt(this.#rtcp, bytes, 8, length, readUint32(bytes, 4), this.#rtcpIndex >>> 16, this.#rtcpIndex & 0xffff);
    writeUint32(bytes, length, (this.#rtcpIndex | 0x80000000) >>> 0);
    const tag = this.#tag(this.#rtcp, bytes, length + 4, undefined);
    for (let i = 0; i < rtcpTagBytes; i++) bytes[length + 4 + i] = tag[i] as number;
    return length + 4 + rtcpTagBytes;
  }

  unprotectRtcp(bytes: Uint8Array, length: number): number {
    const plain = length - 4 - rtcpTagBytes;
    if (plain < 8) return -1;
    if (!sameTag(this.#tag(this.#rtcp, bytes, plain + 4, undefined), bytes, plain + 4, rtcpTagBytes)) return -1;
    const word = readUint32(bytes, plain);
    const index = word & 0x7fffffff;
    const ssrc = readUint32(bytes, 4);
    const stream = this.#stream(this.#rtcpSeen, ssrc);
    const ahead = stream.started ? index - stream.highest : 1;
    if (ahead <= 0 && isSeen(stream, -ahead)) return -1;
    markSeen(stream, ahead);
    if (ahead > 0) stream.highest = index;
    stream.started = true;
    if (word >>> 31 === 1) this.#crypt(this.#rtcp, bytes, 8, plain, ssrc, index >>> 16, index & 0xffff);
    return plain;
  }

  #stream(streams: Map<number, Stream>, ssrc: number): Stream {
    let stream = streams.get(ssrc);
    if (stream === undefined) {
      // A far end that changes its SSRC again and again must not fill the memory.
      if (streams.size >= 16) streams.delete(streams.keys().next().value as number);
      stream = { rollover: 0, highest: 0, started: false, low: 0, high: 0 };
      streams.set(ssrc, stream);
    }
    return stream;
  }

  /** AES in counter mode (§4.1.1): IV = (salt · 2^16) ⊕ (SSRC · 2^64) ⊕ (index · 2^16). */
  #crypt(keys: Keys, bytes: Uint8Array, from: number, to: number, ssrc: number, rollover: number, sequence: number): void {
    const count = (to - from + 15) >> 4;
    if (count <= 0) return;
    const blocks = count * 16 <= this.#blocks.length ? this.#blocks : Buffer.alloc(count * 16);
    for (let i = 0; i < 14; i++) blocks[i] = keys.salt[i] as number;
    const mix = (at: number, value: number): void => {
      for (let i = 0; i < 4; i++) blocks[at + i] = (blocks[at + i] as number) ^ ((value >>> (24 - i * 8)) & 0xff);
    };
    mix(4, ssrc);
    mix(8, rollover);
    blocks[12] = (blocks[12] as number) ^ (sequence >> 8);
    blocks[13] = (blocks[13] as number) ^ (sequence & 0xff);
    for (let b = 0; b < count; b++) {
      if (b > 0) blocks.copyWithin(b * 16, 0, 14);
      blocks[b * 16 + 14] = b >> 8;
      blocks[b * 16 + 15] = b & 0xff;
    }
    const stream = keys.cipher.update(blocks.subarray(0, count * 16));
    for (let i = from; i < to; i++) bytes[i] = (bytes[i] as number) ^ (stream[i - from] as number);
  }

  #tag(keys: Keys, bytes: Uint8Array, length: number, rollover: number | undefined): Buffer {
    const hmac = createHmac('sha1', keys.auth).update(bytes.subarray(0, length));
    if (rollover !== undefined) {
      this.#rolloverWord.writeUInt32BE(rollover >>> 0);
      hmac.update(this.#rolloverWord);
    }
    return hmac.digest();
  }
}

/** The session keys of §4.3.1 for labels `first`, `first + 1`, `first + 2`: cipher key, authentication key, salt. */
function deriveKeys(master: Buffer, first: number): Keys {
  const derive = (label: number, bytes: number): Buffer => {
    const x = Buffer.alloc(16);
    master.copy(x, 0, 16, 30);
    x[7] = (x[7] as number) ^ label;
    return createCipheriv('aes-128-ctr', master.subarray(0, 16), x).update(Buffer.alloc(bytes));
  };
  const cipher = createCipheriv('aes-128-ecb', derive(first, 16), null).setAutoPadding(false);
  return { cipher, auth: derive(first + 1, 20), salt: derive(first + 2, 14) };
}

function headerLength(bytes: Uint8Array, length: number): number {
  if (length < 12 || (bytes[0] as number) >> 6 !== 2) return -1;
  let header = 12 + ((bytes[0] as number) & 0x0f) * 4;
  if (((bytes[0] as number) & 0x10) !== 0) {
    if (header + 4 > length) return -1;
    header += 4 + (((bytes[header + 2] as number) << 8) | (bytes[header + 3] as number)) * 4;
  }
  return header > length ? -1 : header;
}

/** §3.3.1: the rollover counter that makes the index nearest to the highest one. −1: before the beginning. */
function guessRollover({ rollover, highest }: Stream, sequence: number): number {
  if (highest < 0x8000) return sequence - highest > 0x8000 ? rollover - 1 : rollover;
  return highest - 0x8000 > sequence ? (rollover + 1) >>> 0 : rollover;
}

function isSeen({ low, high }: Stream, back: number): boolean {
  if (back >= replayBits) return true;
  return back < 32 ? ((low >>> back) & 1) === 1 : ((high >>> (back - 32)) & 1) === 1;
}

/** Notes a packet `ahead` of the highest (positive moves the window), or so far behind it. */
function markSeen(stream: Stream, ahead: number): void {
  if (ahead > 0) {
    if (ahead >= replayBits) stream.low = stream.high = 0;
    else if (ahead >= 32) {
      stream.high = ahead === 32 ? stream.low : (stream.low << (ahead - 32)) >>> 0;
      stream.low = 0;
    } else {
      stream.high = ((stream.high << ahead) | (stream.low >>> (32 - ahead))) >>> 0;
      stream.low = (stream.low << ahead) >>> 0;
    }
    stream.low = (stream.low | 1) >>> 0;
  } else if (-ahead < 32) stream.low = (stream.low | (1 << -ahead)) >>> 0;
  else stream.high = (stream.high | (1 << (-ahead - 32))) >>> 0;
}

function sameTag(tag: Buffer, bytes: Uint8Array, at: number, length: number): boolean {
  return timingSafeEqual(tag.subarray(0, length), bytes.subarray(at, at + length));
}
