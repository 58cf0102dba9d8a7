import { accumulate, begin, mixAll, mixMinus } from '../../audio/mixer.ts';
import type { MediaId } from '../../kernel/ids.ts';
import type { ClampMode } from '../media.ts';
import { busCount, busIndex, busMode, busRate, type EdgeLine } from './edge.ts';
import { spreadDigitDown, spreadDigitLifted, spreadDigitUp, type DigitVia, type MediaNode, type NodeContext } from './media-node.ts';
import { Player } from './player.ts';
import type { Recorder } from './recorder.ts';
import { frameSamples, Source, type SampleRate } from './source.ts';

/** For readers of one conference alone, by bus: one for all legs of a thread stays in the processor's cache. */
const scratch: (Int16Array | undefined)[] = new Array<undefined>(busCount).fill(undefined);

/**
 * N-party mixing: everybody is summed once per bus (clamp mode × rate) that some reader needs; each reader gets the sum less
 * what it brought itself. What the conference plays goes to all.
 */
export class Conference implements MediaNode {
  readonly kind = 'conference';
  readonly id: MediaId;
  readonly edgesIn: EdgeLine[] = [];
  readonly edgesOut: EdgeLine[] = [];
  readonly source = new Source(8000);
  readonly player: Player;
  readonly recorders: Recorder[] = [];
  readonly rate = 8000;
  readonly #context: NodeContext;
  readonly #sums: (Int32Array | undefined)[] = new Array<undefined>(busCount).fill(undefined);
  /** How many frames are in the sum of a bus this tick; -1: not made. */
  readonly #counts = new Int32Array(busCount).fill(-1);

  constructor(id: MediaId, context: NodeContext) {
    this.id = id;
    this.#context = context;
    this.player = new Player(id, context);
  }

  /** Sums the buses. After all sources have their frames, before any reader asks. */
  mix(): void {
    this.#counts.fill(-1);
    this.source.begin();
    this.source.present = this.player.active && this.player.fill(this.source.frame, 8000);
    if (!this.source.present) this.source.silence();
    for (const edge of this.edgesOut) {
      this.#sumBus(busIndex(edge.clamp.inband, edge.to.rate));
      if (edge.previousInband !== edge.clamp.inband) this.#sumBus(busIndex(edge.previousInband, edge.to.rate));
    }
    if (this.recorders.length > 0) this.#sumBus(busIndex('pass', 8000));
    let live = false;
    for (const edge of this.edgesIn) live ||= edge.from.source.live;
    this.source.live = live;
  }

  /** What the reader of this edge hears; undefined is silence. */
  readerFrame(edge: EdgeLine, rate: SampleRate): Int16Array | undefined {
    const now = this.#minusOwn(edge, edge.clamp.inband, rate, 0);
    const before = edge.previousInband === edge.clamp.inband ? now : this.#minusOwn(edge, edge.previousInband, rate, 2);
    return edge.treat(now, before, busIndex('pass', rate));
  }

  /** Everybody together, for a recording. False when it is silence. */
  everybody(out: Int16Array): boolean {
    const bus = busIndex('pass', 8000);
    const sum = this.#sums[bus];
    if (sum === undefined || (this.#counts[bus] as number) <= 0) {
      out.fill(0);
      return false;
    }
    mixAll(sum, out);
    return true;
  }

  digitDown(key: string, via: DigitVia, from: MediaNode, hops: number): void {
    this.player.bargeIn();
    spreadDigitDown(this, key, via, from, hops);
  }

  digitUp(key: string, durationMs: number, via: DigitVia, from: MediaNode, hops: number): void {
    this.player.bargeIn();
    this.#context.emit({ name: 'digit', node: this.id, digit: key, durationMs, via, atMs: this.#context.processTime(this.#context.now()) });
    for (const recorder of [...this.recorders]) recorder.digit(key);
    spreadDigitUp(this, key, durationMs, via, from, hops);
  }

  digitLifted(key: string | undefined, from: MediaNode, hops: number): void {
    spreadDigitLifted(this, key, from, hops);
  }

  close(): void {
    this.player.close();
  }

  #sumBus(bus: number): void {
    if ((this.#counts[bus] as number) >= 0) return;
    const rate = busRate(bus);
    const mode = busMode(bus);
    const sum = (this.#sums[bus] ??= new Int32Array(frameSamples(rate)));
    let count = 0;
    for (const edge of this.edgesIn) {
      // A conference that feeds this one gives what it gave in the tick before: so two may feed each other.
      const frame = edge.from.kind === 'conference' ? edge.brought[bus] : edge.contribution(mode, rate);
      if (edge.from.kind !== 'conference') edge.brought[bus] = frame;
      if (frame === undefined) continue;
      if (count === 0) begin(sum, frame);
      else accumulate(sum, frame);
      count += 1;
    }
    const played = this.source.view('pass', rate);
    if (played !== undefined) {
      if (count === 0) begin(sum, played);
      else accumulate(sum, played);
      count += 1;
    }
    this.#counts[bus] = count;
  }

  /** Called after `mix` of all conferences: what this one will bring to other conferences in the next tick. */
  feedConferences(): void {
    for (const edge of this.edgesOut) {
      if (edge.to.kind !== 'conference') continue;
      const frame = this.readerFrame(edge, 8000);
      for (let bus = 0; bus < busCount; bus++) {
        if (busRate(bus) === 8000) edge.brought[bus] = frame;
        else edge.brought[bus] = undefined;
      }
    }
  }

  #minusOwn(edge: EdgeLine, mode: ClampMode, rate: SampleRate, buffer: 0 | 2): Int16Array | undefined {
    const bus = busIndex(mode, rate);
    const sum = this.#sums[bus];
    const count = this.#counts[bus] as number;
    if (sum === undefined || count <= 0) return undefined;
    const own = edge.reverse?.brought[bus];
    if (own !== undefined && count === 1) return undefined;
    // What is read at once needs no place of its own.
    const out = edge.to.kind !== 'conference' && edge.to.edgesIn.length === 1 ? (scratch[bus] ??= new Int16Array(frameSamples(rate))) : edge.scratch(busIndex(buffer === 0 ? 'pass' : 'mute', rate));
    if (own === undefined) mixAll(sum, out);
    else mixMinus(sum, own, out);
    return out;
  }
}
