import { accumulate, begin, mixAll } from '../../audio/mixer.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { MediaId } from '../../kernel/ids.ts';
import type { MediaEvent } from '../media.ts';
import type { Conference } from './conference.ts';
import type { EdgeLine } from './edge.ts';
import type { Endpoint } from './endpoint.ts';
import type { Player } from './player.ts';
import type { Recorder } from './recorder.ts';
import { frameSamples, type SampleRate, type Source } from './source.ts';

/** What every node needs of the engine that it lives in. */
export interface NodeContext {
  readonly log: Logger;
  emit(event: MediaEvent): void;
  /** Monotonic clock of this thread, as the tick sees it. */
  now(): number;
  /** A time of `now` on the monotonic clock of the process. */
  processTime(nowMs: number): number;
}

export type DigitVia = 'rfc4733' | 'inband' | 'info';

/** One node of the graph: what it gives (`source`), what it plays, and the edges at it. */
export interface MediaNode {
  readonly kind: 'endpoint' | 'conference' | 'dialog';
  readonly id: MediaId;
  readonly edgesIn: EdgeLine[];
  readonly edgesOut: EdgeLine[];
  source: Source;
  readonly player: Player;
  readonly recorders: Recorder[];
  /** The rate at which it wants to be fed. */
  readonly rate: SampleRate;
  /** A key went down somewhere up the graph, and reaches this node. RFC 4733 only. */
  digitDown(key: string, via: DigitVia, from: MediaNode, hops: number): void;
  /** The press is over. */
  digitUp(key: string, durationMs: number, via: DigitVia, from: MediaNode, hops: number): void;
  /** A press that was passed on must not go on: an edge stopped passing it, or went away. `undefined` means any key. */
  digitLifted(key: string | undefined, from: MediaNode, hops: number): void;
  close(): void;
}

/** Does this edge let such a digit through as an event? */
export function passesDigit(edge: EdgeLine, via: DigitVia): boolean {
  return !edge.closing && (via === 'inband' ? edge.clamp.inband : edge.clamp.events) === 'pass';
}

const hidesDigits = ({ from }: EdgeLine): boolean => from.kind === 'endpoint' && (from as Endpoint).hidesDigits;
const holdsKey = ({ from }: EdgeLine): boolean => from.source.keyHeld;

/** Somebody who is heard over these edges keeps digits secret (card mode). */
export const anyHidesDigits = (edges: readonly EdgeLine[]): boolean => edges.some(hidesDigits);
/** Somebody who is heard over these edges holds a key down. */
export const anyHoldsKey = (edges: readonly EdgeLine[]): boolean => edges.some(holdsKey);

const maxHops = 4;

/** Sends a press along all edges out of `node` that let it through, not back to where it came from. */
export function spreadDigitDown(node: MediaNode, key: string, via: DigitVia, origin: MediaNode | undefined, hops: number): void {
  if (hops >= maxHops) return;
  for (const edge of node.edgesOut) if (edge.to !== origin && passesDigit(edge, via)) edge.to.digitDown(key, via, node, hops + 1);
}

export function spreadDigitUp(node: MediaNode, key: string, durationMs: number, via: DigitVia, origin: MediaNode | undefined, hops: number): void {
  if (hops >= maxHops) return;
  for (const edge of node.edgesOut) {
    if (edge.to === origin) continue;
    if (passesDigit(edge, via)) edge.to.digitUp(key, durationMs, via, node, hops + 1);
    // A clamp that was set while the key was down: who heard it go down must not hear it for ever.
    else edge.to.digitLifted(key, node, hops + 1);
  }
}

export function spreadDigitLifted(node: MediaNode, key: string | undefined, origin: MediaNode | undefined, hops: number): void {
  if (hops >= maxHops) return;
  for (const edge of node.edgesOut) if (edge.to !== origin) edge.to.digitLifted(key, node, hops + 1);
}

/** Sums what the edges bring to a node and what it plays. One per thread: its buffers are reused. */
export class Gatherer {
  readonly #sum8 = new Int32Array(frameSamples(8000));
  readonly #sum16 = new Int32Array(frameSamples(16000));
  readonly #played8 = new Int16Array(frameSamples(8000));
  readonly #played16 = new Int16Array(frameSamples(16000));
  /** The last `gather` found sound of a phone among what it summed. */
  live = false;

  /**
   * What reaches the node in this tick, at its rate: `out`, filled, or where it comes from one place alone that place's own frame, not to be
   * written to. `withPlay`: the node's own play as well.
   */
  gather(node: MediaNode, out: Int16Array, withPlay: boolean): Int16Array {
    const rate = node.rate;
    let only: Int16Array | undefined;
    let count = 0;
    const sum = rate === 8000 ? this.#sum8 : this.#sum16;
    this.live = false;
    for (const edge of node.edgesIn) {
      const frame = edge.from.kind === 'conference' ? (edge.from as Conference).readerFrame(edge, rate) : edge.contribution('pass', rate);
      if (frame === undefined) continue;
      if (edge.from.source.live) this.live = true;
      count = this.#add(sum, frame, only, count);
      only = frame;
    }
    if (withPlay && node.player.active) {
      const played = rate === 8000 ? this.#played8 : this.#played16;
      if (node.player.fill(played, rate)) {
        count = this.#add(sum, played, only, count);
        only = played;
      }
    }
    if (count === 0 || only === undefined) {
      out.fill(0);
      return out;
    }
    if (count === 1) return only;
    mixAll(sum, out);
    return out;
  }

  /** The sum begins with the second frame, so that a single one is only copied. */
  #add(sum: Int32Array, frame: Int16Array, first: Int16Array | undefined, count: number): number {
    if (count === 1 && first !== undefined) {
      begin(sum, first);
    }
    if (count >= 1) accumulate(sum, frame);
    return count + 1;
  }
}
