import type { MediaId } from '../../kernel/ids.ts';
import type { EndpointMedia } from './endpoint-media.ts';
import { legCounts, legFigures, type LegCounts } from './leg-figures.ts';
import type { NodeContext } from './media-node.ts';

/** Stretches of a leg's life that are measured apart, each until it is ended or the leg is over. */
export class LegMeasures {
  readonly #node: MediaId;
  readonly #context: NodeContext;
  readonly #running = new Map<string, { readonly since: LegCounts; readonly at: number }>();

  constructor(node: MediaId, context: NodeContext) {
    this.#node = node;
    this.#context = context;
  }

  begin(measure: string, media: EndpointMedia): void {
    this.#running.set(measure, { since: legCounts(media), at: this.#context.now() });
  }

  end(measure: string, media: EndpointMedia): void {
    const running = this.#running.get(measure);
    if (running === undefined) return;
    this.#running.delete(measure);
    this.#context.emit({ name: 'measure.done', node: this.#node, measure, durationMs: Math.round(this.#context.now() - running.at), leg: legFigures(this.#node, media, running.since) });
  }

  endAll(media: EndpointMedia): void {
    for (const measure of [...this.#running.keys()]) this.end(measure, media);
  }
}
