import type { MediaId } from '../../kernel/ids.ts';
import type { LegStats } from '../media.ts';
import type { EndpointMedia } from './endpoint-media.ts';

/** What a leg has counted up to a moment. */
export interface LegCounts {
  readonly received: number;
  readonly sent: number;
  readonly expected: number;
  readonly late: number;
  readonly malformedRedundant: number;
}

const atFirst: LegCounts = { received: 0, sent: 0, expected: 0, late: 0, malformedRedundant: 0 };

export function legCounts(media: EndpointMedia): LegCounts {
  media.settle();
  const { receiver, sender } = media;
  const { received, expected } = receiver.statistics;
  return { received, sent: sender.packets, expected, late: receiver.late, malformedRedundant: receiver.malformedRedundant };
}

/**
 * A leg's figures over its whole life, or over what came after `since`. A stream of the far end that began anew in between (SSRC, codec) has
 * been counted anew: then what came since it did. Jitter is RFC 3550's running mean as it is now, delay that of now.
 */
export function legFigures(node: MediaId, media: EndpointMedia, since = atFirst): LegStats {
  const now = legCounts(media);
  const from = now.expected < since.expected || now.received < since.received ? { ...atFirst, sent: since.sent } : since;
  const received = now.received - from.received;
  const expected = now.expected - from.expected;
  const lost = Math.max(0, expected - received);
  const late = grown(now.late, from.late);
  return {
    node, codec: media.codec.name, packetsReceived: received, packetsSent: now.sent - from.sent, packetsLost: lost, malformedRedundant: grown(now.malformedRedundant, from.malformedRedundant),
    jitterMs: hundredths(media.receiver.jitterMs), mos: hundredths(media.rtcp.opinion({ expected, lost, late }, media.receiver, media.codec).mos),
  };
}

/** What came since a count was `from`; one that is lower now has begun anew. */
const grown = (now: number, from: number): number => now - (now < from ? 0 : from);

const hundredths = (value: number): number => Math.round(value * 100) / 100;
