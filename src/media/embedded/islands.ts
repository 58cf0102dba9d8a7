import { Island } from './island.ts';
import type { MediaNode } from './media-node.ts';

/** The islands of a graph that changes: only those at which something changed are found anew. */
export class Islands {
  readonly #all: Island[] = [];
  readonly #of = new Map<MediaNode, Island>();
  /** Nodes whose island is to be found anew. */
  readonly #changed = new Set<MediaNode>();

  /** The node is new, or an edge at it came or went. */
  changed(node: MediaNode): void {
    this.#changed.add(node);
  }

  /** The node is gone, and its edges before it. */
  gone(node: MediaNode): void {
    const island = this.#of.get(node);
    if (island !== undefined) this.#dissolve(island);
    this.#changed.delete(node);
  }

  /** By the place of each in `current`: in how many ticks its next step is due; 0 when it is new there. */
  waits = new Uint8Array(64);

  /** As they are now. */
  get current(): readonly Island[] {
    if (this.#changed.size > 0) this.#renew();
    return this.#all;
  }

  #renew(): void {
    for (const node of [...this.#changed]) {
      const island = this.#of.get(node);
      if (island !== undefined) this.#dissolve(island);
    }
    for (const island of Island.all(this.#changed)) {
      this.#all.push(island);
      for (const node of island.nodes()) this.#of.set(node, island);
    }
    this.#changed.clear();
    if (this.waits.length < this.#all.length) this.waits = new Uint8Array(this.#all.length * 2);
    else this.waits.fill(0);
  }

  /** Its nodes are without an island, and counted among the changed. */
  #dissolve(island: Island): void {
    for (const node of island.nodes()) {
      this.#of.delete(node);
      this.#changed.add(node);
    }
    const last = this.#all.pop();
    if (last !== undefined && last !== island) this.#all[this.#all.indexOf(island)] = last;
  }
}
