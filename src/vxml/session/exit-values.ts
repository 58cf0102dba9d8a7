/** What a session gives back (§5.3.9): the variables of `<exit namelist>`, or the value of `<exit expr>`. */
export interface ExitValues {
  readonly values: Readonly<Record<string, unknown>>;
  /** Only when `expr` was given. */
  readonly value?: unknown;
}
