/** A cell in which everything is exponential: agents, calls, and the promise. Times in milliseconds. */
export interface MarkovCell {
  readonly agents: number;
  /** Chance that a dial brings a person; the others end after the same time. */
  readonly person: number;
  readonly ringMs: number;
  /** Talk and wrap-up. */
  readonly busyMs: number;
  /** How long a person may wait for an agent. */
  readonly waitMs: number;
  readonly targetRate: number;
}

export interface MarkovOptimum {
  readonly occupancy: number;
  readonly abandonRate: number;
}

/**
 * The constrained optimum of the Markov decision process (Altman 1999, *Constrained Markov Decision Processes*, ch. 4): the state is
 * (busy agents, calls ringing); at each event more calls may be dialled. Busy agents earn, an abandonment costs a multiplier; for a
 * multiplier the best stationary policy comes from relative value iteration of the uniformised chain, and the multiplier is
 * halved in until the long-run share of abandoned people is the promise; the two policies on either side are mixed. What no
 * dialer without foresight can beat in the long run. A person who finds all agents busy is lost unless one becomes free in
 * time, which has the chance 1 − e^(−agents · wait / busy).
 */
export function markovOptimum(cell: MarkovCell): MarkovOptimum {
  let low = 0;
  let high = 400;
  let below = solve(cell, high);
  let above = solve(cell, low);
  for (let i = 0; i < 18; i++) {
    const middle = i === 0 ? 4 : low === 0 ? high / 2 : Math.sqrt(low * high);
    const there = solve(cell, middle);
    if (there.abandonRate > cell.targetRate) {
      low = middle;
      above = there;
    } else {
      high = middle;
      below = there;
    }
    if (high - low < 1e-3) break;
  }
  const span = above.abandonRate - below.abandonRate;
  const share = span <= 1e-12 ? 0 : Math.min(1, Math.max(0, (cell.targetRate - below.abandonRate) / span));
  return { occupancy: below.occupancy + share * (above.occupancy - below.occupancy), abandonRate: below.abandonRate + share * span };
}

/** The best policy at a multiplier (mean calls' worth of busy agent time for an abandonment), and what it brings in the long run. */
function solve(cell: MarkovCell, multiplier: number): MarkovOptimum {
  const { agents, person } = cell;
  const most = Math.ceil((agents * 4) / Math.max(0.05, person)) + 10;
  const ends = cell.ringMs === 0 ? 1 : 1 / cell.ringMs;
  const frees = 1 / cell.busyMs;
  const scale = most * ends + agents * frees;
  const lost = Math.exp((-agents * cell.waitMs) / cell.busyMs);
  const cost = multiplier * cell.busyMs;
  const side = most + 1;
  const states = (agents + 1) * side;
  let value = new Float64Array(states);
  let next = new Float64Array(states);
  const best = new Int32Array(states);
  for (let sweep = 0; sweep < 6000; sweep++) {
    // After a decision the chain stands in a state with at least as many calls: the best of them, from the top down.
    for (let b = 0; b <= agents; b++) {
      let top = Number.NEGATIVE_INFINITY;
      let at = most;
      for (let r = most; r >= 0; r--) {
        const i = b * side + r;
        const here = value[i] as number;
        if (here >= top) {
          top = here;
          at = r;
        }
        best[i] = at;
      }
    }
    const after = (b: number, r: number): number => value[b * side + (best[b * side + r] as number)] as number;
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    for (let b = 0; b <= agents; b++) {
      for (let r = 0; r <= most; r++) {
        const i = b * side + r;
        const ending = (r * ends) / scale;
        const freeing = (b * frees) / scale;
        let sum = b / scale + (1 - ending - freeing) * (value[i] as number);
        if (r > 0) sum += ending * ((1 - person) * after(b, r - 1) + person * (b < agents ? after(b + 1, r - 1) : after(b, r - 1) - lost * cost));
        if (b > 0) sum += freeing * after(b - 1, r);
        next[i] = sum;
        const gained = sum - (value[i] as number);
        if (gained < least) least = gained;
        if (gained > greatest) greatest = gained;
      }
    }
    const base = next[0] as number;
    for (let i = 0; i < states; i++) next[i] = (next[i] as number) - base;
    [value, next] = [next, value];
    if (sweep > 50 && (greatest - least) * scale < 2e-4 * agents) break;
  }
  return evaluate(cell, best, side, most, ends, frees, scale, lost);
}

/** The long run under a policy: the stationary distribution, by iterating the chain. */
function evaluate(cell: MarkovCell, best: Int32Array, side: number, most: number, ends: number, frees: number, scale: number, lost: number): MarkovOptimum {
  const { agents, person } = cell;
  const states = (agents + 1) * side;
  let now = new Float64Array(states);
  let next = new Float64Array(states);
  now[best[0] as number] = 1;
  const to = (b: number, r: number): number => b * side + (best[b * side + r] as number);
  let busy = 0;
  for (let sweep = 0; sweep < 30_000; sweep++) {
    next.fill(0);
    busy = 0;
    for (let b = 0; b <= agents; b++) {
      for (let r = 0; r <= most; r++) {
        const weight = now[b * side + r] as number;
        if (weight < 1e-13) continue;
        busy += weight * b;
        const ending = (weight * r * ends) / scale;
        const freeing = (weight * b * frees) / scale;
        next[b * side + r] = (next[b * side + r] as number) + weight - ending - freeing;
        if (r > 0) {
          const none = to(b, r - 1);
          const some = b < agents ? to(b + 1, r - 1) : none;
          next[none] = (next[none] as number) + ending * (1 - person);
          next[some] = (next[some] as number) + ending * person;
        }
        if (b > 0) {
          const freed = to(b - 1, r);
          next[freed] = (next[freed] as number) + freeing;
        }
      }
    }
    let change = 0;
    if (sweep % 50 === 0) for (let i = 0; i < states; i++) change += Math.abs((next[i] as number) - (now[i] as number));
    [now, next] = [next, now];
    if (sweep > 0 && sweep % 50 === 0 && change < 1e-9) break;
  }
  let people = 0;
  let abandoned = 0;
  for (let b = 0; b <= agents; b++) {
    for (let r = 0; r <= most; r++) {
      const rate = (now[b * side + r] as number) * r * ends * person;
      people += rate;
      if (b === agents) abandoned += rate * lost;
    }
  }
  return { occupancy: busy / agents, abandonRate: people === 0 ? 0 : abandoned / people };
}
