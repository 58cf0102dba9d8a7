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

/** A store with a database of its own, empty and migrated. */
export async function openTestStore(): Promise<TestStore> {
  const database = `t_${randomBytes(6).toString('hex')}`;
  const server = new EmbeddedPostgres(testDataDirectory, silentLogger);
  const connection = await server.open();
  const store = await openStore({ dataDirectory: testDataDirectory, database, logger: silentLogger });
  return {
    store,
    database,
    close: async () => {
      await store.close();
      const client = new pg.Client({ ...connection, database: 'postgres' });
      await client.connect();
      await client.query(`DROP DATABASE ${database} WITH (FORCE)`);
      await client.end();
      await server.close();
    },
  };
}
