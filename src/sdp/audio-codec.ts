import type { MediaDescription } from './session-description.ts';

/** One RTP payload format of an audio section: its number, and what `a=rtpmap`/`a=fmtp` say of it. */
export interface PayloadFormat {
  readonly payloadType: number;
  /** As written in rtpmap; compare with `sameEncoding`. */
  readonly encoding: string;
  /** RTP clock, Hz. */
  readonly clockRate: number;
  readonly channels: number;
  readonly fmtp?: string;
}

/** A codec that we can speak, in the words of a configuration: `PCMU`, `PCMA`, `G722`, `L16/16000`, `opus`, `telephone-event`, `red`, `CN`. */
export interface LocalCodec {
  readonly encoding: string;
  readonly clockRate: number;
  readonly channels: number;
  /** RFC 3551 number, or undefined: a dynamic one is chosen. */
  readonly staticType?: number;
  readonly fmtp?: string;
}

/** Static payload types of RFC 3551 §6 that matter to a reader of offers. G.722's RTP clock is 8000 by a historic error. */
const staticFormats: readonly (readonly [number, string, number, number])[] = [
  [0, 'PCMU', 8000, 1], [3, 'GSM', 8000, 1], [4, 'G723', 8000, 1], [5, 'DVI4', 8000, 1], [6, 'DVI4', 16000, 1], [7, 'LPC', 8000, 1],
  [8, 'PCMA', 8000, 1], [9, 'G722', 8000, 1], [10, 'L16', 44100, 2], [11, 'L16', 44100, 1], [12, 'QCELP', 8000, 1], [13, 'CN', 8000, 1],
  [14, 'MPA', 90000, 1], [15, 'G728', 8000, 1], [16, 'DVI4', 11025, 1], [17, 'DVI4', 22050, 1], [18, 'G729', 8000, 1],
];

/** Every codec name that the media plane may be configured with. */
export const localCodecs: Readonly<Record<string, LocalCodec>> = {
  PCMU: { encoding: 'PCMU', clockRate: 8000, channels: 1, staticType: 0 },
  PCMA: { encoding: 'PCMA', clockRate: 8000, channels: 1, staticType: 8 },
  G722: { encoding: 'G722', clockRate: 8000, channels: 1, staticType: 9 },
  L16: { encoding: 'L16', clockRate: 16000, channels: 1 },
  'L16/8000': { encoding: 'L16', clockRate: 8000, channels: 1 },
  'L16/16000': { encoding: 'L16', clockRate: 16000, channels: 1 },
  opus: { encoding: 'opus', clockRate: 48000, channels: 2, fmtp: 'useinbandfec=1' },
  CN: { encoding: 'CN', clockRate: 8000, channels: 1, staticType: 13 },
  red: { encoding: 'red', clockRate: 8000, channels: 1 },
  'telephone-event': { encoding: 'telephone-event', clockRate: 8000, channels: 1, fmtp: '0-16' },
};

/** A codec by its configured name, without regard to case; undefined when there is none of that name. */
export function localCodec(name: string): LocalCodec | undefined {
  const wanted = name.toLowerCase();
  const key = Object.keys(localCodecs).find((candidate) => candidate.toLowerCase() === wanted);
  return key === undefined ? undefined : localCodecs[key];
}

/** Encoding names compare without regard to case (RFC 8866 §6.6). */
export function sameEncoding(a: { encoding: string; clockRate: number; channels: number }, b: { encoding: string; clockRate: number; channels: number }): boolean {
  return a.clockRate === b.clockRate && a.channels === b.channels && a.encoding.toLowerCase() === b.encoding.toLowerCase();
}

/** The formats of a section in its order; numbers without a known meaning are left out. */
export function payloadFormats(media: MediaDescription): PayloadFormat[] {
  const maps = new Map<number, { encoding: string; clockRate: number; channels: number }>();
  const parameters = new Map<number, string>();
  for (const { name, value } of media.attributes) {
    if (value === undefined) continue;
    if (name === 'rtpmap') {
      const match = /^(\d{1,3})\s+([^/\s]+)\/(\d{1,6})(?:\/(\d{1,2}))?/.exec(value);
      if (match !== null) maps.set(Number(match[1]), { encoding: match[2] ?? '', clockRate: Number(match[3]), channels: Number(match[4] ?? 1) });
    } else if (name === 'fmtp') {
      const match = /^(\d{1,3})\s+(.*)$/.exec(value);
      if (match !== null && !parameters.has(Number(match[1]))) parameters.set(Number(match[1]), match[2] ?? '');
    }
  }
  const formats: PayloadFormat[] = [];
  for (const text of media.formats) {
    const payloadType = /^\d{1,3}$/.test(text) ? Number(text) : -1;
    if (payloadType < 0 || payloadType > 127 || formats.some((known) => known.payloadType === payloadType)) continue;
    const fixed = staticFormats.find(([number]) => number === payloadType);
    const map = maps.get(payloadType) ?? (fixed === undefined ? undefined : { encoding: fixed[1], clockRate: fixed[2], channels: fixed[3] });
    if (map === undefined) continue;
    const fmtp = parameters.get(payloadType);
    formats.push({ payloadType, ...map, ...(fmtp === undefined ? {} : { fmtp }) });
  }
  return formats;
}

/** `a=ptime` or `a=maxptime`, milliseconds; undefined when absent or absurd. Of several, the smallest. */
export function packetTime(media: MediaDescription, name: 'ptime' | 'maxptime'): number | undefined {
  let smallest: number | undefined;
  for (const attribute of media.attributes) {
    if (attribute.name !== name) continue;
    const value = Number.parseFloat(attribute.value ?? '');
    if (value >= 1 && value <= 1000 && (smallest === undefined || value < smallest)) smallest = value;
  }
  return smallest;
}

