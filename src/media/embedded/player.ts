import type { MediaId } from '../../kernel/ids.ts';
import type { MediaEventMap, Play, PlayItem, SeekPlay } from '../media.ts';
import type { NodeContext } from './media-node.ts';
import { ItemRenderer } from './play-item.ts';
import { placeOf } from './play-place.ts';
import type { SampleRate } from './source.ts';

interface Queued {
  readonly play: string;
  readonly items: readonly ItemRenderer[];
  readonly loop: boolean;
  readonly bargeIn: boolean;
  /** Told to nobody: a beep of our own. */
  readonly whenDone: (() => void) | undefined;
  index: number;
  started: boolean;
  samples: number;
  rate: SampleRate;
  /** Why the first item that could not be played could not. */
  failure: string | undefined;
}

/** Asks for a file's audio; the renderer's `provide` follows in a later turn, or its `provideNext`s and `provideEnd`. */
export type AudioLoader = (path: string, renderer: ItemRenderer) => void;

/** A node's queue of plays, rendered a frame at a time. Plays run one after the other, their items too. */
export class Player {
  readonly #node: MediaId;
  readonly #context: NodeContext;
  readonly #queue: Queued[] = [];
  /** The last sample before a stop, faded out so that it does not click. */
  #last = 0;
  #fading = false;
  /** How much of the first 5 ms after a move has sounded; from 1 on all of it. */
  #risen = 1;

  constructor(node: MediaId, context: NodeContext) {
    this.#node = node;
    this.#context = context;
  }

  get active(): boolean {
    return this.#queue.length > 0 || this.#fading;
  }

  enqueue({ play, items, loop = false, bargeIn = false }: Play, load: AudioLoader, whenDone?: () => void): void {
    const renderers = items.map((item) => new ItemRenderer(item));
    this.#queue.push({ play, items: renderers, loop, bargeIn, whenDone, index: 0, started: false, samples: 0, rate: 8000, failure: undefined });
    for (const renderer of renderers) {
      if (renderer.item.kind !== 'file') continue;
      renderer.loading = true;
      load(renderer.item.path, renderer);
    }
  }

  /** A short signal of our own after what is queued; no events. */
  signal(item: PlayItem, whenDone: () => void): void {
    this.enqueue({ play: '', node: this.#node, items: [item] }, () => undefined, whenDone);
  }

  /** Stops one play, or all. */
  stop(play?: string): void {
    this.#end((queued) => play === undefined || queued.play === play, 'stopped');
  }

  /** Moves the play that runs. What sounds fades, and rises from the new place. */
  seek(play: string, seek: SeekPlay): void {
    const current = this.#queue[0];
    if (current === undefined || current.play !== play || !current.started || current.whenDone !== undefined) return;
    const { items, index } = current;
    const place = placeOf(items, index, seek);
    for (let i = place.index + 1; i <= index && i < items.length; i++) (items[i] as ItemRenderer).rewind();
    items[place.index]?.seek(place.ms);
    current.index = place.index;
    if (this.#last !== 0) this.#fading = true;
    this.#risen = 0;
  }

  /** A digit was heard: the plays that allow it end, from the first on. */
  bargeIn(): void {
    const first = this.#queue.findIndex((queued) => !queued.bargeIn);
    const several = new Set(first < 0 ? this.#queue : this.#queue.slice(0, first));
    this.#end((queued) => several.has(queued), 'barged');
  }

  close(): void {
    this.stop();
    this.#fading = false;
  }

  /** Writes a frame, padded with silence; false when there is nothing but silence. */
  fill(out: Int16Array, rate: SampleRate): boolean {
    let at = 0;
    if (this.#fading) {
      this.#fading = false;
      const fade = rate / 200;
      for (let i = 0; i < fade; i++) out[i] = (this.#last * (fade - i)) / fade;
      at = fade;
    }
    let sounded = at > 0;
    for (let current = this.#queue[0]; current !== undefined && at < out.length; current = this.#queue[0]) {
      const n = this.#render(current, out, at, rate);
      if (n < 0) break; // waits for its file
      if (n > 0) {
        sounded = true;
        if (this.#risen < 1) this.#rise(out, at, at + n, rate);
      }
      at += n;
    }
    if (at < out.length) out.fill(0, at);
    this.#last = out[out.length - 1] as number;
    return sounded;
  }

  #rise(out: Int16Array, from: number, to: number, rate: SampleRate): void {
    for (let i = from; i < to && this.#risen < 1; i++) {
      out[i] = (out[i] as number) * this.#risen;
      this.#risen += 200 / rate;
    }
  }

  /** Renders of one play until the frame is full or the play is over (then it is dequeued). −1: it cannot go on yet. */
  #render(current: Queued, out: Int16Array, start: number, rate: SampleRate): number {
    let at = start;
    if (!current.started) {
      if (current.items[0]?.loading === true) return at > start ? at - start : -1;
      current.started = true;
      current.rate = rate;
      if (current.whenDone === undefined) this.#context.emit({ name: 'play.started', node: this.#node, play: current.play });
    }
    let idle = 0;
    while (at < out.length) {
      const item = current.items[current.index];
      if (item === undefined) {
        // An item that ended with the last frame adds nothing to this one; only a whole round of nothing ends the loop.
        if (current.loop && current.items.length > 0 && idle <= current.items.length) {
          for (const one of current.items) one.rewind();
          current.index = 0;
          continue;
        }
        this.#finish(current, current.failure === undefined ? 'finished' : 'failed', current.failure);
        return at - start;
      }
      if (item.loading) return at > start ? at - start : -1;
      if (item.failure !== undefined) {
        // What cannot be played is left out; the rest is heard, and the end tells of it.
        current.failure ??= item.failure;
        current.index += 1;
        idle += 1;
        continue;
      }
      const n = item.fill(out, at, rate);
      idle = n > 0 ? 0 : idle + 1;
      current.samples += n;
      at += n;
      if (at >= out.length) break;
      // A streamed file waits for its next chunk, or came to grief midway.
      if (item.loading || item.failure !== undefined) continue;
      if (item.item.kind === 'mark') {
        this.#context.emit({ name: 'play.mark', node: this.#node, play: current.play, mark: item.item.name, atMs: this.#context.processTime(this.#context.now()) });
      }
      current.index += 1;
    }
    return at - start;
  }

  #end(which: (queued: Queued) => boolean, how: 'stopped' | 'barged'): void {
    for (const queued of this.#queue.filter(which)) {
      if (this.#queue[0] === queued && queued.started && this.#last !== 0) this.#fading = true;
      this.#finish(queued, how);
    }
  }

  #finish(queued: Queued, how: MediaEventMap['play.done']['how'], reason?: string): void {
    this.#queue.splice(this.#queue.indexOf(queued), 1);
    for (const item of queued.items) item.stream?.close();
    this.#risen = 1;
    if (queued.whenDone !== undefined) return queued.whenDone();
    const playedMs = Math.round((queued.samples * 1000) / queued.rate);
    this.#context.emit({ name: 'play.done', node: this.#node, play: queued.play, how, playedMs, ...(reason === undefined ? {} : { reason }) });
  }
}
