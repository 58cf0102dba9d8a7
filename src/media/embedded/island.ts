import type { Conference } from './conference.ts';
import type { DialogNode } from './dialog.ts';
import type { EdgeLine } from './edge.ts';
import type { Endpoint } from './endpoint.ts';
import { anyHidesDigits, anyHoldsKey, type Gatherer, type MediaNode } from './media-node.ts';
import type { PacketSocket } from './packet-io.ts';
import type { Recorder } from './recorder.ts';
import { frameSamples } from './source.ts';

/** An island whose packets are only passed on is looked after in one of so many ticks: keys that are held, who hears whom, what was counted. */
const passingTicks = 10;
const mixed = new Int16Array(frameSamples(8000));
const still = new Int16Array(frameSamples(8000));

/**
 * Nodes that edges join, directly or through others. A tick works off one island after the other, each from the packets to what
 * is sent: what a leg touches is then still in the processor's cache when its neighbours ask for it. Step by step over all legs
 * of a thread, everything would be fetched from memory several times a tick, which costs more than what is computed with it.
 */
export class Island {
  readonly #endpoints: Endpoint[] = [];
  readonly #conferences: Conference[] = [];
  readonly #dialogs: DialogNode[] = [];
  readonly #edges: EdgeLine[] = [];
  /** The tick of its last step. */
  #stepped = -1;

  /** All islands that these nodes are of. */
  static all(nodes: Iterable<MediaNode>): Island[] {
    const islands: Island[] = [];
    const seen = new Set<MediaNode>();
    for (const first of nodes) {
      if (seen.has(first)) continue;
      const island = new Island();
      islands.push(island);
      const waiting = [first];
      seen.add(first);
      for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
        island.#add(node);
        const neighbours = [...node.edgesOut.map((edge) => edge.to), ...node.edgesIn.map((edge) => edge.from)];
        for (const other of neighbours) {
          if (seen.has(other)) continue;
          seen.add(other);
          waiting.push(other);
        }
      }
    }
    return islands;
  }

  nodes(): readonly MediaNode[] {
    return [...this.#endpoints, ...this.#conferences, ...this.#dialogs];
  }

  #add(node: MediaNode): void {
    if (node.kind === 'endpoint') this.#endpoints.push(node as Endpoint);
    else if (node.kind === 'conference') this.#conferences.push(node as Conference);
    else this.#dialogs.push(node as DialogNode);
    this.#edges.push(...node.edgesOut);
  }

  /**
   * Reads what `step` is going to need, while the island before it is still being worked off: a thousand legs do not fit into a processor's
   * cache, and many reads that do not wait for one another take hardly longer than one. The number means nothing.
   */
  preload(): number {
    let sum = this.#stepped;
    for (let i = 0; i < this.#endpoints.length; i++) sum += (this.#endpoints[i] as Endpoint).preload();
    for (let i = 0; i < this.#edges.length; i++) sum += (this.#edges[i] as EdgeLine).preload();
    return sum;
  }

  /** Adds the sockets that are to be read before `step` to those that are there from `count` on; how many there are then. */
  sockets(into: PacketSocket[], count: number): number {
    let filled = count;
    for (let i = 0; i < this.#endpoints.length; i++) {
      const socket = (this.#endpoints[i] as Endpoint).socketInTurn;
      if (socket !== undefined) into[filled++] = socket;
    }
    return filled;
  }

  /**
   * A tick of it, the `tick`th of the thread, from what has arrived to what is sent. `flowed` is told of each endpoint that an audio packet left
   * to, `parted` of each edge that has faded out. In how many ticks from this one the next is due, if nothing is asked of it before.
   */
  step(nowMs: number, tick: number, gatherer: Gatherer, flowed: (to: Endpoint) => void, parted: (edge: EdgeLine) => void): number {
    const ms = this.#stepped < 0 ? 20 : (tick - this.#stepped) * 20;
    this.#stepped = tick;
    const endpoints = this.#endpoints;
    const conferences = this.#conferences;
    const dialogs = this.#dialogs;
    const edges = this.#edges;
    let passing = conferences.length === 0 && dialogs.length === 0 && endpoints.length > 0;
    for (let i = 0; i < endpoints.length; i++) {
      const endpoint = endpoints[i] as Endpoint;
      endpoint.produce(nowMs, ms);
      passing &&= endpoint.isPassing && endpoint.source.live;
    }
    for (let i = 0; i < dialogs.length; i++) (dialogs[i] as DialogNode).produce();
    for (let i = 0; i < edges.length; i++) (edges[i] as EdgeLine).begin();
    for (let i = 0; i < conferences.length; i++) (conferences[i] as Conference).mix();
    for (let i = 0; i < conferences.length; i++) (conferences[i] as Conference).feedConferences();
    for (let i = 0; i < dialogs.length; i++) (dialogs[i] as DialogNode).hear(gatherer);
    for (let i = 0; i < endpoints.length; i++) {
      const endpoint = endpoints[i] as Endpoint;
      if (endpoint.consume(gatherer)) flowed(endpoint);
    }
    for (let i = 0; i < conferences.length; i++) record(conferences[i] as Conference);
    for (let i = 0; i < edges.length; i++) {
      const edge = edges[i] as EdgeLine;
      edge.end();
      if (edge.closing) parted(edge);
    }
    return passing ? passingTicks : 1;
  }
}

function record(conference: Conference): void {
  if (conference.recorders.length === 0) return;
  conference.everybody(mixed);
  const hidden = anyHidesDigits(conference.edgesIn);
  const keyHeld = anyHoldsKey(conference.edgesIn);
  for (const recorder of [...conference.recorders] as Recorder[]) recorder.take(mixed, still, hidden, keyHeld);
}
