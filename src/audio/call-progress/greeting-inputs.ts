import { BANDS } from './greeting-bands.ts';
import { GREETING_FEATURES, type GreetingFeatures } from './greeting-features.ts';

/** What the network takes at each step: the features, and two looks at the bands. */
export const INPUTS = GREETING_FEATURES.length + 2 * BANDS;
export const STEP_MS = 40;

/** Natural logarithms below the loudest band so far at which a band counts as empty. */
const DEEPEST = 12;
/** What a feature is divided by, so that most of it lies between −1 and 1; and how far it may lie outside. */
const USUAL: Readonly<Record<(typeof GREETING_FEATURES)[number], number>> = {
  elapsed: 1_500, active: 1_000, silence: 500, gaps: 2, 'longest gap': 400, 'first stretch': 800, 'last stretch': 800, syllables: 4, 'last syllable': 300, 'floor within': 10, trail: 15,
  'signal to noise': 25, 'step before': 12, 'step ago': 400, 'step at': 800, 'unevenness before': 5, crest: 5, 'syllable rate': 4,
};
const MOST = 4;
const usual = Float64Array.from(GREETING_FEATURES, (name) => USUAL[name]);

/** Scratch of the thread: filled and read within one step. */
const values = new Float64Array(INPUTS);
const features64 = new Float64Array(GREETING_FEATURES.length);

/** Turns what is heard of one greeting into the network's inputs. */
export class GreetingInputs {
  /** Bands of the look before, for a step takes two. */
  readonly #before = new Float64Array(BANDS);
  #loudest = 0;
  #looks = 0;

  /** To be called after every look: the inputs of a step when one is complete (to be read at once), else undefined. */
  take(features: GreetingFeatures): Float64Array | undefined {
    if (features.looks === this.#looks) return undefined;
    if (features.looks === 1) this.#loudest = 0;
    this.#looks = features.looks;
    const bands = features.bands.values;
    for (let b = 0; b < BANDS; b++) if ((bands[b] as number) > this.#loudest) this.#loudest = bands[b] as number;
    if (this.#looks % 2 === 1) {
      for (let b = 0; b < BANDS; b++) this.#before[b] = relative(bands[b] as number, this.#loudest);
      return undefined;
    }
    features.write(features64);
    const known = features64.length;
    for (let f = 0; f < known; f++) values[f] = Math.max(-MOST, Math.min(MOST, (features64[f] as number) / (usual[f] as number)));
    for (let b = 0; b < BANDS; b++) {
      values[known + b] = this.#before[b] as number;
      values[known + BANDS + b] = relative(bands[b] as number, this.#loudest);
    }
    return values;
  }
}

const relative = (band: number, loudest: number): number => Math.max(band - loudest, -DEEPEST) / 4 + 1.5;
