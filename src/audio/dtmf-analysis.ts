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

const { imul } = Math;

/** Added to what limits say of the share of a window: how far its edges and a tone's turn within it may shift that. */
const EDGE = 0.03;

/** Places in the piece of memory of an analysis: energy and products over the window, then the 16 sums over its correlated blocks. */
const ENERGY = 0;
const ONE_APART = 1;
const TWO_APART = 2;
const TOTAL = 3;
/** From here on the energies of the blocks, then the sums of each one's samples times those one, and two, before. */
const SHAPE = TOTAL + 16;

/**
 * Looks for a DTMF pair in a sliding window of `windowBlocks` blocks, once per block. A window holds a digit when the
 * strongest frequency of each group carries nearly all of the energy, the two are within the twist limits, the weaker stands
 * clear of whatever else sounds, and both turn at their nominal rate. A window that is too quiet, or whose newest block is,
 * holds none whatever is in it, and neither does one that sounds too low or too high altogether (its autocorrelation at one and two
 * samples tells): then the samples are only kept, and correlated when a later window needs them. Half of a call is pauses, and
 * half of speech is lower than any key.
 */
export class DtmfAnalysis {
  readonly #plan: Plan;
  /** The window's samples, block by block; those of a block that is correlated are not needed any more. */
  readonly #samples: Int16Array;
  /**
   * The window's energy and products, the 16 sums over its blocks that are correlated, energy and products of each block, then 8 real and
   * 8 imaginary sums of each: one piece of memory, because of a thousand legs each piece is fetched from far away in every tick.
   */
  readonly #sums: Float64Array;
  #at = 0;
  /** Number of the block that lies at `#at` when it is filled. */
  #block = 0;
  /** How many of the newest blocks have no products yet, and how many are not correlated. */
  #unmeasured: number;
  #waiting: number;

  constructor(limits: DtmfLimits, blockSize: number, windowBlocks: number, sampleRate = 8000) {
    this.#plan = planOf(limits, blockSize, windowBlocks, sampleRate);
    this.#samples = new Int16Array(windowBlocks * blockSize);
    this.#sums = new Float64Array(SHAPE + windowBlocks * 19);
    this.#unmeasured = windowBlocks;
    this.#waiting = windowBlocks;
  }

  get blockSize(): number {
    return this.#plan.blockSize;
  }

  /** Reads what is going to be needed, so that it is on its way from memory; the number means nothing. */
  preload(): number {
    const kept = this.#samples;
    const sums = this.#sums;
    let sum = this.#plan.blocks;
    for (let i = 0; i < kept.length; i += 32) sum += kept[i] as number;
    // Those of correlated blocks are seldom needed.
    for (let i = 0; i < this.#plan.rows; i += 8) sum += sums[i] as number;
    return sum;
  }

  /** Takes one block, of an even number of samples, whose sum of squares may be known already, and returns the digit of the window that ends with it, or NO_DIGIT. */
  process(samples: Int16Array, start: number, energy = energyOf(samples, start, this.#plan.blockSize)): number {
    const { blockSize, blocks, minEnergy, minEdge, sampleRate } = this.#plan;
    const sums = this.#sums;
    const at = this.#at;
    copySamples(samples, start, this.#samples, at * blockSize, blockSize);
    if (this.#unmeasured < blocks) {
      this.#unmeasured += 1;
      this.#leaveMeasured(at);
    }
    if (this.#waiting < blocks) {
      this.#waiting += 1;
      this.#leaveCorrelated(at);
    }
    const windowEnergy = (sums[ENERGY] as number) + energy - (sums[SHAPE + at] as number);
    sums[ENERGY] = windowEnergy;
    sums[SHAPE + at] = energy;
    this.#at = at + 1 === blocks ? 0 : at + 1;
    this.#block = this.#block + 1 === sampleRate ? 0 : this.#block + 1;
    if (windowEnergy < minEnergy || energy * blocks < minEdge * windowEnergy) return NO_DIGIT;
    while (this.#unmeasured > 0) this.#measure(this.#unmeasured--);
    if (!this.#maySoundLikeKeys(windowEnergy)) return NO_DIGIT;
    while (this.#waiting > 0) this.#correlate(this.#waiting--);
    return this.#decide();
  }

  reset(): void {
    this.#samples.fill(0);
    this.#sums.fill(0);
    this.#at = 0;
    this.#block = 0;
    this.#unmeasured = this.#plan.blocks;
    this.#waiting = this.#plan.blocks;
  }

  /**
   * The products of the block that came `back` − 1 blocks before the newest. What came before the oldest is not there any more:
   * in its place stands the newest, which is wrong in three products of a window.
   */
  #measure(back: number): void {
    const { blocks, blockSize } = this.#plan;
    const samples = this.#samples;
    const slot = this.#slot(back);
    const row = slot * blockSize;
    const before = (row === 0 ? samples.length : row) - 1;
    let last = samples[before] as number;
    let lastButOne = samples[before - 1] as number;
    let oneX = 0;
    let oneY = 0;
    let twoX = 0;
    let twoY = 0;
    // Two at a time, in sums that do not wait for one another.
    for (let i = row; i < row + blockSize; i += 2) {
      const x = samples[i] as number;
      const y = samples[i + 1] as number;
      oneX += imul(x, last);
      oneY += imul(y, x);
      twoX += imul(x, lastButOne);
      twoY += imul(y, last);
      lastButOne = x;
      last = y;
    }
    const sums = this.#sums;
    sums[SHAPE + blocks + slot] = oneX + oneY;
    sums[SHAPE + 2 * blocks + slot] = twoX + twoY;
    sums[ONE_APART] = (sums[ONE_APART] as number) + oneX + oneY;
    sums[TWO_APART] = (sums[TWO_APART] as number) + twoX + twoY;
  }

  /** Where the block lies that came `back` − 1 blocks before the newest. */
  #slot(back: number): number {
    return this.#at >= back ? this.#at - back : this.#at - back + this.#plan.blocks;
  }

  /** Not so low or so high altogether that no pair with what may be beside it sounds like it. */
  #maySoundLikeKeys(energy: number): boolean {
    const { oneApart, twoApart } = this.#plan;
    const one = this.#sums[ONE_APART] as number;
    const two = this.#sums[TWO_APART] as number;
    return one <= oneApart.most * energy && one >= oneApart.least * energy && two <= twoApart.most * energy && two >= twoApart.least * energy;
  }

  /** The oldest block, whose products are known, is no longer of the window. */
  #leaveMeasured(at: number): void {
    const { blocks } = this.#plan;
    const sums = this.#sums;
    sums[ONE_APART] = (sums[ONE_APART] as number) - (sums[SHAPE + blocks + at] as number);
    sums[TWO_APART] = (sums[TWO_APART] as number) - (sums[SHAPE + 2 * blocks + at] as number);
  }

  #leaveCorrelated(at: number): void {
    const sums = this.#sums;
    const row = this.#plan.rows + at * 16;
    for (let i = 0; i < 16; i++) sums[TOTAL + i] = (sums[TOTAL + i] as number) - (sums[row + i] as number);
  }

  /** The block that came `back` − 1 blocks before the newest. */
  #correlate(back: number): void {
    const { bank, blockSize, rows, sampleRate } = this.#plan;
    const sums = this.#sums;
    const slot = this.#slot(back);
    const block = this.#block >= back ? this.#block - back : this.#block - back + sampleRate;
    bank.process(this.#samples, slot * blockSize, block);
    const row = rows + slot * 16;
    for (let f = 0; f < 8; f++) {
      const re = bank.re[f] as number;
      const im = bank.im[f] as number;
      sums[row + f] = re;
      sums[row + 8 + f] = im;
      sums[TOTAL + f] = (sums[TOTAL + f] as number) + re;
      sums[TOTAL + 8 + f] = (sums[TOTAL + 8 + f] as number) + im;
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
    if (toneEnergy < minPurity * (this.#sums[ENERGY] as number)) return NO_DIGIT;
    const scale = 2 / (n * n);
    if (Math.min(lowPower, highPower) * scale < minPower) return NO_DIGIT;
    if (highPower > lowPower * twist || lowPower > highPower * reverseTwist) return NO_DIGIT;
    if (minClear > 0 && !this.#standsClear(lowPower * this.#offTune(low), highPower * this.#offTune(high), minClear)) return NO_DIGIT;
    return low * 4 + (high - 4);
  }

  #standsClear(lowPower: number, highPower: number, minClear: number): boolean {
    const perEnergy = this.#plan.window / 2;
    return Math.min(lowPower, highPower) >= minClear * ((this.#sums[ENERGY] as number) * perEnergy - lowPower - highPower);
  }

  /** By how much more power there is than #steadyPower found, because the tone is off its nominal frequency: each half is correlated with the latter. */
  #offTune(f: number): number {
    const { across, along } = this.#plan;
    const x = Math.atan2(across[f] as number, along[f] as number) / 2;
    return x < 1e-3 ? 1 : (x / Math.sin(x)) ** 2;
  }

  #strongest(from: number): number {
    const sums = this.#sums;
    let best = from;
    let bestPower = -1;
    for (let f = from; f < from + 4; f++) {
      const re = sums[TOTAL + f] as number;
      const im = sums[TOTAL + 8 + f] as number;
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
    const { blocks, rows, turnCos, turnSin } = this.#plan;
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
      re1 += sums[rows + first * 16 + f] as number;
      im1 += sums[rows + first * 16 + 8 + f] as number;
      re2 += sums[rows + second * 16 + f] as number;
      im2 += sums[rows + second * 16 + 8 + f] as number;
      first = first + 1 === blocks ? 0 : first + 1;
      second = second + 1 === blocks ? 0 : second + 1;
    }
    const p1 = re1 * re1 + im1 * im1;
    const p2 = re2 * re2 + im2 * im2;
    if (p1 > p2 * 3 || p2 > p1 * 3) return -1;
    // With an odd count both parts take the middle block too, which follows the first: so they always lie `half` blocks apart.
    const mre = odd === 1 ? (sums[rows + first * 16 + f] as number) : 0;
    const mim = odd === 1 ? (sums[rows + first * 16 + 8 + f] as number) : 0;
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
  /** Where in an analysis's piece of memory the sums of its correlated blocks begin. */
  readonly rows: number;
  /** Samples of a window. */
  readonly window: number;
  readonly sampleRate: number;
  readonly minEnergy: number;
  readonly minPower: number;
  readonly minPurity: number;
  readonly minClear: number;
  readonly minEdge: number;
  /** What a window with a digit in it has of its energy in the products of samples one and two apart. */
  readonly oneApart: Range;
  readonly twoApart: Range;
  readonly twist: number;
  readonly reverseTwist: number;
  /** Cosine and sine of the greatest turn between the halves of the window. */
  readonly turnCos: Float64Array;
  readonly turnSin: Float64Array;
  /** Found last: the turn between the halves, of each frequency. */
  readonly along: Float64Array;
  readonly across: Float64Array;
}

interface Range {
  readonly least: number;
  readonly most: number;
}

/**
 * Between what the normalised autocorrelation at `lag` seconds lies for all that the limits let pass: that of a sine is the cosine of its turn
 * within the lag, that of a sum of sines the mean of theirs by energy, and what is beside the pair has anything between −1 and 1.
 */
function autocorrelationOf({ maxDeviation, maxTwistDb, maxReverseTwistDb, minPurity }: DtmfLimits, lag: number): Range {
  const cosines = (group: readonly number[]): number[] => group.flatMap((hz) => [-1, 1].map((side) => Math.cos(2 * Math.PI * lag * (hz + side * (hz * maxDeviation + 2)))));
  const shares = [1 / (1 + 10 ** (maxTwistDb / 10)), 1 - 1 / (1 + 10 ** (maxReverseTwistDb / 10))];
  const pairs = cosines(DTMF_LOW).flatMap((low) => cosines(DTMF_HIGH).flatMap((high) => shares.map((share) => share * low + (1 - share) * high)));
  const beside = 1 - minPurity + EDGE;
  return { least: minPurity * Math.min(...pairs) - beside, most: minPurity * Math.max(...pairs) + beside };
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
    bank: new ToneBank(FREQUENCIES, blockSize, sampleRate), blockSize, blocks, rows: SHAPE + blocks * 3, window, sampleRate, minEnergy: minPower * window * 2, minPower,
    oneApart: autocorrelationOf(limits, 1 / sampleRate), twoApart: autocorrelationOf(limits, 2 / sampleRate), minPurity: limits.minPurity, minClear: limits.minClear, minEdge: limits.minEdge, twist: 10 ** (limits.maxTwistDb / 10), reverseTwist: 10 ** (limits.maxReverseTwistDb / 10),
    turnCos: Float64Array.from(maxTurn, Math.cos), turnSin: Float64Array.from(maxTurn, Math.sin), along: new Float64Array(8), across: new Float64Array(8),
  };
  plans.set(limits, [...ofLimits, plan]);
  return plan;
}
