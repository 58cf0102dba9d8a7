/** RTP's fixed header (RFC 3550 §5.1), octets. */
export const rtpHeaderBytes = 12;

/**
 * A view onto one RTP packet inside a reused buffer: `parse` sets the fields, nothing is copied or allocated. Fields are
 * meaningful only after `parse` answered true, and until the buffer is used again.
 */
export class RtpPacket {
  payloadType = 0;
  marker = false;
  /** 16 bit. */
  sequence = 0;
  /** 32 bit, unsigned. */
  timestamp = 0;
  /** 32 bit, unsigned. */
  ssrc = 0;
  /** Offset and length of the payload, padding and header extension left out. */
  payloadOffset = 0;
  payloadLength = 0;

  /** False when the octets are no RTP version 2 packet whose lengths add up. */
  parse(bytes: Uint8Array, offset: number, length: number): boolean {
    if (length < rtpHeaderBytes || offset + length > bytes.length) return false;
    const first = bytes[offset] as number;
    if (first >> 6 !== 2) return false;
    let header = rtpHeaderBytes + (first & 0x0f) * 4;
    if (header > length) return false;
    if ((first & 0x10) !== 0) {
      if (header + 4 > length) return false;
      header += 4 + (((bytes[offset + header + 2] as number) << 8) | (bytes[offset + header + 3] as number)) * 4;
      if (header > length) return false;
    }
    let payload = length - header;
    if ((first & 0x20) !== 0) {
      const padding = bytes[offset + length - 1] as number;
      if (padding === 0 || padding > payload) return false;
      payload -= padding;
    }
    const second = bytes[offset + 1] as number;
    this.marker = second >= 0x80;
    this.payloadType = second & 0x7f;
    this.sequence = ((bytes[offset + 2] as number) << 8) | (bytes[offset + 3] as number);
    this.timestamp = readUint32(bytes, offset + 4);
    this.ssrc = readUint32(bytes, offset + 8);
    this.payloadOffset = offset + header;
    this.payloadLength = payload;
    return true;
  }
}

/** Writes the fixed header at `offset`; the payload follows at `offset + 12`. */
export function writeRtpHeader(bytes: Uint8Array, offset: number, payloadType: number, marker: boolean, sequence: number, timestamp: number, ssrc: number): void {
  bytes[offset] = 0x80;
  bytes[offset + 1] = (marker ? 0x80 : 0) | payloadType;
  bytes[offset + 2] = (sequence >> 8) & 0xff;
  bytes[offset + 3] = sequence & 0xff;
  writeUint32(bytes, offset + 4, timestamp);
  writeUint32(bytes, offset + 8, ssrc);
}

export function readUint32(bytes: Uint8Array, offset: number): number {
  return (((bytes[offset] as number) << 24) | ((bytes[offset + 1] as number) << 16) | ((bytes[offset + 2] as number) << 8) | (bytes[offset + 3] as number)) >>> 0;
}

export function writeUint32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = (value >>> 24) & 0xff;
  bytes[offset + 1] = (value >>> 16) & 0xff;
  bytes[offset + 2] = (value >>> 8) & 0xff;
  bytes[offset + 3] = value & 0xff;
}

/** Is it RTCP, when both come on one port (RFC 5761 §4)? Its packet type octet is 192–223. */
export function isRtcp(bytes: Uint8Array, offset: number, length: number): boolean {
  if (length < 8) return false;
  const type = bytes[offset + 1] as number;
  return type >= 192 && type <= 223;
}
