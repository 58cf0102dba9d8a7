/** Bins on either side of the beep's that are its own under a Hann window, and those that tell how loud the noise is. */
const OWN = 2;
const NEAR = 9;
/** The beep's bin stands so far out of the noise, or it is noise: eight times is reached by one look in hundreds. */
const OUT_OF_NOISE = 8;
/** It dies away: from look to look, of 20 ms, it may seem to grow by so much. */
const GROWS = 1.5;
const LONGEST_LOOKS = 30;
const MISSES = 2;

/** Follows a beep that dies away into the noise, where it is no tone any more to one who looks at all frequencies. */
export class BeepTail {
  #bin = 0;
  #power = 0;
  #looks = 0;
  #misses = 0;

  /** @param hz of the beep that has just ended, or sunk into the noise; 0: there is none */
  begin(hz: number): void {
    this.#bin = Math.round(hz / 31.25);
    this.#power = Infinity;
    this.#looks = this.#misses = 0;
  }

  /** It still sounds in this look (power of 128 bins of 31.25 Hz; undefined: too quiet for one). */
  sounds(power: Float64Array | undefined): boolean {
    const bin = this.#bin;
    if (bin === 0) return false;
    if (power === undefined || ++this.#looks > LONGEST_LOOKS) {
      this.#bin = 0;
      return false;
    }
    let own = 0;
    for (let k = bin - 1; k <= bin + 1; k++) own = Math.max(own, power[k] ?? 0);
    let noise = 0;
    let count = 0;
    for (let k = Math.max(3, bin - NEAR); k <= Math.min(power.length - 1, bin + NEAR); k++) {
      if (Math.abs(k - bin) <= OWN) continue;
      noise += power[k] as number;
      count += 1;
    }
    if (own * count > noise * OUT_OF_NOISE && own <= this.#power * GROWS) {
      this.#power = own;
      this.#misses = 0;
      return true;
    }
    if (++this.#misses >= MISSES) this.#bin = 0;
    return false;
  }
}
