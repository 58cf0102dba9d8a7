import { Resampler } from '../../audio/resampler.ts';
import type { MediaId } from '../../kernel/ids.ts';
import { DigitMask } from './digit-mask.ts';
import type { NodeContext } from './media-node.ts';
import type { SampleRate } from './source.ts';

/** Streams a node's audio outward, 20 ms an event. */
export class Tap {
  readonly #node: MediaId;
  readonly #context: NodeContext;
  readonly #rate: SampleRate;
  #resampler: Resampler | undefined;
  #masking: DigitMask | undefined;

  constructor(node: MediaId, rate: SampleRate, context: NodeContext) {
    this.#node = node;
    this.#rate = rate;
    this.#context = context;
  }

  /** `hidden`: with its digits masked. `keyHeld`: the phone holds a key down by its events. */
  take(heard: Int16Array, rate: SampleRate, hidden = false, keyHeld = false): void {
    if (hidden || this.#masking !== undefined) (this.#masking ??= new DigitMask(rate)).on = hidden;
    const frame = this.#masking?.process(heard, keyHeld) ?? heard;
    this.#context.emit({ name: 'audio', node: this.#node, sampleRate: this.#rate, samples: this.#converted(frame, rate) });
  }

  #converted(frame: Int16Array, rate: SampleRate): Int16Array {
    if (rate === this.#rate) return frame.slice();
    if (this.#resampler?.from !== rate) this.#resampler = new Resampler(rate, this.#rate);
    const out = new Int16Array(this.#resampler.outputLimit(frame.length));
    return out.slice(0, this.#resampler.process(frame, out));
  }
}
