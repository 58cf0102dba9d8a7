import { DTMF_HIGH, DTMF_LOW } from './dtmf-digit.ts';
import { powerOfDbm0 } from './level.ts';
import { ToneBank } from './tone-bank.ts';

export interface DtmfLimits {
  /** Least level of the weaker frequency, dBm0. */
  readonly minLevelDbm0: number;
  /** High group stronger than low by at most this, dB. */
  readonly maxTwistDb: number;
  /** Low group stronger than high by at most this, dB. */
  readonly maxReverseTwistDb: number;
  /** Least part of the window's energy that lies in the two frequencies, 0–1. */
  readonly minPurity: number;
  /** Least energy of the newest block against the mean of the window, 0–1: 0 also takes windows that the tone fills only in part. */
  readonly minEdge: number;
  /** Greatest deviation from the nominal frequency, as a part of it. */
  readonly maxDeviation: number;
}

/** The digit found in a window, as an index of DTMF_KEYS, or −1. */
export const NO_DIGIT = -1;

const FREQUENCIES = [...DTMF_LOW, ...DTMF_HIGH];

/**
 * Looks for a DTMF pair in a sliding window of `windowBlocks` blocks (block: `blockMs`), once per block. A window holds a
 * digit when the strongest frequency of each group carries nearly all of the energy, the two are within the twist limits,
 * stand clear of the rest of their group, and turn at their nominal rate.
 */
export class DtmfAnalysis {
  readonly blockSize: number;
  readonly #limits: DtmfLimits;
  readonly #bank: ToneBank;
  readonly #blocks: number;
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  readonly #energy: Float64Array;
  /** Sums over the whole window, kept up block by block. */
  readonly #sumRe: Float64Array;
  readonly #sumIm: Float64Array;
  #sumEnergy = 0;
  readonly #minPower: number;
  readonly #twist: number;
  readonly #reverseTwist: number;
  readonly #maxTurn: Float64Array;
  #at = 0;

  constructor(limits: DtmfLimits, blockSize: number, windowBlocks: number, sampleRate = 8000) {
    this.blockSize = blockSize;
    this.#limits = limits;
    this.#bank = new ToneBank(FREQUENCIES, blockSize, sampleRate);
    this.#blocks = windowBlocks;
    const memory = new Float64Array(windowBlocks * 17 + 16);
    this.#re = memory.subarray(0, windowBlocks * 8);
    this.#im = memory.subarray(windowBlocks * 8, windowBlocks * 16);
    this.#energy = memory.subarray(windowBlocks * 16, windowBlocks * 17);
    this.#sumRe = memory.subarray(windowBlocks * 17, windowBlocks * 17 + 8);
    this.#sumIm = memory.subarray(windowBlocks * 17 + 8);
    this.#minPower = powerOfDbm0(limits.minLevelDbm0);
    this.#twist = 10 ** (limits.maxTwistDb / 10);
    this.#reverseTwist = 10 ** (limits.maxReverseTwistDb / 10);
    // The halves of the window lie half a window apart; a deviation of δ Hz turns the phase by 2πδ·T/2 between them.
    this.#maxTurn = Float64Array.from(FREQUENCIES, (f) => Math.min(Math.PI * 0.9, 2 * Math.PI * (f * limits.maxDeviation + 2) * ((windowBlocks >> 1) * (blockSize / sampleRate))));
  }

  /** Takes one block and returns the digit of the window that ends with it, or NO_DIGIT. */
  process(samples: Int16Array, start: number): number {
    const bank = this.#bank;
    bank.process(samples, start);
    const row = this.#at * 8;
    for (let f = 0; f < 8; f++) {
      const re = bank.re[f] as number;
      const im = bank.im[f] as number;
      this.#sumRe[f] = (this.#sumRe[f] as number) + re - (this.#re[row + f] as number);
      this.#sumIm[f] = (this.#sumIm[f] as number) + im - (this.#im[row + f] as number);
      this.#re[row + f] = re;
      this.#im[row + f] = im;
    }
    this.#sumEnergy += bank.energy - (this.#energy[this.#at] as number);
    this.#energy[this.#at] = bank.energy;
    this.#at = this.#at + 1 === this.#blocks ? 0 : this.#at + 1;
    return this.#decide();
  }

  reset(): void {
    this.#re.fill(0);
    this.#im.fill(0);
    this.#energy.fill(0);
    this.#sumRe.fill(0);
    this.#sumIm.fill(0);
    this.#sumEnergy = 0;
  }

  #decide(): number {
    const n = this.#blocks * this.blockSize;
    const energy = this.#sumEnergy;
    if (energy < this.#minPower * n * 2) return NO_DIGIT;
    const newest = this.#energy[this.#at === 0 ? this.#blocks - 1 : this.#at - 1] as number;
    if (newest * this.#blocks < this.#limits.minEdge * energy) return NO_DIGIT;
    const low = this.#strongest(0);
    const high = this.#strongest(4);
    const lowPower = this.#steadyPower(low);
    const highPower = this.#steadyPower(high);
    if (lowPower < 0 || highPower < 0) return NO_DIGIT;
    // Sum of squares of a sine whose correlation over n samples is |X|: 2·|X|²/n.
    const toneEnergy = (2 * (lowPower + highPower)) / n;
    if (toneEnergy < this.#limits.minPurity * energy) return NO_DIGIT;
    const scale = 2 / (n * n);
    if (Math.min(lowPower, highPower) * scale < this.#minPower) return NO_DIGIT;
    if (highPower > lowPower * this.#twist || lowPower > highPower * this.#reverseTwist) return NO_DIGIT;
    return low * 4 + (high - 4);
  }

  #power(f: number): number {
    const re = this.#sumRe[f] as number;
    const im = this.#sumIm[f] as number;
    return re * re + im * im;
  }

  #strongest(from: number): number {
    let best = from;
    let bestPower = -1;
    for (let f = from; f < from + 4; f++) {
      const power = this.#power(f);
      if (power > bestPower) {
        bestPower = power;
        best = f;
      }
    }
    return best;
  }

  /**
   * |X|² over the window as if the frequency were exactly the tone's own: the two halves' magnitudes added in phase. −1 when
   * the turn between the halves is past the limit of the deviation, or one half is much stronger.
   */
  #steadyPower(f: number): number {
    const half = this.#blocks >> 1;
    const odd = this.#blocks & 1;
    let re1 = 0;
    let im1 = 0;
    let re2 = 0;
    let im2 = 0;
    for (let k = 0; k < half; k++) {
      const first = ((this.#at + k) % this.#blocks) * 8 + f;
      const second = ((this.#at + half + odd + k) % this.#blocks) * 8 + f;
      re1 += this.#re[first] as number;
      im1 += this.#im[first] as number;
      re2 += this.#re[second] as number;
      im2 += this.#im[second] as number;
    }
    const p1 = re1 * re1 + im1 * im1;
    const p2 = re2 * re2 + im2 * im2;
    if (p1 > p2 * 3 || p2 > p1 * 3) return -1;
    // With an odd count both parts take the middle block too: so they always lie `half` blocks apart.
    const middle = ((this.#at + half) % this.#blocks) * 8 + f;
    const mre = odd === 1 ? (this.#re[middle] as number) : 0;
    const mim = odd === 1 ? (this.#im[middle] as number) : 0;
    const turn = Math.abs(Math.atan2((im2 + mim) * (re1 + mre) - (re2 + mre) * (im1 + mim), (re1 + mre) * (re2 + mre) + (im1 + mim) * (im2 + mim)));
    if (turn > (this.#maxTurn[f] as number)) return -1;
    const whole = this.#blocks / (2 * half);
    return (Math.sqrt(p1) + Math.sqrt(p2)) ** 2 * whole * whole;
  }
}
