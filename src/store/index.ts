import type { Logger } from '../kernel/logger.ts';
import { NailupError } from '../kernel/nailup-error.ts';
import { EmbeddedPostgres, type EmbeddedConnection } from './embedded-postgres/embedded-postgres.ts';
import { migrate } from './migrations/migrate.ts';
import { PostgresStore, type PostgresOptions } from './postgres/postgres-store.ts';
import { type Store, statement } from './store.ts';

export { instant, one, statement, type Queryable, type SqlValue, type Statement, type Store, type TransactionOptions } from './store.ts';

export interface StoreOptions {
  /** `postgres://user:password@host:port/database`. Without it, the embedded PostgreSQL of `dataDirectory` is used. */
  readonly databaseUrl?: string | undefined;
  /** Holds the embedded PostgreSQL; made when absent. */
  readonly dataDirectory: string;
  readonly logger: Logger;
  /** Embedded only: the database's name, made when absent. Default `nailup`. */
  readonly database?: string;
  readonly maxConnections?: number;
  /** How long a query waits for a database that is away. Default 15 s. */
  readonly patienceMs?: number;
}

/**
 * Opens the store and brings it to the newest version.
 * @throws NailupError STORE_* with place and mend.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const store = options.databaseUrl === undefined || options.databaseUrl === '' ? await openEmbedded(options) : openUrl(options, options.databaseUrl);
  try {
    await migrate((work) => store.script(work), store.address, options.logger);
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

function openUrl(options: StoreOptions, databaseUrl: string): PostgresStore {
  let address: string;
  try {
    const url = new URL(databaseUrl);
    if (!/^postgres(ql)?:$/.test(url.protocol)) throw new TypeError('not postgres:');
    if (url.password !== '') url.password = '***';
    address = url.href;
  } catch (cause) {
    throw new NailupError('STORE_BAD_URL', 'the database URL cannot be read', { place: 'DATABASE_URL', mend: 'Write postgres://user:password@host:5432/database.', cause });
  }
  return new PostgresStore({ connection: { connectionString: databaseUrl }, address, ...common(options) });
}

async function openEmbedded(options: StoreOptions): Promise<PostgresStore> {
  const server = new EmbeddedPostgres(options.dataDirectory, options.logger);
  const connection = await server.open();
  const database = options.database ?? 'nailup';
  try {
    await makeDatabase(connection, database, options);
  } catch (error) {
    await server.close();
    throw error;
  }
  return new PostgresStore({
    connection: { ...connection, database },
    address: `embedded:${options.dataDirectory}/${database}`,
    onUnreachable: () => server.revive(),
    onClosed: () => server.close(),
    ...common(options),
  });
}

const databaseExists = statement<{ found: boolean }>('store.database-exists', 'SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1) AS found', { repeatable: true });

async function makeDatabase(connection: EmbeddedConnection, database: string, options: StoreOptions): Promise<void> {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(database)) throw new NailupError('STORE_BAD_NAME', `"${database}" cannot be a database's name`, { mend: 'Use small letters, digits and _.' });
  const maintenance = new PostgresStore({ connection: { ...connection, database: 'postgres' }, address: 'embedded:postgres', ...common(options) });
  try {
    const [row] = await maintenance.query(databaseExists, [database]);
    if (row?.found === true) return;
    // The name is checked above; CREATE DATABASE takes no parameters.
    await maintenance.query(statement(`store.create-database`, `CREATE DATABASE ${database}`)).catch((error: { code?: string }) => {
      if (error.code !== '42P04' && error.code !== '23505') throw error;
    });
  } finally {
    await maintenance.close();
  }
}

function common(options: StoreOptions): Pick<PostgresOptions, 'logger' | 'maxConnections' | 'patienceMs'> {
  return {
    logger: options.logger,
    ...(options.maxConnections === undefined ? {} : { maxConnections: options.maxConnections }),
    ...(options.patienceMs === undefined ? {} : { patienceMs: options.patienceMs }),
  };
}
