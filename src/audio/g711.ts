/** ITU-T G.711 by tables: 64 K entries to encode, 256 to decode. Linear side: 16 bits. */
export type G711Law = 'ulaw' | 'alaw';

const ULAW_BIAS = 0x84;
const ULAW_CLIP = 32635;

function encodeUlaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), ULAW_CLIP) + ULAW_BIAS;
  let exponent = 7;
  for (let mask = 0x4000; (magnitude & mask) === 0 && exponent > 0; mask >>= 1) exponent -= 1;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

function decodeUlaw(code: number): number {
  const u = ~code & 0xff;
  const magnitude = ((((u & 0x0f) << 3) + ULAW_BIAS) << ((u & 0x70) >> 4)) - ULAW_BIAS;
  return (u & 0x80) !== 0 ? -magnitude : magnitude;
}

function encodeAlaw(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  const magnitude = Math.min(sample >= 0 ? sample : -sample - 1, 32767);
  let exponent = 7;
  for (let mask = 0x4000; (magnitude & mask) === 0 && exponent > 0; mask >>= 1) exponent -= 1;
  const mantissa = exponent === 0 ? (magnitude >> 4) & 0x0f : (magnitude >> (exponent + 3)) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

function decodeAlaw(code: number): number {
  const a = code ^ 0x55;
  const exponent = (a & 0x70) >> 4;
  const low = (a & 0x0f) << 4;
  const magnitude = exponent === 0 ? low + 8 : (low + 0x108) << (exponent - 1);
  return (a & 0x80) !== 0 ? magnitude : -magnitude;
}

const encodeTable = (encode: (sample: number) => number): Uint8Array => {
  const table = new Uint8Array(65536);
  for (let i = 0; i < 65536; i++) table[i] = encode((i << 16) >> 16);
  return table;
};
const decodeTable = (decode: (code: number) => number): Int16Array => Int16Array.from({ length: 256 }, (_, i) => decode(i));

/** Index: the sample's low 16 bits (`sample & 0xffff`). */
export const linearToUlaw = encodeTable(encodeUlaw);
export const linearToAlaw = encodeTable(encodeAlaw);
export const ulawToLinear = decodeTable(decodeUlaw);
export const alawToLinear = decodeTable(decodeAlaw);

/** The code of a zero sample, for filling silence. */
export const ULAW_SILENCE = 0xff;
export const ALAW_SILENCE = 0xd5;

/** Decodes `length` octets of `payload` from `start` into `out` from its beginning; returns the samples written. */
export function decodeG711(law: G711Law, payload: Uint8Array, out: Int16Array, start = 0, length = payload.length - start): number {
  const table = law === 'ulaw' ? ulawToLinear : alawToLinear;
  const n = Math.min(length, out.length);
  let i = 0;
  // Eight at a time, here and below: stepping costs more than looking up.
  for (; i + 7 < n; i += 8) {
    const from = start + i;
    out[i] = table[payload[from] as number] as number;
    out[i + 1] = table[payload[from + 1] as number] as number;
    out[i + 2] = table[payload[from + 2] as number] as number;
    out[i + 3] = table[payload[from + 3] as number] as number;
    out[i + 4] = table[payload[from + 4] as number] as number;
    out[i + 5] = table[payload[from + 5] as number] as number;
    out[i + 6] = table[payload[from + 6] as number] as number;
    out[i + 7] = table[payload[from + 7] as number] as number;
  }
  for (; i < n; i++) out[i] = table[payload[start + i] as number] as number;
  return n;
}

/** Encodes `length` samples into `out` from `at`; returns the octets written. */
export function encodeG711(law: G711Law, samples: Int16Array, out: Uint8Array, at = 0, length = samples.length): number {
  const table = law === 'ulaw' ? linearToUlaw : linearToAlaw;
  const n = Math.min(length, out.length - at);
  let i = 0;
  for (; i + 7 < n; i += 8) {
    const to = at + i;
    out[to] = table[(samples[i] as number) & 0xffff] as number;
    out[to + 1] = table[(samples[i + 1] as number) & 0xffff] as number;
    out[to + 2] = table[(samples[i + 2] as number) & 0xffff] as number;
    out[to + 3] = table[(samples[i + 3] as number) & 0xffff] as number;
    out[to + 4] = table[(samples[i + 4] as number) & 0xffff] as number;
    out[to + 5] = table[(samples[i + 5] as number) & 0xffff] as number;
    out[to + 6] = table[(samples[i + 6] as number) & 0xffff] as number;
    out[to + 7] = table[(samples[i + 7] as number) & 0xffff] as number;
  }
  for (; i < n; i++) out[at + i] = table[(samples[i] as number) & 0xffff] as number;
  return n;
}
