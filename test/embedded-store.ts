import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { silentLogger } from '../src/kernel/logger.ts';
import { EmbeddedPostgres } from '../src/store/embedded-postgres/embedded-postgres.ts';
import { openStore, type Store } from '../src/store/index.ts';

/** One cluster for all tests of this account, kept between runs; started by the first test file that needs it, stopped by the last. */
export const testDataDirectory = join(tmpdir(), `nailup-test-${process.getuid?.() ?? 0}`);

export interface TestStore {
  readonly store: Store;
  readonly database: string;
  /** Closes the store and drops its database. */
  close(): Promise<void>;
}

/**
 * A store with a database of its own, empty and migrated: on the embedded PostgreSQL, or on the server of TEST_DATABASE_URL
 * (whose account must be allowed to make databases).
 */
export async function openTestStore(): Promise<TestStore> {
  const database = `t_${randomBytes(6).toString('hex')}`;
  const url = process.env['TEST_DATABASE_URL'];
  return url === undefined ? onEmbedded(database) : onServer(url, database);
}

async function onEmbedded(database: string): Promise<TestStore> {
  const server = new EmbeddedPostgres(testDataDirectory, silentLogger);
  const connection = await server.open();
  const store = await openStore({ dataDirectory: testDataDirectory, database, logger: silentLogger });
  const close = async (): Promise<void> => {
    await store.close();
    await administer({ ...connection, database: 'postgres' }, `DROP DATABASE ${database} WITH (FORCE)`);
    await server.close();
  };
  return { store, database, close };
}

async function onServer(url: string, database: string): Promise<TestStore> {
  await administer({ connectionString: url }, `CREATE DATABASE ${database}`);
  const own = new URL(url);
  own.pathname = `/${database}`;
  const store = await openStore({ databaseUrl: own.href, dataDirectory: '/nonexistent', logger: silentLogger });
  const close = async (): Promise<void> => {
    await store.close();
    await administer({ connectionString: url }, `DROP DATABASE ${database} WITH (FORCE)`);
  };
  return { store, database, close };
}

async function administer(connection: pg.ClientConfig, sql: string): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
