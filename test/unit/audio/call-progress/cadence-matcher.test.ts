import { CadenceMatcher } from '../../../../src/audio/call-progress/cadence-matcher.ts';
import type { ToneRun } from '../../../../src/audio/call-progress/tone-tracker.ts';

const run = (first: number, startMs: number, endMs: number): ToneRun => ({ first, second: 0, startMs, endMs, power: 1e6, purity: 0.98, driftHz: 1, rippleDb: 0.5, endedInSilence: true });

/** What is matched so long after the last tone. */
function matched(country: string, silenceMs: number, ...runs: readonly (readonly [startMs: number, endMs: number])[]): string | undefined {
  const matcher = new CadenceMatcher(country);
  for (const [startMs, endMs] of runs) matcher.add(run(425, startMs, endMs));
  return matcher.match((runs.at(-1)?.[1] ?? 0) + silenceMs)?.kind;
}

describe('cadences', () => {
  it('are heard although lost packets break their tones in two', () => {
    expect(matched('DE', 1_000, [500, 900], [930, 1_500])).toBe('ringback');
    expect(matched('DE', 300, [500, 700], [720, 980], [1_460, 1_940], [2_420, 2_600], [2_640, 2_900])).toBe('busy');
  });

  it('keep tones apart that a pause of the cadence parts', () => {
    expect(matched('DE', 200, [500, 740], [980, 1_220], [1_460, 1_700])).toBe('reorder');
    expect(matched('DE', 1_000, [500, 700], [900, 1_100])).toBeUndefined();
  });
});
