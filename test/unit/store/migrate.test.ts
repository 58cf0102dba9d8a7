import { silentLogger } from '../../../src/kernel/logger.ts';
import { migrate, type ScriptRunner } from '../../../src/store/migrations/migrate.ts';
import { migrations } from '../../../src/store/migrations/catalogue.ts';
import { statement } from '../../../src/store/index.ts';
import type { PostgresStore } from '../../../src/store/postgres/postgres-store.ts';
import { openTestStore, type TestStore } from '../../embedded-store.ts';

let test: TestStore;
let script: ScriptRunner;
beforeAll(async () => {
  test = await openTestStore();
  script = (work) => (test.store as PostgresStore).script(work);
});
afterAll(() => test.close());

const more = (...sql: string[]) => [...migrations, ...sql.map((text, index) => ({ version: migrations.length + 1 + index, name: `more-${index}`, sql: text }))];

it('versions are numbered from 1 without a gap', () => {
  expect(migrations.map((m) => m.version)).toEqual(migrations.map((_, index) => index + 1));
});

it('running them again changes nothing', async () => {
  expect(await migrate(script, 'here', silentLogger)).toBe(migrations.length);
});

it('a migration that fails leaves nothing of itself and can be run again', async () => {
  const broken = more('CREATE TABLE good (x int)', 'CREATE TABLE half (x int); SELECT nonsense');
  await expect(migrate(script, 'here', silentLogger, broken)).rejects.toThrow('nonsense');
  const tables = statement<{ t: string }>('test.tables', `SELECT tablename AS t FROM pg_tables WHERE tablename IN ('good', 'half')`);
  expect(await test.store.query(tables)).toEqual([{ t: 'good' }]);
  const mended = more('CREATE TABLE good (x int)', 'CREATE TABLE half (x int)');
  expect(await migrate(script, 'here', silentLogger, mended)).toBe(migrations.length + 2);
});

it('two servers that start at once migrate once', async () => {
  const next = more('CREATE TABLE good (x int)', 'CREATE TABLE half (x int)', 'CREATE TABLE once (x int)');
  await Promise.all([migrate(script, 'here', silentLogger, next), migrate(script, 'here', silentLogger, next), migrate(script, 'here', silentLogger, next)]);
});

it('a database of a newer version, and one with another history, are refused', async () => {
  await expect(migrate(script, 'here', silentLogger)).rejects.toMatchObject({ code: 'STORE_NEWER', place: 'here' });
  const edited = more('CREATE TABLE good (x bigint)', 'CREATE TABLE half (x int)', 'CREATE TABLE once (x int)');
  await expect(migrate(script, 'here', silentLogger, edited)).rejects.toMatchObject({ code: 'STORE_MIGRATION_CHANGED' });
});
