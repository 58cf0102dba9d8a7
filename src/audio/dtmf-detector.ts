import { DtmfAnalysis, NO_DIGIT, type DtmfLimits } from './dtmf-analysis.ts';
import { DTMF_KEYS } from './dtmf-digit.ts';

/** ITU-T Q.24 with room at the edges: ±1.5 % accepted, ±3.5 % refused, 40 ms accepted, 20 ms refused, twist +8/−10 dB, −36 dBm0. */
export const Q24_LIMITS: DtmfLimits = { minLevelDbm0: -36, maxTwistDb: 10, maxReverseTwistDb: 8, minPurity: 0.75, minClear: 0, minEdge: 0.4, maxDeviation: 0.021 };

/** Told once per key press, when it ends. Times in milliseconds of audio since the detector began. */
export type DtmfListener = (digit: string, startMs: number, durationMs: number) => void;

const BLOCK_MS = 5;
const WINDOW_BLOCKS = 5;
/** Windows in a row that must agree; with the window itself the tone lasted at least 30 ms. */
const AGREEING = 3;
/** Windows in a row without the digit that end it: a break of up to 10 ms does not. */
const LOSING = 4;

/** Finds DTMF digits in audio. Frames of any length; a press is reported when it ends, `digit` tells of one that lasts. */
export class DtmfDetector {
  readonly #analysis: DtmfAnalysis;
  readonly #listener: DtmfListener;
  readonly #pending: Int16Array;
  #filled = 0;
  #blocks = 0;
  #candidate = NO_DIGIT;
  #agree = 0;
  #current = NO_DIGIT;
  #since = 0;
  #lastSeen = 0;
  #missing = 0;

  constructor(listener: DtmfListener, sampleRate = 8000, limits: DtmfLimits = Q24_LIMITS) {
    const blockSize = Math.round((BLOCK_MS * sampleRate) / 1000);
    this.#analysis = new DtmfAnalysis(limits, blockSize, WINDOW_BLOCKS, sampleRate);
    this.#pending = new Int16Array(blockSize);
    this.#listener = listener;
  }

  /** The digit whose tone is there now, or undefined. Known about 35 ms after the tone began. */
  get digit(): string | undefined {
    return this.#current === NO_DIGIT ? undefined : DTMF_KEYS[this.#current];
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    return this.#analysis.preload() + this.#blocks + this.#missing;
  }

  /** @param energies of its blocks of 5 ms, the sums of squares, where they are known: for frames that are whole blocks only */
  process(frame: Int16Array, energies?: Float64Array): void {
    const size = this.#analysis.blockSize;
    let i = 0;
    if (this.#filled > 0) {
      while (i < frame.length && this.#filled < size) this.#pending[this.#filled++] = frame[i++] as number;
      if (this.#filled < size) return;
      this.#filled = 0;
      this.#take(this.#analysis.process(this.#pending, 0));
    }
    for (let block = 0; i + size <= frame.length; i += size, block++) this.#take(this.#analysis.process(frame, i, energies?.[block]));
    while (i < frame.length) this.#pending[this.#filled++] = frame[i++] as number;
  }

  /** Ends a digit that still sounds (the stream is over). */
  flush(): void {
    if (this.#current !== NO_DIGIT) this.#end();
  }

  #take(found: number): void {
    this.#blocks += 1;
    if (found !== NO_DIGIT && found === this.#candidate) this.#agree += 1;
    else {
      this.#candidate = found;
      this.#agree = found === NO_DIGIT ? 0 : 1;
    }
    if (this.#current !== NO_DIGIT) {
      if (found === this.#current) {
        this.#missing = 0;
        this.#lastSeen = this.#blocks;
        return;
      }
      this.#missing += 1;
      if (this.#missing < LOSING && !(this.#agree >= AGREEING)) return;
      this.#end();
    }
    if (this.#agree >= AGREEING) {
      this.#current = this.#candidate;
      this.#since = this.#blocks - AGREEING - WINDOW_BLOCKS + 1;
      this.#lastSeen = this.#blocks;
      this.#missing = 0;
    }
  }

  #end(): void {
    const startMs = this.#since * BLOCK_MS;
    const durationMs = this.#lastSeen * BLOCK_MS - startMs;
    const digit = DTMF_KEYS[this.#current] as string;
    this.#current = NO_DIGIT;
    this.#missing = 0;
    this.#listener(digit, startMs, durationMs);
  }
}
