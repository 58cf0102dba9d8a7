/**
 * A state machine as a table: (state, event) → [next, …effects]. The table is pure data; its owner runs the effects and
 * sets the timers. An event that a state's row does not name is ignored, unless the row says otherwise under `'*'`.
 */
export type Row<S extends string, E extends string, F> = Partial<Record<E | '*', readonly [next: S, ...effects: F[]]>>;
export type Table<S extends string, E extends string, F> = Readonly<Record<S, Row<S, E, F>>>;

export interface Step<S, F> {
  readonly state: S;
  readonly effects: readonly F[];
  /** False when the table has no branch for the event in that state: nothing happened. */
  readonly taken: boolean;
}

export function step<S extends string, E extends string, F>(table: Table<S, E, F>, state: S, event: E): Step<S, F> {
  const row = table[state];
  const branch = row[event] ?? row['*' as E | '*'];
  if (branch === undefined) return { state, effects: [], taken: false };
  const [next, ...effects] = branch;
  return { state: next, effects: effects as unknown as readonly F[], taken: true };
}
