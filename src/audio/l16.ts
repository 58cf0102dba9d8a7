/** RTP payload L16: 16-bit linear samples in network order (RFC 3551 §4.5.11). */

/** Decodes up to `out.length` samples from `payload` at `start`; an odd last octet is ignored. Returns the samples written. */
export function decodeL16(payload: Uint8Array, out: Int16Array, start = 0, length = payload.length - start): number {
  const n = Math.min(length >> 1, out.length);
  for (let i = 0, at = start; i < n; i++, at += 2) out[i] = ((payload[at] as number) << 8) | (payload[at + 1] as number);
  return n;
}

/** Encodes `length` samples into `out` from `at`; returns the octets written. */
export function encodeL16(samples: Int16Array, out: Uint8Array, at = 0, length = samples.length): number {
  const n = Math.min(length, (out.length - at) >> 1);
  for (let i = 0, o = at; i < n; i++, o += 2) {
    const s = samples[i] as number;
    out[o] = (s >> 8) & 0xff;
    out[o + 1] = s & 0xff;
  }
  return n * 2;
}
