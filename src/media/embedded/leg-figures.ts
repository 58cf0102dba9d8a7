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
  const { receivedEver, expectedEver } = receiver.statistics;
  return { received: receivedEver, sent: sender.packets, expected: expectedEver, late: receiver.late, malformedRedundant: receiver.malformedRedundant };
}

/** A leg's figures over its whole life, or over what came after `since`. Jitter is RFC 3550's running mean as it is now, delay that of now. */
export function legFigures(node: MediaId, media: EndpointMedia, since = atFirst): LegStats {
  const now = legCounts(media);
  const received = now.received - since.received;
  const expected = now.expected - since.expected;
  const lost = Math.max(0, expected - received);
  const late = now.late - since.late;
  return {
    node, codec: media.codec.name, packetsReceived: received, packetsSent: now.sent - since.sent, packetsLost: lost, malformedRedundant: now.malformedRedundant - since.malformedRedundant,
    jitterMs: hundredths(media.receiver.jitterMs), mos: hundredths(media.rtcp.opinion({ expected, lost, late }, media.receiver, media.codec).mos),
  };
}

const hundredths = (value: number): number => Math.round(value * 100) / 100;
