import type { MediaId } from '../../../src/kernel/ids.ts';
import type { MediaEvent, PlayItem } from '../../../src/media/media.ts';
import { Player } from '../../../src/media/embedded/player.ts';
import type { ItemRenderer } from '../../../src/media/embedded/play-item.ts';

type Context = ConstructorParameters<typeof Player>[1];

const node = 'a' as MediaId;
/** A second of audio whose sample says where it stands: 1 at the first. */
const numbered = (first = 1, count = 8_000): PlayItem => ({ kind: 'pcm', sampleRate: 8_000, samples: Int16Array.from({ length: count }, (_, i) => first + i) });
const mark = (name: string): PlayItem => ({ kind: 'mark', name });

function playing(items: readonly PlayItem[], loop = false) {
  const events: MediaEvent[] = [];
  const asked: string[] = [];
  const renderers: ItemRenderer[] = [];
  const player = new Player(node, { emit: (event: MediaEvent) => events.push(event), now: () => 0, processTime: (ms: number) => ms } as unknown as Context);
  player.enqueue({ play: 'p', node, items, loop }, (_path, renderer) => {
    renderers.push(renderer);
    renderer.stream = { more: () => undefined, restart: (fromMs) => asked.push(`from ${fromMs}`), close: () => undefined };
  });
  const out = new Int16Array(160);
  const frame = (count = 1): Int16Array => {
    for (let i = 0; i < count; i++) player.fill(out, 8_000);
    return out;
  };
  const told = (): string[] => events.splice(0).map((event) => (event.name === 'play.mark' ? event.mark : event.name === 'play.done' ? `${event.how} ${event.playedMs}` : event.name));
  return { player, events, asked, renderers, frame, told };
}
/** The last sample of a frame, which no fade reaches. */
const last = (frame: Int16Array): number => frame[159]!;

describe('seeking in a play that runs', () => {
  // Of the frame, the 5 ms in which the old place fades are not of the new one.
  it('goes to a place of its item, forward and back, and by a way', () => {
    const { player, frame, told } = playing([numbered()]);
    expect(last(frame(2))).toBe(320);
    player.seek('p', { play: 'p', toMs: 500 });
    expect(last(frame())).toBe(4_000 + 120);
    player.seek('p', { play: 'p', byMs: -300 });
    expect(last(frame())).toBe(4_120 - 2_400 + 120);
    player.seek('p', { play: 'p', byMs: 100 });
    expect(last(frame())).toBe(1_840 + 800 + 120);
    expect(told()).toEqual(['play.started']);
  });

  it('does not click: what sounded fades within 5 ms, and the new place rises within 5', () => {
    const { player, frame } = playing([{ kind: 'pcm', sampleRate: 8_000, samples: new Int16Array(8_000).fill(8_000) }]);
    frame();
    player.seek('p', { play: 'p', toMs: 700 });
    const moved = frame();
    for (let i = 1; i < moved.length; i++) expect(Math.abs(moved[i]! - moved[i - 1]!)).toBeLessThanOrEqual(201);
    expect([moved[0], moved[40], moved[80], moved[159]]).toEqual([8_000, 0, 8_000, 8_000]);
  });

  it('takes what is before the beginning for the beginning, and what is past the end for the end', () => {
    const { player, frame, told } = playing([numbered()]);
    frame(5);
    for (const toMs of [-1, -1e300, 0]) {
      player.seek('p', { play: 'p', toMs });
      expect(last(frame())).toBe(120);
    }
    player.seek('p', { play: 'p', byMs: -1e308 });
    expect(last(frame())).toBe(120);
    expect(told()).toEqual(['play.started']);
    player.seek('p', { play: 'p', byMs: 1e308 });
    frame();
    // Nine frames, of which four after a move had 5 ms less of the place itself.
    expect(told()).toEqual(['finished 160']);
  });

  it('leaves out the marks that are passed over, and tells again those that are jumped back over', () => {
    const { player, frame, told } = playing([mark('a'), numbered(1, 800), mark('b'), numbered(10_001, 800), mark('c')]);
    frame();
    expect(told()).toEqual(['play.started', 'a']);
    player.seek('p', { play: 'p', byMs: 100 });
    expect(last(frame())).toBe(10_001 + 160 + 119);
    expect(told()).toEqual([]);
    player.seek('p', { play: 'p', byMs: -60 });
    expect(last(frame())).toBe(800 + 280 - 480 + 120);
    expect(told()).toEqual([]);
    frame(3);
    expect(told()).toEqual(['b']);
    player.seek('p', { play: 'p', byMs: -1_000 });
    frame();
    expect(told()).toEqual(['a']);
    player.seek('p', { play: 'p', toMs: 5_000 });
    expect(last(frame())).toBe(10_001 + 119);
    player.seek('p', { play: 'p', toMs: 5_000 });
    frame();
    expect(told()).toEqual([expect.stringMatching(/^finished /)]);
  });

  it('goes round in a play that loops, and not back into the last round', () => {
    const { player, frame, told } = playing([mark('round'), numbered()], true);
    frame(2);
    player.seek('p', { play: 'p', byMs: 60_000 });
    expect(last(frame())).toBe(120);
    player.seek('p', { play: 'p', byMs: -60_000 });
    expect(last(frame())).toBe(120);
    expect(told()).toEqual(['play.started', 'round', 'round', 'round']);
  });

  it('takes several moves before the next frame one after the other', () => {
    const { player, frame, told } = playing([mark('a'), numbered(), mark('b')]);
    frame();
    player.seek('p', { play: 'p', byMs: -1_000 });
    player.seek('p', { play: 'p', toMs: 300 });
    player.seek('p', { play: 'p', byMs: 9_000 });
    player.seek('p', { play: 'p', byMs: -100 });
    expect(last(frame())).toBe(7_200 + 120);
    expect(told()).toEqual(['play.started', 'a']);
  });

  it('moves silence and tones by what is left of them', () => {
    const { player, frame, told } = playing([{ kind: 'silence', durationMs: 1_000 }, { kind: 'tone', tone: 'busy', durationMs: 1_000 }, { kind: 'tone', tone: 'beep' }]);
    frame();
    player.seek('p', { play: 'p', toMs: 980 });
    frame(2);
    player.seek('p', { play: 'p', byMs: 900 });
    frame(3);
    expect(told()).toEqual(['play.started']);
    player.seek('p', { play: 'p', byMs: 220 });
    frame(2);
    expect(told()).toEqual([expect.stringMatching(/^finished /)]);
  });

  it('asks for a streamed file anew, and ends it where there is nothing at the place', () => {
    const { player, frame, told, asked, renderers } = playing([{ kind: 'file', path: 'long.wav' }, numbered(20_001)]);
    const chunk = (first: number) => ({ samples: Int16Array.from({ length: 8_000 }, (_, i) => first + i), rate: 8_000 });
    renderers[0]!.provideNext(chunk(1));
    frame(2);
    player.seek('p', { play: 'p', byMs: 1_000 });
    expect(asked).toEqual(['from 1040']);
    expect(last(frame())).toBe(0);
    renderers[0]!.provideNext(chunk(8_321));
    expect(last(frame())).toBe(8_321 + 159);
    player.seek('p', { play: 'p', byMs: -60 });
    expect(asked[1]).toBe('from 1000');
    player.seek('p', { play: 'p', toMs: 600_000 });
    renderers[0]!.provideEnd(undefined);
    expect(last(frame(2))).toBeGreaterThan(20_000);
    player.seek('p', { play: 'p', byMs: -10_000 });
    expect(asked.slice(2)).toEqual(['from 600000', 'from 0']);
    renderers[0]!.provideNext(chunk(1));
    expect(last(frame(2))).toBeLessThan(321);
    expect(told()).toEqual(['play.started']);
  });

  it('leaves alone what is not the play that runs', () => {
    const { player, frame } = playing([numbered()]);
    player.seek('p', { play: 'p', toMs: 500 });
    expect(last(frame())).toBe(160);
    player.seek('other', { play: 'other', toMs: 500 });
    expect(last(frame())).toBe(320);
  });
});
