import { Latch } from '../../../src/media/embedded/latch.ts';

const [phone, nat, attacker] = [0x0a000001, 0x0a000002, 0x0a000003];

test('the signalled address is believed at once, and others are refused after it', () => {
  const latch = new Latch();
  latch.expect(phone, 4000);
  expect(latch.judge(phone, 4000, 1, 10, 0)).toBe('learn');
  expect(latch.judge(phone, 4000, 1, 11, 20)).toBe('take');
  for (let n = 0; n < 100; n++) expect(latch.judge(attacker, 4000, 1, 12 + n, 40 + n * 20)).toBe('refuse');
  expect(latch.refused).toBe(100);
});

test('another source is learned after three packets in sequence of one SSRC', () => {
  const latch = new Latch();
  latch.expect(phone, 4000);
  expect([5, 6, 7, 8].map((n) => latch.judge(nat, 999, 1, n, n * 20))).toEqual(['refuse', 'refuse', 'learn', 'take']);
  const scattered = new Latch();
  scattered.expect(phone, 4000);
  expect([5, 9, 7, 3].map((n) => scattered.judge(attacker, 999, n, n, n * 20))).toEqual(['refuse', 'refuse', 'refuse', 'refuse']);
});

test('the signalled address takes over from a learned one in the first seconds only', () => {
  const early = new Latch();
  early.expect(phone, 4000);
  for (const n of [1, 2, 3]) early.judge(attacker, 999, 1, n, n * 20);
  expect(early.judge(phone, 4000, 2, 50, 1000)).toBe('learn');
  expect(early.judge(attacker, 999, 1, 4, 1020)).toBe('refuse');
  const late = new Latch();
  late.expect(phone, 4000);
  for (let n = 1; n < 400; n++) late.judge(nat, 999, 1, n, n * 20);
  expect(late.judge(phone, 4000, 2, 50, 8000)).toBe('refuse');
});

test('a NAT that moves to another port of the same host is followed after a second of silence', () => {
  const latch = new Latch();
  latch.expect(phone, 4000);
  latch.judge(phone, 4000, 1, 1, 0);
  expect([2, 3, 4].map((n) => latch.judge(phone, 5000, 1, n, 500 + n))).toEqual(['refuse', 'refuse', 'refuse']);
  expect([5, 6, 7].map((n) => latch.judge(phone, 5000, 1, n, 1500 + n)).pop()).toBe('learn');
  expect([8, 9, 10, 11].map((n) => latch.judge(attacker, 5000, 1, n, 9000 + n))).toEqual(['refuse', 'refuse', 'refuse', 'refuse']);
});

test('a new description opens the latch for the new address', () => {
  const latch = new Latch();
  latch.expect(phone, 4000);
  latch.judge(phone, 4000, 1, 1, 0);
  latch.expect(nat, 6000);
  expect(latch.judge(nat, 6000, 2, 1, 10)).toBe('learn');
});
