import type { ClipSource, GreetingStyle, VoiceClip } from '../../../../sim/audio/voice-library.ts';
import { bounds } from '../../../bench/call-progress/bound.ts';

/** Clips that sound throughout. */
function spoken(...said: readonly (readonly [style: GreetingStyle, text: string, durationMs: number])[]): ClipSource {
  const clips = said.map(([style, text, durationMs], i): VoiceClip => ({ file: String(i), kind: style === 'greeting' ? 'greeting' : 'hello', style, language: 'en', voice: 'one', text, durationMs }));
  return {
    ofKind: (kind) => clips.filter((clip) => clip.kind === kind),
    samples: (clip) => Int16Array.from({ length: clip.durationMs * 8 }, (_, i) => (i % 2 === 0 ? 8_000 : -8_000)),
  };
}

const people = (durationMs: number, text: string) => (['word', 'pair', 'name', 'sentence'] as const).map((style) => [style, text, durationMs] as const);
const word = ['word', 'hello', 300] as const;
const at = (clips: ClipSource, ms: number) => bounds(clips, [ms], 4_000, 1)[0];

describe('what could be heard', () => {
  it('is everything when other words are said', () => {
    const bound = at(spoken(...people(1_600, 'who is speaking please').slice(1), word, ['greeting', 'nobody is at home', 3_000]), 1_200);
    expect(bound?.words.alike).toBeGreaterThan(0.95);
    // Three in ten people speak on, as machines do.
    expect(bound?.sound.people).toBeLessThan(0.75);
  });

  it('is nothing when the same is said by then, but for chance', () => {
    const clips = spoken(...people(1_600, 'nobody is at home'), ['greeting', 'nobody is at home', 1_600]);
    expect(at(clips, 700)?.words.alike).toBeCloseTo(0.5, 1);
  });

  it('is how long it has been silent when nothing is understood', () => {
    const bound = at(spoken(...people(400, 'hello'), ['greeting', 'nobody is at home', 3_000]), 1_200);
    expect(bound?.sound.people).toBeGreaterThan(0.95);
    expect(bound?.sound.machines).toBeGreaterThan(0.95);
  });
});
