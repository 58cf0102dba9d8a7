import { drawLegPlot, sampleOf } from '../../../src/commands/leg-plot.ts';
import type { MediaId } from '../../../src/kernel/ids.ts';
import type { LegStats } from '../../../src/media/media.ts';

const stats = (packetsLost: number, jitterMs: number): LegStats => ({ node: 'm1' as MediaId, codec: 'PCMU', packetsReceived: 100, packetsSent: 100, packetsLost, malformedRedundant: 0, jitterMs, mos: 4.1 });

test('a look tells what was lost since the one before, and the first one nothing', () => {
  expect(sampleOf(stats(7, 3), undefined, 0)).toEqual({ seconds: 0, jitterMs: 3, lost: 0, mos: 4.1 });
  expect(sampleOf(stats(9, 4), stats(7, 3), 1)).toMatchObject({ lost: 2 });
  // A stream that began anew counts from zero.
  expect(sampleOf(stats(1, 4), stats(7, 3), 2)).toMatchObject({ lost: 0 });
});

test('the picture has a point of the line for every look and a bar where packets were lost, within its frame', () => {
  const samples = [0, 1, 2, 3].map((seconds) => ({ seconds, jitterMs: seconds * 4, lost: seconds === 2 ? 12 : 0, mos: 4.1 }));
  const svg = drawLegPlot('a<b>', samples);
  const points = /points="([^"]+)"/.exec(svg)![1]!.split(' ').map((point) => point.split(',').map(Number));
  expect(points).toHaveLength(4);
  expect(points[0]).toEqual([56, 264]);
  // 12 of 20 ms.
  expect(points[3]).toEqual([844, 127.2]);
  expect(svg.match(/fill="#c0392b"\/>/g)).toHaveLength(1);
  expect(svg).toContain('a&lt;b&gt;: jitter and loss, MOS 4.10');
  expect(svg).toContain('20 ms');
  expect(svg).toContain('20 lost');
});

test('a leg that was looked at once still makes a picture', () => {
  expect(drawLegPlot('m1', [{ seconds: 0, jitterMs: 0, lost: 0, mos: 4.4 }])).toContain('5 ms');
});
