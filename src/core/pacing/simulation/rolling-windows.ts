/** What became of answered people, in order of time: when, and whether it was an abandonment. */
export interface Outcomes {
  readonly at: readonly number[];
  readonly abandoned: readonly boolean[];
}

/**
 * The highest abandonment rate of any trailing window (t − windowMs, t] up to `endMs` that holds at least `least` people, exactly:
 * looked at whenever an outcome enters or leaves. 0 when no window ever holds enough.
 */
export function worstWindow(outcomes: Outcomes, windowMs: number, endMs: number, least = 100): number {
  const { at, abandoned } = outcomes;
  let worst = 0;
  let held = 0;
  let lost = 0;
  let entering = 0;
  let leaving = 0;
  for (;;) {
    const enters = at[entering] ?? Number.POSITIVE_INFINITY;
    const leaves = (at[leaving] ?? Number.POSITIVE_INFINITY) + windowMs;
    const now = Math.min(enters, leaves);
    if (now > endMs || now === Number.POSITIVE_INFINITY) return worst;
    while (at[entering] === now) {
      held += 1;
      if (abandoned[entering] === true) lost += 1;
      entering += 1;
    }
    while ((at[leaving] ?? Number.POSITIVE_INFINITY) + windowMs === now) {
      held -= 1;
      if (abandoned[leaving] === true) lost -= 1;
      leaving += 1;
    }
    if (held >= least && lost / held > worst) worst = lost / held;
  }
}
