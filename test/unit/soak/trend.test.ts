import { SeededRandom } from '../../../src/kernel/random.ts';
import { trendOf } from '../../soak/soak.ts';

const random = new SeededRandom(3);
/** Four samples a minute for an hour. */
const samples = (of: (minute: number) => number): number[] => Array.from({ length: 240 }, (_, i) => of(i / 4));
const noisy = (mb: number): number => (random.next() - 0.5) * 2 * mb;

describe('the trend of a soak', () => {
  it('is flat for noise, however large', () => {
    for (const mb of [0.01, 1, 50]) expect(trendOf(samples(() => 100 + noisy(mb)), 1).flat).toBe(true);
  });

  it('is flat for a start that grows and then stays', () => {
    expect(trendOf(samples((minute) => 100 + 40 * Math.min(1, minute / 14) + noisy(0.2)), 1).flat).toBe(true);
  });

  it('is not flat for a slow leak in noise', () => {
    const { grown, flat } = trendOf(samples((minute) => 100 + 0.1 * minute + noisy(1)), 1);
    expect(flat).toBe(false);
    expect(grown).toBeCloseTo(4.5, 0);
  });

  it('is flat when it shrinks', () => {
    expect(trendOf(samples((minute) => 100 - minute + noisy(1)), 1).flat).toBe(true);
  });

  it('judges nothing from too few samples', () => {
    expect(trendOf([100, 100, 100], 1).flat).toBe(false);
    expect(trendOf(Array.from({ length: 24 }, () => 100), 1, 24).flat).toBe(false);
  });
});
