import { ReceptionStatistics } from '../../../src/rtp/reception-statistics.ts';

test('loss is what was expected less what came, over a wrap of the sequence number', () => {
  const statistics = new ReceptionStatistics();
  for (let i = 0; i < 100; i++) if (i % 10 !== 3) statistics.arrived((65500 + i) & 0xffff);
  expect(statistics.expected).toBe(100);
  expect(statistics.lost).toBe(10);
  expect(statistics.fractionLost()).toBe(25);
  expect(statistics.fractionLost()).toBe(0);
});

test('reordered and doubled packets are neither lost nor counted twice', () => {
  const statistics = new ReceptionStatistics();
  expect([1, 3, 2, 2, 4, 4].map((n) => statistics.arrived(n))).toEqual(['first', 'next', 'reordered', 'duplicate', 'next', 'duplicate']);
  expect(statistics).toMatchObject({ received: 4, lost: 0, duplicates: 2, reordered: 1 });
});

test('a large jump is believed after two packets in a row', () => {
  const statistics = new ReceptionStatistics();
  statistics.arrived(10);
  expect(statistics.arrived(30_000)).toBe('discard');
  expect(statistics.arrived(11)).toBe('next');
  expect(statistics.arrived(40_000)).toBe('discard');
  expect(statistics.arrived(40_001)).toBe('restart');
});

test('jitter follows the example of RFC 3550 A.8: a constant transit has none, a swing of 80 units approaches it', () => {
  const steady = new ReceptionStatistics();
  for (let i = 0; i < 50; i++) steady.timed(i * 160 + 7, i * 160);
  expect(steady.jitter).toBe(0);
  const swinging = new ReceptionStatistics();
  for (let i = 0; i < 500; i++) swinging.timed(i * 160 + (i % 2) * 80, i * 160);
  expect(swinging.jitter).toBeCloseTo(80, 0);
});

test('sequence numbers near the highest are extended across the wrap', () => {
  const statistics = new ReceptionStatistics();
  statistics.arrived(65535);
  statistics.arrived(0);
  expect(statistics.extend(65535)).toBe(statistics.highest - 1);
  expect(statistics.extend(1)).toBe(statistics.highest + 1);
});
