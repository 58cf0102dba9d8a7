import { abandonedAt, hull, occupancyAt, windowedBound, type FrontierPoint } from '../../../bench/pacing-bound/windowed-bound.ts';

const safe: FrontierPoint = { abandoned: 0, occupancy: 0.7 };
const bold: FrontierPoint = { abandoned: 0.05, occupancy: 0.9 };

describe('a frontier', () => {
  test('leaves out what lies below the line between two others, and what is worse than one that abandons less', () => {
    const middling = { abandoned: 0.02, occupancy: 0.75 };
    const good = { abandoned: 0.02, occupancy: 0.8 };
    const worse = { abandoned: 0.09, occupancy: 0.85 };
    expect(hull([worse, bold, middling, safe])).toEqual([safe, bold]);
    expect(hull([bold, good, safe, middling])).toEqual([safe, good, bold]);
  });

  test('is a line between its points, and flat beyond the last', () => {
    expect(occupancyAt([safe, bold], 0.025)).toBeCloseTo(0.8);
    expect(occupancyAt([safe, bold], 0.05)).toBeCloseTo(0.9);
    expect(occupancyAt([safe, bold], 0.2)).toBeCloseTo(0.9);
  });

  test('says where it reaches an occupancy', () => {
    for (const abandoned of [0.01, 0.025, 0.05]) expect(abandonedAt([safe, bold], occupancyAt([safe, bold], abandoned))).toBeCloseTo(abandoned);
  });
});

describe('the bound with the windows kept', () => {
  /** The same question asked forwards and in whole abandonments: so many people have come, so many of them were lost. */
  function byRecursion(frontier: readonly FrontierPoint[], people: number, cap: number): number {
    const known = new Map<number, number>();
    const best = (came: number, lost: number): number => {
      if (lost > cap * Math.max(100, came) + 1e-9) return Number.NEGATIVE_INFINITY;
      if (came === people) return 0;
      const key = came * 1000 + lost;
      const seen = known.get(key);
      if (seen !== undefined) return seen;
      let most = Number.NEGATIVE_INFINITY;
      for (const { abandoned, occupancy } of frontier) most = Math.max(most, occupancy + (1 - abandoned) * best(came + 1, lost) + (abandoned > 0 ? abandoned * best(came + 1, lost + 1) : 0));
      known.set(key, most);
      return most;
    };
    return best(0, 0) / people;
  }

  test('is the best point while no loss can cross the cap', () => {
    expect(windowedBound([safe, bold], 3, 0.03)).toBeCloseTo(bold.occupancy, 12);
  });

  test('allows one loss of two people when one may be lost', () => {
    expect(windowedBound([safe, bold], 2, 0.01)).toBeCloseTo((bold.occupancy + 0.95 * bold.occupancy + 0.05 * safe.occupancy) / 2, 12);
  });

  test.each([40, 100, 101, 150, 400])('is what a recursion over whole abandonments finds, with %i people', (people) => {
    const frontier = [safe, { abandoned: 0.015, occupancy: 0.8 }, { abandoned: 0.03, occupancy: 0.84 }, bold];
    expect(windowedBound(frontier, people, 0.03)).toBeCloseTo(byRecursion(frontier, people, 0.03), 10);
  });

  test('comes near the frontier at the cap when the day is long, and never above it', () => {
    const frontier = [safe, bold];
    const free = occupancyAt(frontier, 0.03);
    const [short, long] = [windowedBound(frontier, 500, 0.03), windowedBound(frontier, 2000, 0.03)];
    expect(free - long).toBeGreaterThan(0);
    expect(free - long).toBeLessThan(0.01);
    expect(Math.abs(free - short)).toBeGreaterThan(free - long);
  });
});
