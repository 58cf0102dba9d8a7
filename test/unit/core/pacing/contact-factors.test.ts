import { ContactFactors } from '../../../../src/core/pacing/cruise/contact-factors.ts';
import type { ContactClass } from '../../../../src/core/pacing/pacing.ts';
import { SeededRandom } from '../../../../src/kernel/random.ts';

/** Lets so many contacts of a kind become due, of whom this share answers. */
function dial(factors: ContactFactors, of: ContactClass, count: number, share: number, random: SeededRandom): void {
  for (let i = 0; i < count; i++) {
    factors.look();
    const terms = factors.termsOf(of);
    if (terms === undefined) throw new Error('nothing is known of the contact');
    factors.meet(terms);
    factors.due(terms, 1);
    if (random.next() < share) factors.came(terms);
  }
}

const factorOf = (factors: ContactFactors, of: ContactClass): number => {
  factors.look();
  return factors.termsOf(of)?.factor ?? 1;
};

describe('the factors of contacts', () => {
  test('are 1 before anything was seen, and hardly move by a few calls', () => {
    const factors = new ContactFactors();
    expect(factorOf(factors, { list: 'new', attempt: 3, hour: 9 })).toBe(1);
    const random = new SeededRandom(1);
    dial(factors, { list: 'old' }, 200, 0.4, random);
    dial(factors, { list: 'new' }, 4, 0, random);
    expect(factorOf(factors, { list: 'new' })).toBeGreaterThan(0.75);
    expect(factorOf(factors, { list: 'new' })).toBeLessThan(1);
  });

  test('tell a list of which half as many answer from the other', () => {
    const factors = new ContactFactors();
    const random = new SeededRandom(2);
    for (let block = 0; block < 20; block++) {
      dial(factors, { list: 'warm' }, 60, 0.5, random);
      dial(factors, { list: 'cold' }, 60, 0.25, random);
    }
    const ratio = factorOf(factors, { list: 'warm' }) / factorOf(factors, { list: 'cold' });
    expect(ratio).toBeGreaterThan(1.6);
    expect(ratio).toBeLessThan(2.4);
  });

  test('lay to the attempt number what is its own, and not to the list that has more of it', () => {
    const factors = new ContactFactors();
    const random = new SeededRandom(3);
    for (let block = 0; block < 60; block++) {
      dial(factors, { list: 'fresh', attempt: 1 }, 30, 0.5, random);
      dial(factors, { list: 'fresh', attempt: 2 }, 10, 0.25, random);
      dial(factors, { list: 'tried', attempt: 1 }, 10, 0.5, random);
      dial(factors, { list: 'tried', attempt: 2 }, 30, 0.25, random);
    }
    const first = factorOf(factors, { list: 'fresh', attempt: 1 }) / factorOf(factors, { list: 'tried', attempt: 1 });
    expect(first).toBeGreaterThan(0.8);
    expect(first).toBeLessThan(1.25);
    expect(factorOf(factors, { list: 'tried', attempt: 1 }) / factorOf(factors, { list: 'tried', attempt: 2 })).toBeGreaterThan(1.5);
  });

  test('follow a list that turns', () => {
    const factors = new ContactFactors();
    const random = new SeededRandom(4);
    for (let block = 0; block < 10; block++) for (const list of ['a', 'b']) dial(factors, { list }, 100, list === 'a' ? 0.5 : 0.2, random);
    expect(factorOf(factors, { list: 'a' })).toBeGreaterThan(1.5 * factorOf(factors, { list: 'b' }));
    for (let block = 0; block < 40; block++) for (const list of ['a', 'b']) dial(factors, { list }, 100, list === 'a' ? 0.2 : 0.5, random);
    expect(factorOf(factors, { list: 'b' })).toBeGreaterThan(1.5 * factorOf(factors, { list: 'a' }));
  });

  test('are uncertain of a list that was not dialled of late, and not of one that was', () => {
    const factors = new ContactFactors();
    dial(factors, { list: 'known' }, 600, 0.4, new SeededRandom(5));
    factors.look();
    expect(factors.termsOf({ list: 'known' })?.variance).toBeLessThan(0.001);
    expect(factors.termsOf({ list: 'never dialled' })?.variance).toBeCloseTo(1 / 6);
  });

  test('stay within a quarter and four, whatever comes together', () => {
    const factors = new ContactFactors();
    const random = new SeededRandom(6);
    for (let block = 0; block < 30; block++) {
      dial(factors, { list: 'best', attempt: 1, hour: 18 }, 30, 0.95, random);
      dial(factors, { list: 'worst', attempt: 5, hour: 9 }, 200, 0.005, random);
    }
    expect(factorOf(factors, { list: 'best', attempt: 1, hour: 18 })).toBeLessThanOrEqual(4);
    expect(factorOf(factors, { list: 'worst', attempt: 5, hour: 9 })).toBe(0.25);
  });

  test('know nothing of a contact of whom nothing is told, and keep a thousand lists at most', () => {
    const factors = new ContactFactors();
    expect(factors.termsOf({})).toBeUndefined();
    const seen = new Set<unknown>();
    for (let i = 0; i < 3000; i++) seen.add(factors.termsOf({ list: `list ${i}`, attempt: 1 }));
    expect(seen.size).toBeLessThan(1010);
    expect(factors.termsOf({ list: 'one more' })).toBeUndefined();
  });
});
