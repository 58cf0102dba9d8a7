/** One numbered step of the schema. Its text is never changed once released; a correction is a further migration. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** One or more statements, run in one transaction. PostgreSQL 15 feature set. */
  readonly sql: string;
}
