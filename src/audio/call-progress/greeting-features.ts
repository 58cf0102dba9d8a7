import { dbm0OfPower } from '../level.ts';

/** What the greeting looks like so far; times in ms. Kept up by `block`, judged by a `GreetingJudge`. */
export class GreetingFeatures {
  /** From the beginning of listening to the beginning of speech. */
  leadMs = 0;
  /** Since speech began. */
  elapsedMs = 0;
  /** Sounding time, without the gaps. */
  activeMs = 0;
  /** The present gap; 0 while it sounds. */
  silenceMs = 0;
  /** Gaps of at least 120 ms that ended with more speech, and the longest of them. */
  gaps = 0;
  longestGapMs = 0;
  /** Length of the first stretch of speech, up to the first gap of at least 120 ms. */
  firstStretchMs = 0;
  /** Level of the speech, and of the background while nothing is said, before and after it began, dBm0. */
  speechDbm0 = -99;
  floorBeforeDbm0 = -99;
  floorWithinDbm0 = -99;
  /** Peaks of the energy contour: syllables. */
  syllables = 0;
  /** How much louder the background was just before the speech than at its quietest: a recording that was started, dB. */
  floorStepDb = 0;
  /** The last 80 ms against the mean of the speech, dB. */
  trailDb = 0;
  readonly #recent = new Float64Array(8);
  #recentSum = 0;
  #blocks = 0;
  #speechPower = 0;
  #speechBlocks = 0;
  #minPower = Infinity;
  #smooth = 0;
  #rising = false;
  #turn = 0;

  begin(startMs: number, floorDbm0: number, quietestDbm0: number): void {
    this.floorStepDb = quietestDbm0 > floorDbm0 ? 0 : Math.min(40, floorDbm0 - quietestDbm0);
    this.#recent.fill(0);
    this.#recentSum = this.#blocks = this.trailDb = 0;
    this.leadMs = startMs;
    this.floorBeforeDbm0 = floorDbm0;
    this.elapsedMs = this.activeMs = this.silenceMs = this.gaps = this.longestGapMs = this.firstStretchMs = this.syllables = 0;
    this.#speechPower = this.#speechBlocks = this.#smooth = 0;
    this.#minPower = Infinity;
    this.#turn = 0;
    this.#rising = true;
    this.floorWithinDbm0 = floorDbm0;
  }

  /** One block of 10 ms: its mean square, and whether it sounds. */
  block(power: number, active: boolean): void {
    this.elapsedMs += 10;
    if (active) {
      if (this.silenceMs >= 120) {
        this.gaps += 1;
        this.longestGapMs = Math.max(this.longestGapMs, this.silenceMs);
      }
      this.activeMs += 10 + (this.silenceMs < 120 ? this.silenceMs : 0);
      this.silenceMs = 0;
      this.#speechPower += power;
      this.#speechBlocks += 1;
      this.speechDbm0 = dbm0OfPower(this.#speechPower / this.#speechBlocks);
    } else {
      this.silenceMs += 10;
      if (this.silenceMs >= 30) {
        this.#minPower = Math.min(this.#minPower, power);
        this.floorWithinDbm0 = dbm0OfPower(this.#minPower);
      }
    }
    const slot = this.#blocks++ & 7;
    this.#recentSum = Math.max(0, this.#recentSum + power - (this.#recent[slot] as number));
    this.#recent[slot] = power;
    this.trailDb = dbm0OfPower(this.#recentSum / 8) - this.speechDbm0;
    if (this.gaps === 0) this.firstStretchMs = this.activeMs;
    this.#syllable(power);
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
      this.syllables += 1;
      this.#turn = this.#smooth;
    }
  }

  /** The features as the model takes them; see GREETING_FEATURES for the order. */
  write(out: Float64Array): void {
    out[0] = this.elapsedMs;
    out[1] = this.activeMs;
    out[2] = this.silenceMs;
    out[3] = this.gaps;
    out[4] = this.longestGapMs;
    out[5] = this.firstStretchMs;
    out[6] = this.leadMs;
    out[7] = this.syllables;
    out[8] = this.floorStepDb;
    out[9] = this.floorWithinDbm0 - this.floorBeforeDbm0;
    out[10] = this.trailDb;
    out[11] = this.speechDbm0 - this.floorBeforeDbm0;
  }
}

export const GREETING_FEATURES = ['elapsed', 'active', 'silence', 'gaps', 'longest gap', 'first stretch', 'lead', 'syllables', 'floor step', 'floor within', 'trail', 'signal to noise'] as const;
