import { decodeG711, encodeG711 } from '../../audio/g711.ts';
import { G722Decoder, G722Encoder } from '../../audio/g722.ts';
import { decodeL16, encodeL16 } from '../../audio/l16.ts';
import type { PayloadFormat } from '../../sdp/index.ts';
import { createOpus, isOpusAvailable } from './opus-codec.ts';
import type { SampleRate } from './source.ts';

/** One direction-less codec instance of an endpoint: stateful where the codec is. */
export interface Codec {
  readonly name: string;
  /** Of the linear samples. */
  readonly rate: SampleRate;
  /** RTP clock units per linear sample: G.722's clock runs at half its rate, Opus at 48 kHz. */
  readonly unitsPerSample: number;
  /** E-model: equipment impairment and packet-loss robustness (ITU-T G.113). */
  readonly impairment: number;
  readonly robustness: number;
  /** Decodes a payload to `out`; the samples written, 0 when it is broken. */
  decode(payload: Uint8Array, offset: number, length: number, out: Int16Array): number;
  /** Encodes one frame to `out` at `at`; the octets written. */
  encode(frame: Int16Array, out: Uint8Array, at: number): number;
}

/** Makes the codec of a negotiated format; undefined when there is none. */
export function createCodec(format: PayloadFormat): Codec | undefined {
  const make = factories[`${format.encoding.toUpperCase()}/${format.clockRate}`];
  return make?.();
}

const g711 = (name: 'PCMU' | 'PCMA'): Codec => {
  const law = name === 'PCMU' ? 'ulaw' : 'alaw';
  return {
    name, rate: 8000, unitsPerSample: 1, impairment: 0, robustness: 25.1,
    decode: (payload, offset, length, out) => decodeG711(law, payload, out, offset, length),
    encode: (frame, out, at) => encodeG711(law, frame, out, at),
  };
};

/** They keep nothing of a stream: one of each serves all legs. */
const pcmu = g711('PCMU');
const pcma = g711('PCMA');

const l16 = (rate: SampleRate): Codec => ({
  name: `L16/${rate}`, rate, unitsPerSample: 1, impairment: 0, robustness: 25.1,
  decode: (payload, offset, length, out) => decodeL16(payload, out, offset, length),
  encode: (frame, out, at) => encodeL16(frame, out, at),
});

/** RFC 3551 §4.5.2: the RTP clock says 8000 although 16,000 samples a second are meant. */
const g722 = (): Codec => {
  const encoder = new G722Encoder();
  const decoder = new G722Decoder();
  return {
    name: 'G722', rate: 16_000, unitsPerSample: 0.5, impairment: 13, robustness: 14,
    decode: (payload, offset, length, out) => decoder.decode(payload, out, offset, length),
    encode: (frame, out, at) => encoder.encode(frame, out, at),
  };
};

/** By encoding name and RTP clock. */
const factories: Readonly<Record<string, () => Codec | undefined>> = {
  'PCMU/8000': () => pcmu,
  'PCMA/8000': () => pcma,
  'L16/8000': () => l16(8000),
  'L16/16000': () => l16(16000),
  'G722/8000': g722,
  'OPUS/48000': createOpus,
};

/** The configured names that a codec exists for, besides `telephone-event`, `red` and `CN`. */
export function isCodecAvailable(name: string): boolean {
  const upper = name.toUpperCase();
  if (upper === 'TELEPHONE-EVENT' || upper === 'RED' || upper === 'CN') return true;
  const keys: Readonly<Record<string, string>> = { PCMU: 'PCMU/8000', PCMA: 'PCMA/8000', G722: 'G722/8000', L16: 'L16/16000', 'L16/16000': 'L16/16000', 'L16/8000': 'L16/8000' };
  if (upper === 'OPUS') return isOpusAvailable();
  const key = keys[upper];
  return key !== undefined && key in factories;
}
