import { clipRecipes } from '../../../../sim/audio/corpus-recipes.ts';

describe('the corpus', () => {
  const tuning = clipRecipes('tuning');
  const heldOut = clipRecipes('held-out');
  const values = (of: typeof tuning, key: 'text' | 'language' | 'voice'): Set<string> => new Set(of.map((recipe) => (key === 'language' ? recipe.language.replace(/-.*/, '') : recipe[key])));

  it.each(['language', 'voice', 'text'] as const)('shares no %s between its parts', (key) => {
    const tuned = values(tuning, key);
    expect(tuned.size).toBeGreaterThan(5);
    expect([...values(heldOut, key)].filter((value) => tuned.has(value))).toEqual([]);
  });

  it('holds out a third or more', () => {
    expect(heldOut.length).toBeGreaterThan((tuning.length + heldOut.length) / 3);
  });

  it('treats people and machines alike in all but what they say', () => {
    for (const part of [tuning, heldOut]) {
      for (const key of ['synthesizer', 'codec'] as const) {
        for (const value of new Set(part.map((recipe) => recipe[key]))) {
          const shareOf = (kind: string): number => part.filter((r) => r.kind === kind && r[key] === value).length / part.filter((r) => r.kind === kind).length;
          expect(Math.abs(shareOf('hello') - shareOf('greeting'))).toBeLessThan(0.07);
        }
      }
      const speed = (kind: string): number => part.filter((r) => r.kind === kind).reduce((sum, r, _, all) => sum + r.speed / all.length, 0);
      expect(Math.abs(speed('hello') - speed('greeting'))).toBeLessThan(3);
    }
  });
});
