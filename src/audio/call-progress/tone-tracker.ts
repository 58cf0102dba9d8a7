import { powerOfDbm0 } from '../level.ts';
import { ToneFrame } from './tone-frame.ts';

/** One uninterrupted tone. Times in ms of audio since the beginning. The object is used again: read it in the callback. */
export interface ToneRun {
  /** Mean of the stronger and the weaker frequency, Hz; `second` is 0 when there was one frequency. */
  first: number;
  second: number;
  startMs: number;
  endMs: number;
  /** Mean square while it sounded. */
  power: number;
  /** What followed: nothing audible, or other sound. */
  endedInSilence: boolean;
}

const MIN_PURITY = 0.8;
const MIN_POWER = powerOfDbm0(-42);
/** A frequency may move by so much from one look to the next within one tone. */
const DRIFT_HZ = 25;
/** Below this part of the tone's own power a block no longer belongs to it: lower than the trough of two beating tones. */
const OFF = 0.12;
const BLOCK_MS = 10;

/** Follows tones through 10 ms blocks of 8 kHz audio, looking at the spectrum every 20 ms. */
export class ToneTracker {
  readonly run: ToneRun = { first: 0, second: 0, startMs: 0, endMs: 0, power: 0, endedInSilence: false };
  readonly #onEnd: (run: ToneRun) => void;
  readonly #frame = new ToneFrame();
  /** Powers of the last eight blocks, newest at `#at`. */
  readonly #powers = new Float64Array(8);
  #at = 0;
  #blocks = 0;
  #sounding = false;
  #looks = 0;
  #seconds = 0;
  #sumFirst = 0;
  #sumSecond = 0;
  #lastFirst = 0;
  #lastSecond = 0;
  #misses = 0;
  #sumPower = 0;
  #powerBlocks = 0;

  constructor(onEnd: (run: ToneRun) => void) {
    this.#onEnd = onEnd;
  }

  /** A tone sounds now (known some 30 ms after its start). */
  get sounding(): boolean {
    return this.#sounding;
  }

  /** How long the present tone has lasted, ms; 0 without one. */
  get soundingMs(): number {
    return this.#sounding ? this.#blocks * BLOCK_MS - this.run.startMs : 0;
  }

  /** Purity of the last look, 0–1. */
  get purity(): number {
    return this.#frame.purity;
  }

  /** Takes one block of 10 ms, whose mean square is `power`. */
  block(samples: Int16Array, start: number, length: number, power: number): void {
    this.#frame.push(samples, start, length);
    this.#at = (this.#at + 1) & 7;
    this.#powers[this.#at] = power;
    this.#blocks += 1;
    if (this.#sounding) {
      const mean = this.#sumPower / this.#powerBlocks;
      if (power < mean * OFF || power < MIN_POWER * 0.3) {
        // Part of this block may still be tone.
        this.#end((this.#blocks - 1) * BLOCK_MS + Math.min(BLOCK_MS, (BLOCK_MS * power) / mean), true);
      } else {
        // A slow decay is followed: the mean forgets within 100 ms.
        const keep = this.#powerBlocks < 10 ? 1 : 0.9;
        this.#sumPower = this.#sumPower * keep + power;
        this.#powerBlocks = this.#powerBlocks * keep + 1;
      }
    }
    if ((this.#blocks & 1) === 0) this.#look(power);
  }

  #look(power: number): void {
    if (power < MIN_POWER && !this.#sounding) return;
    this.#frame.analyse();
    const { first, second, purity } = this.#frame;
    const tonal = purity >= MIN_PURITY && power >= MIN_POWER;
    if (!this.#sounding) {
      if (tonal) this.#begin(first, second, power);
      return;
    }
    const near = (a: number, b: number): boolean => b > 0 && Math.abs(a - b) <= DRIFT_HZ;
    if (tonal && (near(first, this.#lastFirst) || near(first, this.#lastSecond))) {
      this.#misses = 0;
      const swapped = !near(first, this.#lastFirst);
      this.#count(swapped ? second || this.#lastFirst : first, swapped ? first : second);
      return;
    }
    this.#misses += 1;
    if (this.#misses < 2) return;
    this.#end(this.#blocks * BLOCK_MS - 40, false);
    if (tonal) {
      this.#begin(first, second, power);
      this.run.startMs = this.#blocks * BLOCK_MS - 40;
    }
  }

  #begin(first: number, second: number, power: number): void {
    this.#sounding = true;
    this.#looks = 0;
    this.#seconds = 0;
    this.#sumFirst = this.#sumSecond = 0;
    this.#misses = 0;
    this.#sumPower = power;
    this.#powerBlocks = 1;
    let back = 1;
    while (back < 5 && back < this.#blocks && (this.#powers[(this.#at - back) & 7] as number) > power * 0.4) back += 1;
    // The block before the first full one holds the onset: by its power, so much of it was tone.
    const edge = back < 5 && back < this.#blocks ? Math.min(1, (this.#powers[(this.#at - back) & 7] as number) / power) : 0;
    this.run.startMs = Math.max(0, (this.#blocks - back - edge) * BLOCK_MS);
    this.#count(first, second);
  }

  #count(first: number, second: number): void {
    this.#looks += 1;
    this.#sumFirst += first;
    this.#lastFirst = first;
    this.#lastSecond = second;
    if (second > 0) {
      this.#seconds += 1;
      this.#sumSecond += second;
    }
    this.run.first = this.#sumFirst / this.#looks;
    this.run.second = this.#seconds * 2 > this.#looks ? this.#sumSecond / this.#seconds : 0;
  }

  #end(endMs: number, silence: boolean): void {
    this.#sounding = false;
    const run = this.run;
    run.endMs = Math.max(run.startMs, endMs);
    run.power = this.#sumPower / this.#powerBlocks;
    run.endedInSilence = silence;
    this.#onEnd(run);
  }
}
