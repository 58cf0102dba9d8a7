import type { PayloadFormat } from './audio-codec.ts';
import type { NegotiatedAudio } from './local-audio.ts';

/** Earlier events in a packet: as many as we offer, and as we send at most. */
export const offeredLevels = 2;
const mostLevels = 4;

export const isRedundancy = ({ encoding }: { readonly encoding: string }): boolean => encoding.toLowerCase() === 'red';

/** `red` of events alone (RFC 2198 §5): its `fmtp` names the events' payload type for the primary and for each redundant block. Redundant speech is not taken. */
export function redundancyOf(formats: readonly PayloadFormat[], events: PayloadFormat): NegotiatedAudio['redundancy'] {
  for (const format of formats) {
    const blocks = (format.fmtp ?? '').trim().split('/');
    if (!isRedundancy(format) || format.clockRate !== events.clockRate || format.channels !== 1 || blocks.length < 2) continue;
    if (blocks.every((block) => block === String(events.payloadType))) return { sendType: format.payloadType, receiveType: format.payloadType, levels: Math.min(blocks.length - 1, mostLevels) };
  }
  return undefined;
}

export function redundantFormat(payloadType: number, { payloadType: events, clockRate }: PayloadFormat, levels: number): PayloadFormat {
  return { payloadType, encoding: 'red', clockRate, channels: 1, fmtp: new Array<number>(levels + 1).fill(events).join('/') };
}
