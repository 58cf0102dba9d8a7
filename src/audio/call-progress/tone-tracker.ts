import { dbm0OfPower, powerOfDbm0 } from '../level.ts';
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
  /** Mean part of the energy in the one or two frequencies, 0–1. */
  purity: number;
  /** Mean step of the stronger frequency from look to look (20 ms), Hz. */
  driftHz: number;
  /** Mean step of the level from look to look, dB; the edges left out. */
  rippleDb: number;
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

/**
 * Tells a machine's tone from a stretch of singing vowel: purer, steadier in pitch and level, and above the pitch of voices.
 * Two frequencies must be purer still, for a vowel's harmonics may stand in any simple ratio.
 */
export function isSteadyTone(run: ToneRun, minPurity = 0.9): boolean {
  // The frequency of a modulated tone seems to swing, however pure it is.
  if (run.purity < minPurity || run.driftHz > (run.purity > 0.97 ? 14 : 9) || run.rippleDb > 3 || run.first < 330) return false;
  return run.second === 0 || (run.second > 330 && run.purity > 0.94 && run.rippleDb < 2);
}

/** A gap in a tone that is none of its own: a lost packet, concealed, broke it. No cadence, SIT or beep has one so short. ms. */
export const BROKEN_TONE_MS = 70;

/** Follows tones through 10 ms blocks of 8 kHz audio, looking at the spectrum every 20 ms. */
export class ToneTracker {
  readonly run: ToneRun = { first: 0, second: 0, startMs: 0, endMs: 0, power: 0, purity: 0, driftHz: 0, rippleDb: 0, endedInSilence: false };
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
  #sumPurity = 0;
  #sumDrift = 0;
  #sumRipple = 0;
  #lastPower = 0;
  #lastFirst = 0;
  #lastSecond = 0;
  #misses = 0;
  #sumPower = 0;
  #powerBlocks = 0;
  #analysed = false;

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

  /** A tone sounds now that is no vowel, as far as 60 ms tell. */
  get steady(): boolean {
    return this.#sounding && this.#looks >= 3 && isSteadyTone(this.run);
  }

  /** What the last block's look at the spectrum found; undefined when there was none after it: every second block, and only where it is loud enough. */
  get look(): ToneFrame | undefined {
    return this.#analysed ? this.#frame : undefined;
  }

  /** Purity of the last look, 0–1. */
  get purity(): number {
    return this.#frame.purity;
  }

  /** The last block was one at which it looks. */
  get looked(): boolean {
    return (this.#blocks & 1) === 0;
  }

  /** What it saw at the last block, as ToneFrame has it; undefined when it did not look, or it was too quiet to. To be read at once. */
  get spectrum(): Float64Array | undefined {
    return this.#analysed ? this.#frame.spectrum : undefined;
  }

  /** See ToneFrame. */
  flatness(): number {
    return this.#frame.flatness();
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    return this.#frame.preload() + this.#blocks + (this.#powers[0] as number) + this.run.startMs + this.#misses + this.#looks + this.#lastPower + this.#powerBlocks;
  }

  /** Takes one block of 10 ms, whose mean square is `power`. */
  block(samples: Int16Array, start: number, length: number, power: number): void {
    this.#analysed = false;
    this.#frame.push(samples, start, length);
    this.#at = (this.#at + 1) & 7;
    this.#powers[this.#at] = power;
    this.#blocks += 1;
    if (this.#sounding) {
      const mean = this.#sumPower / this.#powerBlocks;
      const before = this.#powers[(this.#at - 1) & 7] as number;
      const off = Math.max(mean * OFF, MIN_POWER * 0.3);
      // Two blocks in a row: the trough of a modulated tone is shorter. Part of the block before them may still be tone.
      if (power < off && before < off) {
        const edge = this.#powers[(this.#at - 2) & 7] as number;
        this.#end((this.#blocks - 2) * BLOCK_MS - (edge < mean * 0.8 ? BLOCK_MS * (1 - edge / mean) : 0), true);
      } else {
        // A slow decay is followed: the mean forgets within 100 ms.
        const keep = this.#powerBlocks < 10 ? 1 : 0.9;
        this.#sumPower = this.#sumPower * keep + power;
        this.#powerBlocks = this.#powerBlocks * keep + 1;
      }
    }
    if ((this.#blocks & 1) === 0) this.#look(power);
  }

  #look(newest: number): void {
    // Over 40 ms, so that the beat of close frequencies does not show: tones modulated by 25 Hz are the slowest.
    const power = Math.max(newest * 0.25, (newest + (this.#powers[(this.#at - 1) & 7] as number) + (this.#powers[(this.#at - 2) & 7] as number) + (this.#powers[(this.#at - 3) & 7] as number)) / 4);
    if (power < MIN_POWER && !this.#sounding) return;
    this.#frame.analyse();
    this.#analysed = true;
    const { first, second, purity } = this.#frame;
    const tonal = purity >= MIN_PURITY && power >= MIN_POWER;
    if (!this.#sounding) {
      if (tonal) this.#begin(first, second, power);
      return;
    }
    const near = (a: number, b: number): boolean => b > 0 && Math.abs(a - b) <= DRIFT_HZ;
    if (tonal && (near(first, this.#lastFirst) || (this.run.second > 0 && near(first, this.#lastSecond)))) {
      this.#misses = 0;
      const swapped = !near(first, this.#lastFirst);
      this.#sumDrift += Math.abs(first - (swapped ? this.#lastSecond : this.#lastFirst));
      this.#sumRipple += Math.abs(dbm0OfPower(power) - this.#lastPower);
      this.#count(swapped ? second || this.#lastFirst : first, swapped ? first : second, power);
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
    this.#sumFirst = this.#sumSecond = this.#sumPurity = this.#sumDrift = this.#sumRipple = 0;
    this.#misses = 0;
    this.#sumPower = power;
    this.#powerBlocks = 1;
    let back = 1;
    while (back < 5 && back < this.#blocks && (this.#powers[(this.#at - back) & 7] as number) > power * 0.4) back += 1;
    // The block before the first full one holds the onset: by its power, so much of it was tone.
    const edge = back < 5 && back < this.#blocks ? Math.min(1, (this.#powers[(this.#at - back) & 7] as number) / power) : 0;
    this.run.startMs = Math.max(0, (this.#blocks - back - edge) * BLOCK_MS);
    this.#count(first, second, power);
  }

  #count(first: number, second: number, power: number): void {
    this.#looks += 1;
    this.#sumPurity += this.#frame.purity;
    this.#lastPower = dbm0OfPower(power);
    this.#sumFirst += first;
    this.#lastFirst = first;
    this.#lastSecond = second;
    if (second > 0) {
      this.#seconds += 1;
      this.#sumSecond += second;
    }
    this.run.first = this.#sumFirst / this.#looks;
    this.run.purity = this.#sumPurity / this.#looks;
    this.run.driftHz = this.#looks > 1 ? this.#sumDrift / (this.#looks - 1) : 0;
    this.run.rippleDb = this.#looks > 1 ? this.#sumRipple / (this.#looks - 1) : 0;
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
