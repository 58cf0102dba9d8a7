import type { MediaId } from '../../../src/kernel/ids.ts';
import type { MediaEvent, PlayItem } from '../../../src/media/media.ts';
import { Player } from '../../../src/media/embedded/player.ts';
import type { ItemRenderer } from '../../../src/media/embedded/play-item.ts';

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

describe('seeking and marks', () => {
  const node = 'a' as MediaId;
  /** A file whose sample says where it stands: 1 at the first. */
  const numbered = (count: number): Int16Array => Int16Array.from({ length: count }, (_, i) => i + 1);

  function heard(items: readonly PlayItem[], files: Readonly<Record<string, { samples: Int16Array; rate: 8000 | 16000 }>> = {}, frames = 60): { samples: Int16Array; events: MediaEvent[] } {
    const events: MediaEvent[] = [];
    const context = { emit: (event: MediaEvent) => events.push(event), now: () => 0, processTime: (ms: number) => ms } as unknown as Context;
    const player = new Player(node, context);
    player.enqueue({ play: 'p', node, items }, (path, renderer) => renderer.provide(files[path]!));
    const samples = new Int16Array(frames * 160);
    for (let frame = 0; frame < frames; frame++) player.fill(samples.subarray(frame * 160, frame * 160 + 160), 8_000);
    return { samples, events };
  }
  const file = { 'f.wav': { samples: numbered(8_000), rate: 8_000 as const } };

  it('plays a part of a file sample for sample, and tells how long it was', () => {
    const { samples, events } = heard([{ kind: 'file', path: 'f.wav', fromMs: 100, toMs: 350 }], file);
    expect([...samples.subarray(0, 2_000)]).toEqual([...numbered(8_000).subarray(800, 2_800)]);
    expect(samples.subarray(2_000).every((sample) => sample === 0)).toBe(true);
    expect(events.at(-1)).toMatchObject({ name: 'play.done', how: 'finished', playedMs: 250 });
  });

  it.each([[2_000, undefined], [400, 400], [500, 300]])('plays nothing from %s to %s ms of a second, and is done', (fromMs, toMs) => {
    const { samples, events } = heard([{ kind: 'file', path: 'f.wav', fromMs, ...(toMs === undefined ? {} : { toMs }) }], file);
    expect(samples.every((sample) => sample === 0)).toBe(true);
    expect(events.at(-1)).toMatchObject({ name: 'play.done', how: 'finished', playedMs: 0 });
  });

  it('takes a place in a file of another rate by its time', () => {
    const wide = Int16Array.from({ length: 16_000 }, (_, i) => (i < 8_000 ? 0 : 8_000 * Math.sin((2 * Math.PI * 500 * i) / 16_000)));
    const { samples, events } = heard([{ kind: 'file', path: 'w.wav', fromMs: 400 }], { 'w.wav': { samples: wide, rate: 16_000 } });
    // The tone begins half a second into the file: 100 ms after the place that was asked for, but for the resampler's lag.
    const onset = samples.findIndex((sample) => Math.abs(sample) > 1_000) / 8;
    expect(onset).toBeGreaterThan(98);
    expect(onset).toBeLessThan(104);
    expect(events.at(-1)).toMatchObject({ name: 'play.done', how: 'finished' });
  });

  it('tells each mark once, in order, in the frame that reaches it, and the last one before the end', () => {
    const events: MediaEvent[] = [];
    const context = { emit: (event: MediaEvent) => events.push(event), now: () => 0, processTime: (ms: number) => ms } as unknown as Context;
    const player = new Player(node, context);
    const silence = (durationMs: number): PlayItem => ({ kind: 'silence', durationMs });
    player.enqueue({ play: 'p', node, items: [{ kind: 'mark', name: 'first' }, silence(30), { kind: 'mark', name: 'second' }, silence(50), { kind: 'mark', name: 'last' }] }, () => undefined);
    const out = new Int16Array(160);
    const told = Array.from({ length: 6 }, () => {
      events.length = 0;
      player.fill(out, 8_000);
      return events.map((event) => (event.name === 'play.mark' ? event.mark : event.name));
    });
    expect(told).toEqual([['play.started', 'first'], ['second'], [], [], ['last', 'play.done'], []]);
  });

  it('plays faster by the factor that is asked for', () => {
    const { events } = heard([{ kind: 'file', path: 'f.wav', speed: 2 }], file);
    const done = events.at(-1) as Extract<MediaEvent, { name: 'play.done' }>;
    expect(Math.abs(done.playedMs - 500)).toBeLessThan(5);
  });
});

describe('an item that comes chunk by chunk', () => {
  const node = 'a' as MediaId;
  const chunk = (samples: number, value = 1_000): { samples: Int16Array; rate: number } => ({ samples: new Int16Array(samples).fill(value), rate: 8_000 });

  function streaming(items: readonly PlayItem[], loop = false): { renderer: ItemRenderer; calls: string[]; events: MediaEvent[]; player: Player; heard: (value?: number) => number } {
    const events: MediaEvent[] = [];
    const calls: string[] = [];
    const context = { emit: (event: MediaEvent) => events.push(event), now: () => 0, processTime: (ms: number) => ms } as unknown as Context;
    const player = new Player(node, context);
    const renderers: ItemRenderer[] = [];
    player.enqueue({ play: 'p', node, items, loop }, (_path, renderer) => {
      renderers.push(renderer);
      renderer.stream = { more: () => calls.push('more'), restart: () => calls.push('restart'), close: () => calls.push('close') };
    });
    const out = new Int16Array(160);
    return { renderer: renderers[0]!, calls, events, player, heard: (value = 1_000) => (player.fill(out, 8_000), out.filter((sample) => sample === value).length) };
  }
  const file: PlayItem = { kind: 'file', path: 'long.wav' };

  it('begins with its first chunk, is silent while the next has not come, and goes on with it', () => {
    const { renderer, calls, events, heard } = streaming([file]);
    expect([heard(), events.length]).toEqual([0, 0]);
    renderer.provideNext(chunk(240));
    expect([heard(), heard(), heard()]).toEqual([160, 80, 0]);
    expect(events.map(({ name }) => name)).toEqual(['play.started']);
    renderer.provideNext(chunk(100));
    renderer.provideNext(chunk(100));
    renderer.provideEnd(undefined);
    expect([heard(), heard(), heard()]).toEqual([160, 40, 0]);
    expect(calls).toEqual(['more', 'more', 'more', 'close']);
    expect(events.at(-1)).toMatchObject({ name: 'play.done', how: 'finished', playedMs: 55 });
  });

  it('that breaks midway is heard as far as it came; the next item follows, and the end tells why', () => {
    const { renderer, events, heard } = streaming([file, { kind: 'pcm', sampleRate: 8_000, samples: new Int16Array(80).fill(2_000) }]);
    renderer.provideNext(chunk(80));
    renderer.provideEnd('long.wav: other side closed');
    expect(heard(1_000)).toBe(80);
    expect(events.at(-1)).toMatchObject({ name: 'play.started' });
    heard();
    expect(events.at(-1)).toMatchObject({ name: 'play.done', how: 'failed', reason: 'long.wav: other side closed', playedMs: 20 });
  });

  it('that breaks while it is waited for fails as well', () => {
    const { renderer, events, heard } = streaming([file]);
    renderer.provideNext(chunk(80));
    heard();
    renderer.provideEnd('long.wav: nothing came for 15000 ms');
    heard();
    expect(events.at(-1)).toMatchObject({ name: 'play.done', how: 'failed', reason: 'long.wav: nothing came for 15000 ms' });
  });

  it('is asked for no longer once the play is stopped', () => {
    const { renderer, calls, player, heard } = streaming([file]);
    renderer.provideNext(chunk(800));
    heard();
    player.stop();
    expect(calls).toEqual(['more', 'close']);
  });

  it('begins anew in a play that loops', () => {
    const { renderer, calls, heard } = streaming([file], true);
    renderer.provideNext(chunk(160));
    renderer.provideEnd(undefined);
    expect([heard(), heard()]).toEqual([160, 0]);
    expect(calls).toEqual(['more', 'restart']);
    renderer.provideNext(chunk(160));
    expect(heard()).toBe(160);
  });

  it('without any audio fails, and does not loop for ever', () => {
    const { renderer, events, heard } = streaming([file], true);
    renderer.provideEnd(undefined);
    heard();
    expect(events.at(-1)).toMatchObject({ name: 'play.done', how: 'failed', reason: 'there is no audio in the file' });
  });
});
