/**
 * Who hears whom (CCXML 1.0 §10.4), pure. A path runs one way, from → to. A connection or a dialog has at most one input; anything may
 * have many outputs; a conference has many inputs. Giving an endpoint a new input takes the old one away without an event.
 */
export type EndpointKind = 'connection' | 'dialog' | 'conference';

export interface PathChange {
  readonly type: 'connect' | 'disconnect';
  readonly from: string;
  readonly to: string;
}

interface Endpoint {
  readonly kind: EndpointKind;
  readonly inputs: Set<string>;
  readonly outputs: Set<string>;
}

export class BridgeGraph {
  readonly #endpoints = new Map<string, Endpoint>();
  /** Pairs that a page bridged: their end is told by conference.unjoined. Pairs of a dialog and its own endpoint are not in it. */
  readonly #told = new Set<string>();

  add(id: string, kind: EndpointKind): void {
    if (!this.#endpoints.has(id)) this.#endpoints.set(id, { kind, inputs: new Set(), outputs: new Set() });
  }

  has(id: string): boolean {
    return this.#endpoints.has(id);
  }

  kindOf(id: string): EndpointKind | undefined {
    return this.#endpoints.get(id)?.kind;
  }

  /** The one stream an endpoint hears; of a conference, undefined. */
  input(id: string): string | undefined {
    const endpoint = this.#endpoints.get(id);
    return endpoint === undefined || endpoint.kind === 'conference' ? undefined : [...endpoint.inputs][0];
  }

  inputs(id: string): readonly string[] {
    return [...(this.#endpoints.get(id)?.inputs ?? [])];
  }

  outputs(id: string): readonly string[] {
    return [...(this.#endpoints.get(id)?.outputs ?? [])];
  }

  /** The path changes of id1 hearing id2 and, in full duplex, id2 hearing id1. Nothing is changed yet. */
  planJoin(id1: string, id2: string, duplex: 'half' | 'full'): readonly PathChange[] {
    const plan = this.#planInput(id1, id2);
    return duplex === 'full' ? [...plan, ...this.#planInput(id2, id1)] : plan;
  }

  /** The path changes that end every path between two endpoints; empty when there is none. */
  planUnjoin(id1: string, id2: string): readonly PathChange[] {
    const plan: PathChange[] = [];
    if (this.#hears(id1, id2)) plan.push({ type: 'disconnect', from: id2, to: id1 });
    if (this.#hears(id2, id1)) plan.push({ type: 'disconnect', from: id1, to: id2 });
    return plan;
  }

  apply(changes: readonly PathChange[]): void {
    for (const { type, from, to } of changes) {
      const source = this.#endpoints.get(from);
      const sink = this.#endpoints.get(to);
      if (type === 'connect') {
        source?.outputs.add(to);
        sink?.inputs.add(from);
      } else {
        source?.outputs.delete(to);
        sink?.inputs.delete(from);
        if (!this.#hears(from, to)) this.#told.delete(pair(from, to));
      }
    }
  }

  /** Marks a pair as bridged by the page. */
  tell(id1: string, id2: string): void {
    this.#told.add(pair(id1, id2));
  }

  /** Takes an endpoint out: the paths that end with it, and the partners whose bridge with it a page made. */
  remove(id: string): { readonly changes: readonly PathChange[]; readonly unjoined: readonly string[] } {
    const endpoint = this.#endpoints.get(id);
    if (endpoint === undefined) return { changes: [], unjoined: [] };
    const changes: PathChange[] = [
      ...[...endpoint.inputs].map((from): PathChange => ({ type: 'disconnect', from, to: id })),
      ...[...endpoint.outputs].map((to): PathChange => ({ type: 'disconnect', from: id, to })),
    ];
    const partners = new Set([...endpoint.inputs, ...endpoint.outputs]);
    const unjoined = [...partners].filter((partner) => this.#told.has(pair(id, partner)));
    this.apply(changes);
    this.#endpoints.delete(id);
    return { changes, unjoined };
  }

  #hears(listener: string, speaker: string): boolean {
    return this.#endpoints.get(listener)?.inputs.has(speaker) === true;
  }

  #planInput(listener: string, speaker: string): PathChange[] {
    if (this.#hears(listener, speaker)) return [{ type: 'connect', from: speaker, to: listener }];
    const plan: PathChange[] = [];
    const current = this.input(listener);
    if (current !== undefined) plan.push({ type: 'disconnect', from: current, to: listener });
    plan.push({ type: 'connect', from: speaker, to: listener });
    return plan;
  }
}

function pair(a: string, b: string): string {
  return a < b ? `${a}|${b}` : `${b}|${a}`;
}
