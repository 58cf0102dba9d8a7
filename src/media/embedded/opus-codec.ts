import { createRequire } from 'node:module';
import type { Codec } from './codecs.ts';

/** The parts of the optional package @evan/opus that are used. */
interface OpusLibrary {
  readonly Encoder: new (options: { channels: 1; sample_rate: 16000; application: 'voip' }) => { encode(pcm: Int16Array): Uint8Array; complexity: number; inband_fec: boolean; packet_loss: number; bitrate: number };
  readonly Decoder: new (options: { channels: 1; sample_rate: 16000 }) => { decode(packet: Uint8Array): Uint8Array };
}

let library: OpusLibrary | null | undefined;

function load(): OpusLibrary | null {
  if (library === undefined) {
    try {
      library = createRequire(import.meta.url)('@evan/opus') as OpusLibrary;
    } catch {
      library = null;
    }
  }
  return library;
}

export function isOpusAvailable(): boolean {
  return load() !== null;
}

/** Opus (RFC 6716, RTP by RFC 7587) in its wide-band voice mode: 16 kHz inside, 48 kHz on the RTP clock. Undefined when the library is not there. */
export function createOpus(): Codec | undefined {
  const opus = load();
  if (opus === null) return undefined;
  const encoder = new opus.Encoder({ channels: 1, sample_rate: 16_000, application: 'voip' });
  encoder.complexity = 5;
  encoder.bitrate = 24_000;
  encoder.inband_fec = true;
  encoder.packet_loss = 5;
  const decoder = new opus.Decoder({ channels: 1, sample_rate: 16_000 });
  return {
    name: 'opus', rate: 16_000, unitsPerSample: 3, impairment: 0, robustness: 20,
    decode: (payload, offset, length, out) => {
      try {
        const bytes = decoder.decode(payload.subarray(offset, offset + length));
        const n = Math.min(bytes.length >> 1, out.length);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        for (let i = 0; i < n; i++) out[i] = view.getInt16(i * 2, true);
        return n;
      } catch {
        return 0; // not a valid Opus packet
      }
    },
    encode: (frame, out, at) => {
      const bytes = encoder.encode(frame);
      for (let i = 0; i < bytes.length; i++) out[at + i] = bytes[i] as number;
      return bytes.length;
    },
  };
}
