import { CallQualities } from '../../../../src/core/call-control/call-qualities.ts';
import type { CallQuality } from '../../../../src/core/ports.ts';
import type { AgentId, AttemptId, ConnectionId, MediaId } from '../../../../src/kernel/ids.ts';
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { accepted, refused, type Reply } from '../../../../src/kernel/result.ts';
import type { LegStats, MediaEvent } from '../../../../src/media/media.ts';

const attempt = 'attempt-1' as AttemptId;
const agent = '1001' as AgentId;
const nailed = 'connection-agent' as ConnectionId;
const call = 'connection-call' as ConnectionId;
const node = 'media-1' as MediaId;
const leg: LegStats = { node, codec: 'PCMA', packetsReceived: 400, packetsSent: 410, packetsLost: 4, malformedRedundant: 0, jitterMs: 1.2, mos: 4.2 };
const figures = { codec: 'PCMA', packetsReceived: 400, packetsSent: 410, packetsLost: 4, jitterMs: 1.2, mos: 4.2 };
const done = (measure: string): MediaEvent => ({ name: 'measure.done', node, measure, durationMs: 8_000, leg });

function setUp(given: { up?: boolean; reply?: Reply; store?: Error } = {}) {
  const asked: string[] = [];
  const noted: CallQuality[] = [];
  const qualities = new CallQualities({
    outcomes: { heard: (_of, quality) => (noted.push(quality), given.store === undefined ? Promise.resolve() : Promise.reject(given.store)) },
    platform: () => ({
      measure: (of, measure) => (asked.push(`measure ${of} ${measure}`), given.reply ?? accepted),
      endMeasure: (of, measure) => (asked.push(`end ${of} ${measure}`), accepted),
    }),
    legOf: () => (given.up === false ? undefined : nailed), logger: silentLogger,
  });
  return { qualities, asked, noted };
}

describe('how the legs of an attempt sound', () => {
  it('is noted of the agent\'s leg over the conversation, and of the call over its life', async () => {
    const { qualities, asked, noted } = setUp();
    qualities.called(call, attempt, attempt);
    qualities.joined(attempt, agent);
    qualities.left(attempt);
    expect(asked).toEqual([`measure ${nailed} attempt-1.agent`, `end ${nailed} attempt-1.agent`]);
    qualities.onMedia(done('attempt-1.agent'), nailed);
    qualities.onMedia({ name: 'node.closed', node, leg: { ...leg, packetsReceived: 0 } }, call);
    await qualities.settled();
    expect(noted).toEqual([
      { call: 'attempt-1.agent', leg: 'agent', agent, durationMs: 8_000, ...figures },
      { call: attempt, leg: 'customer', ...figures, packetsReceived: 0, mos: null },
    ]);
  });

  it('is noted as far as it was measured when the agent\'s phone hangs up first, and once', async () => {
    const { qualities, asked, noted } = setUp();
    qualities.joined(attempt, agent);
    qualities.onMedia(done('attempt-1.agent'), nailed);
    qualities.onMedia({ name: 'node.closed', node, leg }, nailed);
    qualities.left(attempt);
    qualities.onMedia(done('attempt-1.agent'), nailed);
    await qualities.settled();
    expect([asked.length, noted.map((quality) => quality.call)]).toEqual([1, ['attempt-1.agent']]);
  });

  it('is not known where the thread died, the agent\'s phone is gone, or the media plane cannot measure', async () => {
    const died = setUp();
    died.qualities.called(call, attempt, attempt);
    died.qualities.joined(attempt, agent);
    for (const over of [call, nailed]) died.qualities.onMedia({ name: 'node.closed', node }, over);
    died.qualities.left(attempt);
    const gone = setUp({ up: false });
    const unable = setUp({ reply: refused('unsupported', 'no') });
    for (const { qualities } of [gone, unable]) {
      qualities.joined(attempt, agent);
      qualities.left(attempt);
    }
    expect([died, gone, unable].map(({ asked, noted }) => [asked.length, noted.length])).toEqual([[1, 0], [0, 0], [1, 0]]);
  });

  it('may be lost with a store that is away, and nothing else is', async () => {
    const { qualities, noted } = setUp({ store: new Error('away') });
    qualities.called(call, attempt, attempt);
    qualities.onMedia({ name: 'node.closed', node, leg }, call);
    await qualities.settled();
    expect(noted).toHaveLength(1);
  });
});
