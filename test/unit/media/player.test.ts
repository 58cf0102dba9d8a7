import type { MediaId } from '../../../src/kernel/ids.ts';
import type { MediaEvent, PlayItem } from '../../../src/media/media.ts';
import { Player } from '../../../src/media/embedded/player.ts';

type Context = ConstructorParameters<typeof Player>[1];

describe('a play that loops', () => {
  const node = 'a' as MediaId;
  const pcm = (samples: number): PlayItem => ({ kind: 'pcm', sampleRate: 8_000, samples: new Int16Array(samples).fill(1_000) });

  function playing(items: readonly PlayItem[]): { frame: () => number; events: MediaEvent[] } {
    const events: MediaEvent[] = [];
    const context = { emit: (event: MediaEvent) => events.push(event), now: () => 0, processTime: (ms: number) => ms } as unknown as Context;
    const player = new Player(node, context);
    player.enqueue({ play: 'p', node, items, loop: true }, () => undefined);
    const out = new Int16Array(160);
    return { events, frame: () => (player.fill(out, 8_000), out.filter((sample) => sample === 1_000).length) };
  }

  it.each([['on the border of a frame', 320], ['within a frame', 250]])('has no gap where its only item ends %s', (_where, samples) => {
    const { frame, events } = playing([pcm(samples)]);
    for (let i = 0; i < 20; i++) expect(frame()).toBe(160);
    expect(events.map(({ name }) => name)).toEqual(['play.started']);
  });

  it('goes round several items without a gap', () => {
    const { frame } = playing([pcm(160), pcm(80), pcm(240)]);
    for (let i = 0; i < 20; i++) expect(frame()).toBe(160);
  });

  it('ends when there is nothing in it to play', () => {
    const { frame, events } = playing([pcm(0), pcm(0)]);
    expect(frame()).toBe(0);
    expect(events.map(({ name }) => name)).toEqual(['play.started', 'play.done']);
  });
});

describe('a play with an item that cannot be played', () => {
  it('leaves it out, plays the rest, and tells why at its end', () => {
    const events: MediaEvent[] = [];
    const context = { emit: (event: MediaEvent) => events.push(event), now: () => 0, processTime: (ms: number) => ms } as unknown as Context;
    const node = 'a' as MediaId;
    const player = new Player(node, context);
    const sound: PlayItem = { kind: 'pcm', sampleRate: 8_000, samples: new Int16Array(160).fill(1_000) };
    player.enqueue({ play: 'p', node, items: [sound, { kind: 'file', path: 'broken.wav' }, sound] }, (_path, renderer) => {
      renderer.loading = false;
      renderer.failure = 'broken.wav: not a RIFF file';
    });
    const out = new Int16Array(160);
    let heard = 0;
    for (let i = 0; i < 4; i++) heard += player.fill(out, 8_000) ? out.filter((sample) => sample === 1_000).length : 0;
    expect(heard).toBe(320);
    expect(events.at(-1)).toMatchObject({ name: 'play.done', how: 'failed', reason: 'broken.wav: not a RIFF file' });
  });
});
