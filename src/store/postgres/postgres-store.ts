import pg from 'pg';
import type { Logger } from '../../kernel/logger.ts';
import { NailupError } from '../../kernel/nailup-error.ts';
import type { Queryable, SqlValue, Statement, Store, TransactionOptions } from '../store.ts';
import { failureKind } from './failure.ts';

export interface PostgresOptions {
  readonly connection: { connectionString: string } | { host: string; port: number; user: string; database: string; password: string };
  /** Fit for a log. */
  readonly address: string;
  readonly logger: Logger;
  readonly maxConnections?: number;
  /** How long a caller waits for a server that is restarting, before it gets STORE_UNREACHABLE. */
  readonly patienceMs?: number;
  /** Called when the server does not answer, e.g. to start it again. */
  readonly onUnreachable?: () => Promise<void>;
  /** Called once, after the pool has ended. */
  readonly onClosed?: () => Promise<void>;
}

const timestamptz = 1184;
const int8 = 20;
const parseInstant = pg.types.getTypeParser(timestamptz, 'text') as (text: string) => Date | number;
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
    // ±infinity comes as a number already.
    if (oid === timestamptz) return (text) => { const value = parseInstant(text); return typeof value === 'number' ? value : value.getTime(); };
    if (oid === int8) return Number;
    return pg.types.getTypeParser(oid, format as 'text');
  },
};

/** `pg`'s pool behind the store's port: retries what is safe to retry, and says clearly when the server is not there. */
export class PostgresStore implements Store {
  readonly address: string;
  readonly #pool: pg.Pool;
  readonly #options: PostgresOptions;
  #closing: Promise<void> | undefined;

  constructor(options: PostgresOptions) {
    this.address = options.address;
    this.#options = options;
    this.#pool = new pg.Pool({
      ...options.connection,
      max: options.maxConnections ?? 10,
      idleTimeoutMillis: 30_000,
      connectionTimeoutMillis: 10_000,
      application_name: 'nailup',
      allowExitOnIdle: true,
      types: types as unknown as pg.CustomTypesConfig,
    });
    // A connection that breaks tells the running query, and then says it again as an event, which without a listener would
    // end the process.
    this.#pool.on('connect', (client) => void client.on('error', (error) => options.logger.debug({ reason: error.message }, 'a database connection broke')));
    // An idle client whose server went away: the pool drops it, the next query opens another.
    this.#pool.on('error', (error) => options.logger.warn({ reason: error.message }, 'an idle database connection broke'));
  }

  get openConnections(): number {
    return this.#pool.totalCount;
  }

  async query<R extends object>(sql: Statement<R>, values: readonly SqlValue[] = []): Promise<R[]> {
    for (let attempt = 1; ; attempt++) {
      const client = await this.#connect();
      let broken: Error | undefined;
      try {
        return await run(client, sql, values);
      } catch (error) {
        const kind = failureKind(error);
        if (kind === 'connection' || kind === 'unsent') broken = error as Error;
        if (attempt >= 20 || !(kind === 'conflict' || kind === 'unsent' || (kind === 'connection' && sql.repeatable === true))) throw error;
        this.#options.logger.debug({ statement: sql.name, attempt, kind }, 'statement is run again');
      } finally {
        client.release(broken);
      }
    }
  }

  async transaction<T>(work: (tx: Queryable) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const client = await this.#connect();
      let broken: Error | undefined;
      let committing = false;
      try {
        await client.query('BEGIN');
        const result = await work({ query: (sql, values) => run(client, sql, values ?? []) });
        committing = true;
        await client.query('COMMIT');
        return result;
      } catch (error) {
        const kind = failureKind(error);
        if (kind === 'connection' || kind === 'unsent') broken = error as Error;
        else await client.query('ROLLBACK').catch((rollback: Error) => (broken = rollback));
        const certain = kind === 'conflict' || kind === 'unsent' || (kind === 'connection' && !committing);
        if (attempt >= 20 || !(certain || (kind === 'connection' && options.repeatable === true))) throw error;
        this.#options.logger.debug({ attempt, kind }, 'transaction is run again');
      } finally {
        client.release(broken);
      }
      await pause(Math.random() * Math.min(10 * 2 ** attempt, 500));
    }
  }

  /** Runs text of several statements, without parameters, in a transaction of its own: for migrations. */
  async script<T>(work: (run: (text: string, values?: unknown[]) => Promise<pg.QueryResult>) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    try {
      await client.query('BEGIN');
      const result = await work((text, values) => client.query(text, values));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#pool.end().then(async () => {
      await this.#options.onClosed?.();
    });
    return this.#closing;
  }

  /** Nothing was sent yet, so a failure here is always safe to try again. */
  async #connect(): Promise<pg.PoolClient> {
    const patienceMs = this.#options.patienceMs ?? 15_000;
    const start = performance.now();
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#pool.connect();
      } catch (error) {
        const kind = failureKind(error);
        const patient = performance.now() - start < patienceMs && this.#closing === undefined;
        if (kind === 'other' || !patient) throw unreachable(this.address, error);
        if (kind === 'connection' || kind === 'unsent') await this.#options.onUnreachable?.();
        await pause(Math.min(20 * 2 ** attempt, 500));
      }
    }
  }
}

async function run<R extends object>(client: pg.PoolClient, sql: Statement<R>, values: readonly SqlValue[]): Promise<R[]> {
  const result = await client.query<R>({ name: sql.name, text: sql.text, values: values as unknown[] });
  return result.rows;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function unreachable(address: string, error: unknown): NailupError {
  const { message, code } = error as { message?: string; code?: string };
  const reason = message === undefined || message === '' ? String(code ?? error) : message;
  return new NailupError('STORE_UNREACHABLE', `the database does not let us in: ${reason}`, {
    place: address,
    mend: 'Check DATABASE_URL (host, port, user, password, database), or leave it out to use the embedded PostgreSQL.',
    cause: error,
  });
}
