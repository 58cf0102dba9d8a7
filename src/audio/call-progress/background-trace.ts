import { dbm0OfPower } from '../level.ts';

/** 1.6 s of 10 ms blocks. */
const KEPT = 160;
/** The onset of the voice itself is left out. */
const ONSET = 3;
/** Blocks on either side of a step, at least. */
const LEAST = 3;
const MOST_BEFORE = 40;
/** A short word stands out of the background by 12 dB. */
const WORD_OVER_FLOOR = 16;
/** A knock is loudest within its first blocks, and has less than this of its greatest power on average. */
const SWELLS = 3;
const HOLDS = 0.4;

/** Scratch of the thread: filled and read within one call. */
const levels = new Float64Array(KEPT);

/**
 * What was heard before the voice. A caller's room is there from the answer on; a recording's begins with the recording,
 * shortly before the voice: the background steps up.
 */
export class BackgroundTrace {
  /** The clearest step, dB (up is positive), and how long before the voice it came, ms; 0 without one. */
  stepDb = 0;
  stepAgoMs = 0;
  /** From the beginning of listening to that step, ms. */
  stepAtMs = 0;
  /** How uneven it was between the step and the voice, dB (standard deviation of the blocks). */
  unevennessDb = 0;
  readonly #powers = new Float64Array(KEPT);
  #blocks = 0;

  reset(): void {
    this.#blocks = 0;
    this.stepDb = this.stepAgoMs = this.stepAtMs = this.unevennessDb = 0;
  }

  /** A block of 10 ms before the voice. */
  push(power: number): void {
    this.#powers[this.#blocks % KEPT] = power;
    this.#blocks += 1;
  }

  /** Mean square of the block that came so many blocks ago; 0: the last. */
  powerAgo(blocks: number): number {
    return blocks >= this.#blocks || blocks >= KEPT ? 0 : (this.#powers[(this.#blocks - 1 - blocks) % KEPT] as number);
  }

  /** Standard deviation of the last blocks' levels, dB. */
  unevenness(blocks: number): number {
    let sum = 0;
    let squares = 0;
    for (let ago = 0; ago < blocks; ago++) {
      const level = Math.max(-75, dbm0OfPower(this.powerAgo(ago)));
      sum += level;
      squares += level * level;
    }
    return Math.sqrt(Math.max(0, squares / blocks - (sum / blocks) ** 2));
  }

  /** Mean square of the last blocks. */
  meanPower(blocks: number): number {
    let sum = 0;
    for (let ago = 0; ago < blocks; ago++) sum += this.powerAgo(ago);
    return sum / blocks;
  }

  /** A knock: loudest at its beginning, and 13 dB down by now. */
  dyingAway(blocks: number): boolean {
    let loudest = 0;
    for (let ago = blocks - 1; ago >= Math.max(0, blocks - 3); ago--) loudest = Math.max(loudest, this.powerAgo(ago));
    let rest = 0;
    for (let ago = blocks - 4; ago >= 0; ago--) rest = Math.max(rest, this.powerAgo(ago));
    return rest < loudest && this.meanPower(3) < loudest * 0.05;
  }

  /**
   * What sounded in the last blocks, the newest `silent` of which are silent again, is a short word: it stands out of the `floor`, and swells or
   * holds, where a knock is loudest at its beginning.
   */
  isWord(blocks: number, silent: number, floor: number): boolean {
    let loudest = 0;
    let loudestAgo = 0;
    let sum = 0;
    for (let ago = blocks - 1; ago >= silent; ago--) {
      const power = this.powerAgo(ago);
      sum += power;
      if (power <= loudest) continue;
      loudest = power;
      loudestAgo = ago;
    }
    return loudest >= floor * WORD_OVER_FLOOR && (loudestAgo < blocks - SWELLS || sum >= HOLDS * loudest * (blocks - silent));
  }

  /** The voice began so many blocks ago, those included in what was pushed. */
  voiceBegan(blocksAgo: number): void {
    this.stepDb = this.stepAgoMs = this.stepAtMs = this.unevennessDb = 0;
    const until = this.#blocks - blocksAgo - ONSET;
    const from = Math.max(0, this.#blocks - KEPT);
    for (let i = from; i < until; i++) levels[i % KEPT] = Math.max(-75, dbm0OfPower(this.#powers[i % KEPT] as number));
    let bestScore = 0;
    let sumAfter = 0;
    let at = until;
    for (let split = until - 1; split > from + LEAST; split--) {
      sumAfter += level(split);
      const after = until - split;
      if (after < LEAST) continue;
      const before = Math.min(MOST_BEFORE, split - from);
      let sumBefore = 0;
      for (let i = split - before; i < split; i++) sumBefore += level(i);
      const step = sumAfter / after - sumBefore / before;
      const score = Math.abs(step) * Math.sqrt((after * before) / (after + before));
      if (score > bestScore) {
        bestScore = score;
        this.stepDb = step;
        at = split;
      }
    }
    if (bestScore === 0) return;
    this.stepAgoMs = (until - at) * 10;
    this.stepAtMs = at * 10;
    let sum = 0;
    let squares = 0;
    for (let i = at; i < until; i++) {
      sum += level(i);
      squares += level(i) ** 2;
    }
    const n = until - at;
    this.unevennessDb = Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2));
  }
}

const level = (block: number): number => levels[block % KEPT] as number;
