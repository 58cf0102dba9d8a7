import { copySamples } from './copy-samples.ts';
import { DTMF_HIGH, DTMF_LOW } from './dtmf-digit.ts';
import { energyOf, powerOfDbm0 } from './level.ts';
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
  /** Least energy of the weaker frequency against all that is neither of the two: a chord has more beside its weaker one. 0 asks for nothing. */
  readonly minClear: number;
  /** Least energy of the newest block against the mean of the window, 0–1: 0 also takes windows that the tone fills only in part. */
  readonly minEdge: number;
  /** Greatest deviation from the nominal frequency, as a part of it. */
  readonly maxDeviation: number;
}

/** The digit found in a window, as an index of DTMF_KEYS, or −1. */
export const NO_DIGIT = -1;

const FREQUENCIES = [...DTMF_LOW, ...DTMF_HIGH];

/**
 * Looks for a DTMF pair in a sliding window of `windowBlocks` blocks, once per block. A window holds a digit when the
 * strongest frequency of each group carries nearly all of the energy, the two are within the twist limits, the weaker stands
 * clear of whatever else sounds, and both turn at their nominal rate. A window that is too quiet, or whose newest block is,
 * holds none whatever is in it: then the samples are only kept, and correlated when a later window needs them. Half of a call
 * is pauses.
 */
export class DtmfAnalysis {
  readonly #plan: Plan;
  /** The window's samples, block by block; those of a block that is correlated are not needed any more. */
  readonly #samples: Int16Array;
  /**
   * Per block 8 real and 8 imaginary sums, then the 16 sums over the blocks of the window that are correlated, then the energy of
   * each block: one piece of memory, because of a thousand legs each piece is fetched from far away in every tick.
   */
  readonly #sums: Float64Array;
  #sumEnergy = 0;
  #at = 0;
  /** Number of the block that lies at `#at` when it is filled, and how many of the newest blocks are not correlated yet. */
  #block = 0;
  #waiting = 0;

  constructor(limits: DtmfLimits, blockSize: number, windowBlocks: number, sampleRate = 8000) {
    this.#plan = planOf(limits, blockSize, windowBlocks, sampleRate);
    this.#samples = new Int16Array(windowBlocks * blockSize);
    this.#sums = new Float64Array(windowBlocks * 17 + 16);
  }

  get blockSize(): number {
    return this.#plan.blockSize;
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    const kept = this.#samples;
    const sums = this.#sums;
    let sum = this.#sumEnergy + this.#plan.blocks;
    for (let i = 0; i < kept.length; i += 32) sum += kept[i] as number;
    for (let i = 0; i < sums.length; i += 8) sum += sums[i] as number;
    return sum;
  }

  /** Takes one block, whose sum of squares may be known already, and returns the digit of the window that ends with it, or NO_DIGIT. */
  process(samples: Int16Array, start: number, energy = energyOf(samples, start, this.#plan.blockSize)): number {
    const { blockSize, blocks, minEnergy, minEdge, sampleRate } = this.#plan;
    const sums = this.#sums;
    const kept = this.#samples;
    const at = this.#at;
    const row = at * blockSize;
    copySamples(samples, start, kept, row, blockSize);
    if (this.#waiting < blocks) {
      this.#waiting += 1;
      this.#leave(at * 16);
    }
    const energyAt = blocks * 16 + 16 + at;
    this.#sumEnergy += energy - (sums[energyAt] as number);
    sums[energyAt] = energy;
    this.#at = at + 1 === blocks ? 0 : at + 1;
    this.#block = this.#block + 1 === sampleRate ? 0 : this.#block + 1;
    if (this.#sumEnergy < minEnergy || energy * blocks < minEdge * this.#sumEnergy) return NO_DIGIT;
    while (this.#waiting > 0) this.#correlate(this.#waiting--);
    return this.#decide();
  }

  reset(): void {
    this.#sums.fill(0);
    this.#sumEnergy = 0;
    this.#at = 0;
    this.#block = 0;
    this.#waiting = 0;
  }

  /** The oldest block, whose row begins there, is no longer of the window. */
  #leave(row: number): void {
    const sums = this.#sums;
    const total = this.#plan.blocks * 16;
    for (let i = 0; i < 16; i++) sums[total + i] = (sums[total + i] as number) - (sums[row + i] as number);
  }

  /** The block that came `back` − 1 blocks before the newest. */
  #correlate(back: number): void {
    const { bank, blocks, blockSize, sampleRate } = this.#plan;
    const sums = this.#sums;
    const slot = this.#at >= back ? this.#at - back : this.#at - back + blocks;
    const block = this.#block >= back ? this.#block - back : this.#block - back + sampleRate;
    bank.process(this.#samples, slot * blockSize, block);
    const row = slot * 16;
    const total = blocks * 16;
    for (let f = 0; f < 8; f++) {
      const re = bank.re[f] as number;
      const im = bank.im[f] as number;
      sums[row + f] = re;
      sums[row + 8 + f] = im;
      sums[total + f] = (sums[total + f] as number) + re;
      sums[total + 8 + f] = (sums[total + 8 + f] as number) + im;
    }
  }

  #decide(): number {
    const { window: n, minPurity, minClear, minPower, twist, reverseTwist } = this.#plan;
    const low = this.#strongest(0);
    const lowPower = this.#steadyPower(low);
    if (lowPower < 0) return NO_DIGIT;
    const high = this.#strongest(4);
    const highPower = this.#steadyPower(high);
    if (highPower < 0) return NO_DIGIT;
    // Sum of squares of a sine whose correlation over n samples is |X|: 2·|X|²/n.
    const toneEnergy = (2 * (lowPower + highPower)) / n;
    if (toneEnergy < minPurity * this.#sumEnergy) return NO_DIGIT;
    const scale = 2 / (n * n);
    if (Math.min(lowPower, highPower) * scale < minPower) return NO_DIGIT;
    if (highPower > lowPower * twist || lowPower > highPower * reverseTwist) return NO_DIGIT;
    if (minClear > 0 && !this.#standsClear(lowPower * this.#offTune(low), highPower * this.#offTune(high), minClear)) return NO_DIGIT;
    return low * 4 + (high - 4);
  }

  #standsClear(lowPower: number, highPower: number, minClear: number): boolean {
    const perEnergy = this.#plan.window / 2;
    return Math.min(lowPower, highPower) >= minClear * (this.#sumEnergy * perEnergy - lowPower - highPower);
  }

  /** By how much more power there is than #steadyPower found, because the tone is off its nominal frequency: each half is correlated with the latter. */
  #offTune(f: number): number {
    const { across, along } = this.#plan;
    const x = Math.atan2(across[f] as number, along[f] as number) / 2;
    return x < 1e-3 ? 1 : (x / Math.sin(x)) ** 2;
  }

  #strongest(from: number): number {
    const sums = this.#sums;
    const total = this.#plan.blocks * 16;
    let best = from;
    let bestPower = -1;
    for (let f = from; f < from + 4; f++) {
      const re = sums[total + f] as number;
      const im = sums[total + 8 + f] as number;
      const power = re * re + im * im;
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
    const { blocks, turnCos, turnSin } = this.#plan;
    const sums = this.#sums;
    const half = blocks >> 1;
    const odd = blocks & 1;
    let re1 = 0;
    let im1 = 0;
    let re2 = 0;
    let im2 = 0;
    let first = this.#at;
    let second = this.#at + half + odd;
    if (second >= blocks) second -= blocks;
    for (let k = 0; k < half; k++) {
      re1 += sums[first * 16 + f] as number;
      im1 += sums[first * 16 + 8 + f] as number;
      re2 += sums[second * 16 + f] as number;
      im2 += sums[second * 16 + 8 + f] as number;
      first = first + 1 === blocks ? 0 : first + 1;
      second = second + 1 === blocks ? 0 : second + 1;
    }
    const p1 = re1 * re1 + im1 * im1;
    const p2 = re2 * re2 + im2 * im2;
    if (p1 > p2 * 3 || p2 > p1 * 3) return -1;
    // With an odd count both parts take the middle block too, which follows the first: so they always lie `half` blocks apart.
    const mre = odd === 1 ? (sums[first * 16 + f] as number) : 0;
    const mim = odd === 1 ? (sums[first * 16 + 8 + f] as number) : 0;
    // The turn is past the limit where the sine of what it is past it is positive: both lie between 0 and π.
    const along = (re1 + mre) * (re2 + mre) + (im1 + mim) * (im2 + mim);
    const across = Math.abs((im2 + mim) * (re1 + mre) - (re2 + mre) * (im1 + mim));
    if (across * (turnCos[f] as number) > along * (turnSin[f] as number)) return -1;
    this.#plan.along[f] = along;
    this.#plan.across[f] = across;
    const whole = blocks / (2 * half);
    return (Math.sqrt(p1) + Math.sqrt(p2)) ** 2 * whole * whole;
  }
}

/** What depends on limits and sizes alone: the analyses of a thread share it. */
interface Plan {
  readonly bank: ToneBank;
  readonly blockSize: number;
  readonly blocks: number;
  /** Samples of a window. */
  readonly window: number;
  readonly sampleRate: number;
  readonly minEnergy: number;
  readonly minPower: number;
  readonly minPurity: number;
  readonly minClear: number;
  readonly minEdge: number;
  readonly twist: number;
  readonly reverseTwist: number;
  /** Cosine and sine of the greatest turn between the halves of the window. */
  readonly turnCos: Float64Array;
  readonly turnSin: Float64Array;
  /** Found last: the turn between the halves, of each frequency. */
  readonly along: Float64Array;
  readonly across: Float64Array;
}

const plans = new WeakMap<DtmfLimits, Plan[]>();
function planOf(limits: DtmfLimits, blockSize: number, blocks: number, sampleRate: number): Plan {
  const ofLimits = plans.get(limits) ?? [];
  const known = ofLimits.find((plan) => plan.blockSize === blockSize && plan.blocks === blocks && plan.sampleRate === sampleRate);
  if (known !== undefined) return known;
  const window = blocks * blockSize;
  const minPower = powerOfDbm0(limits.minLevelDbm0);
  // The halves of the window lie half a window apart; a deviation of δ Hz turns the phase by 2πδ·T/2 between them.
  const maxTurn = FREQUENCIES.map((f) => Math.min(Math.PI * 0.9, 2 * Math.PI * (f * limits.maxDeviation + 2) * ((blocks >> 1) * (blockSize / sampleRate))));
  const plan: Plan = {
    bank: new ToneBank(FREQUENCIES, blockSize, sampleRate), blockSize, blocks, window, sampleRate, minEnergy: minPower * window * 2, minPower,
    minPurity: limits.minPurity, minClear: limits.minClear, minEdge: limits.minEdge, twist: 10 ** (limits.maxTwistDb / 10), reverseTwist: 10 ** (limits.maxReverseTwistDb / 10),
    turnCos: Float64Array.from(maxTurn, Math.cos), turnSin: Float64Array.from(maxTurn, Math.sin), along: new Float64Array(8), across: new Float64Array(8),
  };
  plans.set(limits, [...ofLimits, plan]);
  return plan;
}
