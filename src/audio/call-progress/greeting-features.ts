import { dbm0OfPower } from '../level.ts';
import type { BackgroundTrace } from './background-trace.ts';
import { GreetingBands } from './greeting-bands.ts';

/** What the greeting looks like so far; times in ms. Kept up by `block`, judged by a `GreetingJudge`. */
export class GreetingFeatures {
  /** Since speech began. */
  elapsedMs = 0;
  /** Sounding time, without the gaps. */
  activeMs = 0;
  /** The present gap; 0 while it sounds. */
  silenceMs = 0;
  /** Gaps of at least 120 ms that ended with more speech, and the longest of them. */
  gaps = 0;
  longestGapMs = 0;
  /** What the voice sounds like; renewed every 20 ms. */
  readonly bands = new GreetingBands();
  /** How often the bands were looked at. */
  looks = 0;
  /** Length of the first stretch of speech, up to the first gap of at least 120 ms. */
  #firstStretchMs = 0;
  /** Of the stretch that sounds now, or sounded last. */
  #stretchMs = 0;
  /** Of the background before it began, dBm0. */
  #floorBeforeDbm0 = -99;
  /** Peaks of the energy contour: syllables; and how long the present one has lasted, ms of sound. */
  #syllables = 0;
  #syllableMs = 0;
  #trace: BackgroundTrace | undefined;
  /** The last 80 ms. */
  readonly #recent = new Float64Array(8);
  #recentSum = 0;
  #blocks = 0;
  #speechPower = 0;
  #speechBlocks = 0;
  #loudest = 0;
  #minPower = Infinity;
  #smooth = 0;
  #rising = false;
  #turn = 0;

  /** @param trace what was heard before, and the `blocks` of 10 ms with which the voice began, of which the newest may be `silent` again */
  begin(trace: BackgroundTrace, blocks: number, silent: number, floorDbm0: number): void {
    this.#trace = trace;
    trace.voiceBegan(blocks);
    this.#recent.fill(0);
    this.#recentSum = this.#blocks = 0;
    this.looks = 0;
    this.elapsedMs = this.activeMs = this.silenceMs = this.gaps = this.longestGapMs = 0;
    this.#firstStretchMs = this.#stretchMs = this.#syllables = this.#syllableMs = 0;
    this.#speechPower = this.#speechBlocks = this.#smooth = this.#loudest = 0;
    this.#minPower = Infinity;
    this.#turn = 0;
    this.#rising = true;
    this.#floorBeforeDbm0 = floorDbm0;
    for (let ago = blocks - 1; ago >= 0; ago--) this.block(trace.powerAgo(ago), ago >= silent);
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    return this.elapsedMs + this.looks + (this.#recent[0] as number) + this.#blocks + this.#smooth + this.#turn + this.#speechPower + this.#syllableMs;
  }

  /** One block of 10 ms: its mean square, and whether it sounds. */
  block(power: number, active: boolean): void {
    this.elapsedMs += 10;
    if (active) {
      if (this.silenceMs >= 120) {
        this.gaps += 1;
        this.longestGapMs = Math.max(this.longestGapMs, this.silenceMs);
        this.#stretchMs = 0;
      }
      const step = 10 + (this.silenceMs < 120 ? this.silenceMs : 0);
      this.activeMs += step;
      this.#stretchMs += step;
      this.silenceMs = 0;
      this.#speechPower += power;
      this.#speechBlocks += 1;
      this.#loudest = Math.max(this.#loudest, power);
      this.#syllableMs += 10;
    } else {
      this.silenceMs += 10;
      if (this.silenceMs >= 30) this.#minPower = Math.min(this.#minPower, power);
    }
    const slot = this.#blocks++ & 7;
    this.#recentSum = Math.max(0, this.#recentSum + power - (this.#recent[slot] as number));
    this.#recent[slot] = power;
    if (this.gaps === 0) this.#firstStretchMs = this.activeMs;
    this.#syllable(power);
  }

  /** The spectrum of the last 32 ms; undefined: it was too quiet for one. */
  look(spectrum: Float64Array | undefined): void {
    this.bands.look(spectrum);
    this.looks += 1;
  }

  /** Counts the maxima of the smoothed contour that rise 3 dB above the trough before them. */
  #syllable(power: number): void {
    this.#smooth += (power - this.#smooth) * 0.25;
    if (this.#rising) {
      if (this.#smooth > this.#turn) this.#turn = this.#smooth;
      else if (this.#smooth < this.#turn * 0.5) {
        this.#rising = false;
        this.#turn = this.#smooth;
      }
    } else if (this.#smooth < this.#turn) this.#turn = this.#smooth;
    else if (this.#smooth > this.#turn * 2 && this.#smooth * 1000 > this.#speechPower / Math.max(1, this.#speechBlocks)) {
      this.#rising = true;
      this.#syllables += 1;
      this.#syllableMs = 0;
      this.#turn = this.#smooth;
    }
  }

  /** The features as the model takes them; see GREETING_FEATURES for the order. */
  write(out: Float64Array): void {
    const trace = this.#trace;
    const speechDbm0 = dbm0OfPower(this.#speechPower / Math.max(1, this.#speechBlocks));
    out[0] = this.elapsedMs;
    out[1] = this.activeMs;
    out[2] = this.silenceMs;
    out[3] = this.gaps;
    out[4] = this.longestGapMs;
    out[5] = this.#firstStretchMs;
    out[6] = this.#stretchMs;
    out[7] = this.#syllables;
    out[8] = this.#syllableMs;
    out[9] = this.#minPower === Infinity ? 0 : dbm0OfPower(this.#minPower) - this.#floorBeforeDbm0;
    out[10] = dbm0OfPower(this.#recentSum / 8) - speechDbm0;
    out[11] = speechDbm0 - this.#floorBeforeDbm0;
    out[12] = trace?.stepDb ?? 0;
    out[13] = trace?.stepAgoMs ?? 0;
    out[14] = trace?.stepAtMs ?? 0;
    out[15] = trace?.unevennessDb ?? 0;
    out[16] = dbm0OfPower(this.#loudest) - speechDbm0;
    out[17] = (this.#syllables * 1000) / Math.max(100, this.activeMs);
  }
}

export const GREETING_FEATURES = [
  'elapsed', 'active', 'silence', 'gaps', 'longest gap', 'first stretch', 'last stretch', 'syllables', 'last syllable', 'floor within', 'trail', 'signal to noise',
  'step before', 'step ago', 'step at', 'unevenness before', 'crest', 'syllable rate',
] as const;
