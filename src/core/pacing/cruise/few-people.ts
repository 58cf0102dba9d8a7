/** The most people whose number is followed. */
export const fewPeople = 16;
const side = fewPeople + 1;
/** Of n + 1 successes in u trials to n of them: the part of the ratio that their number makes. */
const growth = Float64Array.from({ length: side * side }, (_, i) => (Math.floor(i / side) - (i % side)) / ((i % side) + 1));

/**
 * Expected abandonments where few people are on their way, exactly: the number of those who are still to come is followed with that of
 * the agents who are free for them, for each call answers once. It matters most with few agents.
 */
export class FewPeople {
  /** `[u * side + z]`: u people still to come, z agents free for them. Only z < u can still go wrong. */
  readonly #grid = new Float64Array(side * side);
  readonly #comeNow = new Float64Array(side);

  /**
   * @param number distribution of the number of people to come, of no more than `top`
   * @param free agents who are free, less the people who wait
   * @param come expected people of each step
   * @param freePmf of each step, the distribution of the number of agents who become free before it, with its width in `freeWidth`
   */
  abandoned(number: Float64Array, top: number, free: number, come: Float64Array, freePmf: readonly Float64Array[], freeWidth: Int32Array): number {
    // Remaining share of the arrivals at each step, for the chance that one who is still to come comes now.
    let left = 0;
    for (let j = 0; j < come.length; j++) left += come[j] as number;
    if (left <= 0) return 0;
    const grid = this.#grid;
    for (let i = 0; i < (top + 1) * side; i++) grid[i] = 0;
    let lost = 0;
    const first = freePmf[0] as Float64Array;
    const firstWidth = freeWidth[0] as number;
    for (let u = 0; u <= top; u++) {
      const weight = number[u] as number;
      if (weight < 1e-9) continue;
      for (let d = 0; d < firstWidth; d++) {
        const z = free + d;
        if (z < 0) {
          lost += weight * (first[d] as number) * -z;
          if (u > 0) grid[u * side] = (grid[u * side] as number) + weight * (first[d] as number);
        } else if (z < u) grid[u * side + z] = (grid[u * side + z] as number) + weight * (first[d] as number);
      }
    }
    for (let j = 0; j < come.length; j++) {
      const here = come[j] as number;
      const h = Math.min(1, here / left);
      left -= here;
      // Nobody comes later.
      if (1 - h <= 1e-9) return lost + lacking(grid, top);
      if (h > 1e-6) lost += this.#arrive(grid, top, h);
      if (left <= 1e-9 || j === come.length - 1) break;
      const width = freeWidth[j + 1] as number;
      if (width > 1) this.#depart(grid, top, freePmf[j + 1] as Float64Array, width);
    }
    return lost;
  }

  /** Each of the u people still to come comes now with chance h. In place, upwards in u. */
  #arrive(grid: Float64Array, top: number, h: number): number {
    const stay = 1 - h;
    const odds = h / stay;
    const chances = this.#comeNow;
    let lost = 0;
    let none = 1;
    for (let u = 1; u <= top; u++) {
      none *= stay;
      let chance = none;
      for (let n = 0; n <= u; n++) {
        chances[n] = chance;
        chance *= (growth[u * side + n] as number) * odds;
      }
      for (let z = 0; z < u; z++) {
        const weight = grid[u * side + z] as number;
        if (weight < 1e-9) continue;
        grid[u * side + z] = 0;
        // As many come as there are agents, and then those who find nobody.
        const expected = u * h;
        let n = 0;
        for (let to = u * side + z; n <= z; n++, to -= side + 1) {
          const w = weight * (chances[n] as number);
          if (w < 1e-9 && n > expected) break;
          grid[to] = (grid[to] as number) + w;
        }
        if (n <= z) continue;
        for (let to = (u - n) * side; n <= u; n++, to -= side) {
          const w = weight * (chances[n] as number);
          if (w < 1e-9 && n > expected) break;
          lost += w * (n - z);
          if (to > 0) grid[to] = (grid[to] as number) + w;
        }
      }
    }
    return lost;
  }

  #depart(grid: Float64Array, top: number, pmf: Float64Array, width: number): void {
    for (let u = 1; u <= top; u++) {
      const row = u * side;
      for (let z = u - 1; z >= 0; z--) {
        let sum = 0;
        const most = Math.min(z, width - 1);
        for (let d = 0; d <= most; d++) sum += (grid[row + z - d] as number) * (pmf[d] as number);
        grid[row + z] = sum;
      }
    }
  }
}

/** Expected people who find nobody if all who are still to come came at once. */
function lacking(grid: Float64Array, top: number): number {
  let lost = 0;
  for (let u = 1; u <= top; u++) {
    for (let z = 0; z < u; z++) lost += (grid[u * side + z] as number) < 1e-9 ? 0 : (grid[u * side + z] as number) * (u - z);
  }
  return lost;
}
