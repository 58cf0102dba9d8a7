import { Resampler } from '../../audio/resampler.ts';
import type { MediaId } from '../../kernel/ids.ts';
import type { NodeContext } from './media-node.ts';
import type { SampleRate } from './source.ts';

/** Streams a node's audio outward, 20 ms an event. */
export class Tap {
  readonly #node: MediaId;
  readonly #context: NodeContext;
  readonly #rate: SampleRate;
  #resampler: Resampler | undefined;

  constructor(node: MediaId, rate: SampleRate, context: NodeContext) {
    this.#node = node;
    this.#rate = rate;
    this.#context = context;
  }

  take(frame: Int16Array, rate: SampleRate): void {
    this.#context.emit({ name: 'audio', node: this.#node, sampleRate: this.#rate, samples: this.#converted(frame, rate) });
  }

  #converted(frame: Int16Array, rate: SampleRate): Int16Array {
    if (rate === this.#rate) return frame.slice();
    if (this.#resampler?.from !== rate) this.#resampler = new Resampler(rate, this.#rate);
    const out = new Int16Array(this.#resampler.outputLimit(frame.length));
    return out.slice(0, this.#resampler.process(frame, out));
  }
}
