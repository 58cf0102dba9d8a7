import { SIT_SIGNALS, SitTracker } from '../../../../src/audio/call-progress/special-information-tone.ts';

/** Ends the tones one after another; what was told. */
function told(tones: readonly (readonly [frequency: number, startMs: number, endMs: number])[]): (string | undefined)[] {
  const tracker = new SitTracker();
  return tones.map(([frequency, startMs, endMs]) => tracker.add(frequency, startMs, endMs));
}

describe('special information tones', () => {
  it.each(SIT_SIGNALS.map((signal) => [signal.kind, signal.segments] as const))('%s is told with its third tone', (kind, segments) => {
    let at = 300;
    expect(told(segments.map(({ frequency, durationMs }) => [frequency, at, (at += durationMs)]))).toEqual([undefined, undefined, kind]);
  });

  it('are heard although a lost packet breaks a tone in two', () => {
    expect(told([[985.2, 0, 150], [988, 180, 380], [1370.6, 385, 660], [1776.7, 665, 1040]]).at(-1)).toBe('sit_tone_vacant');
    expect(told([[985.2, 0, 380], [1370.6, 385, 480], [1372, 500, 660], [1776.7, 665, 1040]]).at(-1)).toBe('sit_tone_vacant');
  });

  it('are told once, and nothing is made of tones in another order or too far apart', () => {
    expect(told([[913.8, 0, 274], [1370.6, 274, 548], [1776.7, 548, 750], [1776.7, 770, 930]])).toEqual([undefined, undefined, 'sit_tone_intercept', undefined]);
    expect(told([[1370.6, 0, 274], [913.8, 274, 548], [1776.7, 548, 928]]).at(-1)).toBeUndefined();
    expect(told([[913.8, 0, 274], [1370.6, 500, 774], [1776.7, 774, 1154]]).at(-1)).toBeUndefined();
  });

  it('are heard after another tone', () => {
    expect(told([[440, 0, 600], [913.8, 620, 894], [1370.6, 894, 1168], [1776.7, 1168, 1548]]).at(-1)).toBe('sit_tone_intercept');
  });
});
