import { powerOfDbm0 } from './level.ts';

/** White noise of a given level from its own small generator (xorshift32): deterministic, no allocation. */
export class NoiseSource {
  #state: number;

  constructor(seed = 0x9e3779b9) {
    this.#state = seed >>> 0 || 1;
  }

  /** Uniform in [−1, 1); mean square 1/3. */
  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state / 2147483648 - 1;
  }

  /** The factor by which `next()` is multiplied to have this level. */
  static scale(dbm0: number): number {
    return Math.sqrt(powerOfDbm0(dbm0) * 3);
  }
}
