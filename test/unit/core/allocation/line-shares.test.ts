import { lineGrant, lineShares, type LineClaim } from '../../../../src/core/allocation/line-shares.ts';
import { SeededRandom } from '../../../../src/kernel/random.ts';

const claim = (job: string, more: Partial<LineClaim> = {}): LineClaim => ({ job, priority: 5, least: 0, allocation: 'dynamic', inUse: 0, wants: 1_000, ...more });
const given = (claims: readonly LineClaim[], total: number): Record<string, number> => Object.fromEntries([...lineShares(claims, total)].map(([job, share]) => [job, Math.round(share * 1e6) / 1e6]));

describe('lineShares', () => {
  it('shares in proportion to the priorities', () => {
    expect(given([claim('a', { priority: 3 }), claim('b', { priority: 1 })], 100)).toEqual({ a: 75, b: 25 });
  });

  it('gives what one does not want to the others', () => {
    expect(given([claim('a', { wants: 10 }), claim('b'), claim('c')], 100)).toEqual({ a: 10, b: 45, c: 45 });
  });

  it('gives the least of each first, and keeps it when it is reserved', () => {
    expect(given([claim('a', { priority: 10 }), claim('b', { priority: 1, least: 40 })], 60)).toEqual({ a: 18.181818, b: 41.818182 });
    expect(given([claim('a'), claim('b', { least: 40, wants: 0, allocation: 'reserved' })], 60)).toEqual({ a: 20, b: 40 });
    expect(given([claim('a'), claim('b', { least: 40, wants: 0 })], 60)).toEqual({ a: 60, b: 0 });
  });

  const random = new SeededRandom(5);
  const draw = (most: number): number => Math.floor(random.next() * (most + 1));
  const worlds = Array.from({ length: 200 }, () => ({
    claims: Array.from({ length: 1 + draw(6) }, (_, i) => claim(`job-${i}`, { priority: 1 + draw(9), least: draw(20), inUse: draw(30), wants: draw(100), allocation: draw(1) === 0 ? 'reserved' : 'dynamic' })),
    total: draw(200),
  }));
  const wanted = (c: LineClaim): number => Math.max(c.wants, c.allocation === 'reserved' ? c.least : 0);

  it('never gives more than there is or than is wanted, and leaves nothing that somebody wants', () => {
    for (const { claims, total } of worlds) {
      const shares = lineShares(claims, total);
      const sum = [...shares.values()].reduce((a, b) => a + b, 0);
      expect(sum).toBeLessThanOrEqual(total + 1e-6);
      for (const c of claims) expect(shares.get(c.job)).toBeLessThanOrEqual(wanted(c) + 1e-6);
      if (sum < total - 1e-6) for (const c of claims) expect(shares.get(c.job)).toBeCloseTo(wanted(c), 5);
    }
  });

  it('is fair: who has more for his priority than another cannot be made to give, unless the other has all that he wants or it is his least', () => {
    for (const { claims, total } of worlds) {
      const shares = lineShares(claims, total);
      for (const a of claims) for (const b of claims) {
        const has = (c: LineClaim): number => shares.get(c.job) ?? 0;
        if (has(a) <= Math.min(a.least, wanted(a)) + 1e-6 || has(b) >= wanted(b) - 1e-6) continue;
        const beyond = (c: LineClaim): number => (has(c) - Math.min(c.least, wanted(c))) / c.priority;
        expect(beyond(a)).toBeLessThanOrEqual(beyond(b) + 1e-6);
      }
    }
  });

  it('grants only what is free, and everything in the end: jobs that always want more fill the total and each has its share', () => {
    const inUse = new Map([['a', 0], ['b', 0], ['c', 60]]);
    const priority: Readonly<Record<string, number>> = { a: 6, b: 3, c: 1 };
    for (let round = 0; round < 400; round++) {
      const claims = [...inUse].map(([job, n]) => claim(job, { priority: priority[job] ?? 1, inUse: n }));
      const job = ['a', 'b', 'c'][round % 3] ?? 'a';
      const more = lineGrant(claims, 60, job);
      inUse.set(job, (inUse.get(job) ?? 0) + more);
      expect([...inUse.values()].reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(60);
      // A call of the one with the most, for its priority, ends.
      const [longest] = [...inUse].sort((x, y) => y[1] / (priority[y[0]] ?? 1) - x[1] / (priority[x[0]] ?? 1));
      if (longest !== undefined) inUse.set(longest[0], Math.max(0, longest[1] - 1));
    }
    expect([...inUse.values()].map((n, i) => Math.abs(n - [36, 18, 6][i]!) <= 2)).toEqual([true, true, true]);
  });
});
