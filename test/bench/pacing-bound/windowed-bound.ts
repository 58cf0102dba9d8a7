/** What a price that never moves brings in the long run: abandoned of the answered, and occupancy; both shares. */
export interface FrontierPoint {
  readonly abandoned: number;
  readonly occupancy: number;
}

/** A hundredth of an abandonment. */
const unit = 100;

/** The frontier without what lies below the line between two others: a mixture of these is better. */
export function hull(points: readonly FrontierPoint[]): readonly FrontierPoint[] {
  const out: FrontierPoint[] = [];
  for (const point of [...points].sort((a, b) => a.abandoned - b.abandoned)) {
    for (;;) {
      const last = out.at(-1);
      const before = out.at(-2);
      if (last === undefined) break;
      const better = last.occupancy <= point.occupancy && last.abandoned === point.abandoned;
      const below = before !== undefined && (last.occupancy - before.occupancy) * (point.abandoned - before.abandoned) <= (point.occupancy - before.occupancy) * (last.abandoned - before.abandoned);
      if (!better && !below) break;
      out.pop();
    }
    const last = out.at(-1);
    if (last === undefined || point.occupancy > last.occupancy) out.push(point);
  }
  return out;
}

/** The occupancy of a frontier at a share of abandoned people. */
export function occupancyAt(frontier: readonly FrontierPoint[], abandoned: number): number {
  let before = frontier[0];
  for (const point of frontier) {
    if (before !== undefined && point.abandoned >= abandoned && point !== before) return before.occupancy + ((point.occupancy - before.occupancy) * (abandoned - before.abandoned)) / (point.abandoned - before.abandoned);
    before = point;
  }
  return before?.occupancy ?? 0;
}

/** Where a frontier reaches an occupancy: the share of abandoned people that it takes. */
export function abandonedAt(frontier: readonly FrontierPoint[], occupancy: number): number {
  return occupancyAt(frontier.map((p) => ({ abandoned: p.occupancy, occupancy: p.abandoned })), occupancy);
}

/**
 * The best occupancy over a day of so many people that any rule for moving along the frontier reaches, if after no person more than `cap`
 * of the people (of a hundred, while there are fewer) may be abandoned: backward induction over the people to come and the
 * abandonments in hand. A rule that does it knows the frontier and the day's length beforehand.
 */
export function windowedBound(frontier: readonly FrontierPoint[], people: number, cap: number): number {
  const earned = Math.round(cap * unit);
  const most = earned * Math.max(100, people) + earned;
  const abandoned = Float64Array.from(frontier, (p) => p.abandoned);
  const occupancy = Float64Array.from(frontier, (p) => p.occupancy);
  let value = new Float64Array(most + 1);
  let next = new Float64Array(most + 1);
  for (let n = people; n >= 1; n--) {
    const gain = n > 100 ? earned : 0;
    // More than this the people before cannot have left.
    const reached = Math.min(most, earned * Math.max(100, n - 1));
    for (let room = 0; room <= reached; room++) {
      const after = Math.min(most, room + gain);
      const kept = value[after] as number;
      const lost = after >= unit ? (value[after - unit] as number) : Number.NEGATIVE_INFINITY;
      let best = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < occupancy.length; i++) {
        const a = abandoned[i] as number;
        const here = (occupancy[i] as number) + (1 - a) * kept + (a > 0 ? a * lost : 0);
        if (here > best) best = here;
      }
      next[room] = best;
    }
    [value, next] = [next, value];
  }
  return (value[earned * 100] as number) / people;
}
