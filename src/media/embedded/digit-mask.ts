import { DtmfClamp } from '../../audio/dtmf-clamp.ts';
import { frameSamples, type SampleRate } from './source.ts';

/** So long after a telephone-event, in frames: the tone beside it may come a little later. */
const afterEventFrames = 3;

/** Takes the digits out of what is kept or shown of a stream, in band and beside telephone-events. Switched on and off while it runs, without a click. */
export class DigitMask {
  readonly #clamp: DtmfClamp;
  readonly #out: Int16Array;
  #hushed = 0;

  constructor(rate: SampleRate) {
    this.#clamp = new DtmfClamp('pass', rate);
    this.#out = new Int16Array(frameSamples(rate));
  }

  set on(on: boolean) {
    this.#clamp.mode = on ? 'silence' : 'pass';
  }

  /** The masked frame, valid until the next call. While it is on, it lags by the clamp's look-back. `keyHeld`: a telephone-event lasts. */
  process(frame: Int16Array, keyHeld: boolean): Int16Array {
    this.#clamp.process(frame, this.#out);
    this.#hushed = keyHeld ? afterEventFrames : Math.max(0, this.#hushed - 1);
    if (this.#hushed > 0 && this.#clamp.mode !== 'pass') this.#out.fill(0);
    return this.#out;
  }
}
