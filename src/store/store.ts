/**
 * The store's port: one PostgreSQL, spoken to in one SQL (PostgreSQL 15's feature set), whether it is the embedded one or
 * the one DATABASE_URL names. Instants come back as milliseconds since 1970 (timestamptz), bigint as a number.
 */
export interface Statement<R extends object = Record<string, never>> {
  /** Also the prepared statement's name, so it is unique in the program: `<module>.<statement>`. */
  readonly name: string;
  readonly text: string;
  /** Running it twice is the same as once: repeated when the connection breaks before its answer is in. */
  readonly repeatable?: boolean;
  /** Never set; carries the row's shape. */
  readonly row?: R;
}

/** Names a statement. `R` is the shape of one row. */
export function statement<R extends object = Record<string, never>>(name: string, text: string, options: { repeatable?: boolean } = {}): Statement<R> {
  return { name, text, ...options };
}

export type SqlValue = string | number | boolean | null | Date | Buffer | readonly SqlValue[] | object;

export interface Queryable {
  query<R extends object>(sql: Statement<R>, values?: readonly SqlValue[]): Promise<R[]>;
}

export interface TransactionOptions {
  /**
   * The whole work may run again even when it is unknown whether the first try was committed (its statements see that it
   * was). Without it, only failures that are certain to have changed nothing are tried again: serialization, deadlock,
   * and a connection that broke before COMMIT was sent.
   */
  readonly repeatable?: boolean;
}

export interface Store extends Queryable {
  /** Runs `work` in one transaction (READ COMMITTED); `work` may run several times, so it has no effects beside its queries. */
  transaction<T>(work: (tx: Queryable) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Where it is, fit for a log: no password. */
  readonly address: string;
  /** Clients that are connected now; 0 after `close`. */
  readonly openConnections: number;
  /** Waits for running queries, disconnects, and stops the embedded server when nobody else uses it. Idempotent. */
  close(): Promise<void>;
}

/** An instant as a parameter. */
export const instant = (ms: number): Date => new Date(ms);

/** The one row that a statement must answer with. */
export async function one<R extends object>(db: Queryable, sql: Statement<R>, values: readonly SqlValue[] = []): Promise<R> {
  const [row] = await db.query(sql, values);
  if (row === undefined) throw new Error(`${sql.name} answered no row`);
  return row;
}
