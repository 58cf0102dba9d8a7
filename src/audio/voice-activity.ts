import { dbm0OfPower, meanSquare, powerOfDbm0 } from './level.ts';

export interface VoiceActivityOptions {
  /** Speech is at least this far above the background, dB. Default 9. */
  readonly marginDb?: number;
  /** Nothing quieter is speech, dBm0. Default −45. */
  readonly minLevelDbm0?: number;
  /** So much louder audio in a row begins speech. Default 40 ms: a click does not. */
  readonly attackMs?: number;
  /** So much quiet in a row ends it. Default 300 ms: a pause between words does not. */
  readonly hangoverMs?: number;
}

/**
 * Energy-based voice activity with a noise floor that follows the background. `speaking` changes late by attack or hangover;
 * `changedAtMs` says when it really happened, in milliseconds of audio since the beginning.
 */
export class VoiceActivityDetector {
  readonly #sampleRate: number;
  readonly #margin: number;
  readonly #minPower: number;
  readonly #attackMs: number;
  readonly #hangoverMs: number;
  #floor = powerOfDbm0(-60);
  #nowMs = 0;
  #speaking = false;
  #runMs = 0;
  #changedAtMs = 0;
  #power = 0;

  constructor(sampleRate = 8000, options: VoiceActivityOptions = {}) {
    this.#sampleRate = sampleRate;
    this.#margin = 10 ** ((options.marginDb ?? 9) / 10);
    this.#minPower = powerOfDbm0(options.minLevelDbm0 ?? -45);
    this.#attackMs = options.attackMs ?? 40;
    this.#hangoverMs = options.hangoverMs ?? 300;
  }

  get speaking(): boolean {
    return this.#speaking;
  }

  /** When `speaking` last changed, ms since the beginning. */
  get changedAtMs(): number {
    return this.#changedAtMs;
  }

  /** Level of the last frame and of the background, dBm0. */
  get levelDbm0(): number {
    return dbm0OfPower(this.#power);
  }

  get floorDbm0(): number {
    return dbm0OfPower(this.#floor);
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    return this.#floor + this.#nowMs + this.#power + this.#runMs;
  }

  /** Takes a frame of 5 to 40 ms, whose mean square may be known already; true when `speaking` changed with it. */
  process(frame: Int16Array, power = meanSquare(frame)): boolean {
    const ms = (frame.length * 1000) / this.#sampleRate;
    this.#power = power;
    const loud = power > this.#minPower && power > this.#floor * this.#margin;
    // The floor falls within some frames and rises by 3 dB a second, faster while nobody speaks.
    if (power < this.#floor) this.#floor += (power - this.#floor) * Math.min(1, ms / 40);
    else this.#floor = Math.min(power, this.#floor * risen(ms, loud));
    this.#floor = Math.max(this.#floor, 1);
    const start = this.#nowMs;
    this.#nowMs += ms;
    if (loud === this.#speaking) {
      this.#runMs = 0;
      return false;
    }
    if (this.#runMs === 0) this.#changedSince = start;
    this.#runMs += ms;
    if (this.#runMs < (loud ? this.#attackMs : this.#hangoverMs)) return false;
    this.#speaking = loud;
    this.#changedAtMs = this.#changedSince;
    this.#runMs = 0;
    return true;
  }

  #changedSince = 0;
}

/** By how much the floor rises in a frame: reckoned once for each length, and a thread's frames are of one. */
let risenMs = 0;
let risenLoud = 1;
let risenQuiet = 1;
function risen(ms: number, loud: boolean): number {
  if (ms !== risenMs) {
    risenMs = ms;
    risenLoud = 2 ** (ms / 1000);
    risenQuiet = risenLoud ** 4;
  }
  return loud ? risenLoud : risenQuiet;
}
