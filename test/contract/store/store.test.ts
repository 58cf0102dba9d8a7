import { statement, type Store } from '../../../src/store/index.ts';
import { migrations } from '../../../src/store/migrations/catalogue.ts';
import { openTestStore, type TestStore } from '../../embedded-store.ts';

/** What every store must do: the embedded PostgreSQL, or with TEST_DATABASE_URL a server of one's own. */
const run = statement;
let names = 0;
/** A statement of its own name: prepared statements are known by name. */
const once = <R extends object>(text: string) => run<R>(`contract.${++names}`, text);

describe(process.env['TEST_DATABASE_URL'] === undefined ? 'the embedded PostgreSQL' : 'the PostgreSQL of TEST_DATABASE_URL', () => {
  let opened: TestStore;
  let store: Store;

  beforeAll(async () => {
    opened = await openTestStore();
    store = opened.store;
    await store.query(once('DROP TABLE IF EXISTS account'));
    await store.query(once('CREATE TABLE account (id int PRIMARY KEY, amount bigint NOT NULL)'));
  });
  afterAll(async () => {
    await opened.close();
    expect(store.openConnections).toBe(0);
  });
  beforeEach(async () => {
    await store.query(once('TRUNCATE account'));
    await store.query(once('INSERT INTO account VALUES (1, 100), (2, 100)'));
  });

  it('gives instants as milliseconds, bigint as numbers, json as values and arrays as arrays', async () => {
    const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    const select = once<{ at: number; big: number; json: unknown; zones: string[]; nothing: null; ever: number }>(
      `SELECT $1::timestamptz AS at, 9007199254740991::bigint AS big, $2::jsonb AS json, $3::text[] AS zones, NULL AS nothing, 'infinity'::timestamptz AS ever`);
    const [row] = await store.query(select, [new Date(at), { a: [1, 'ü'] }, ['x,y', '{"']]);
    expect(row).toEqual({ at, big: 9007199254740991, json: { a: [1, 'ü'] }, zones: ['x,y', '{"'], nothing: null, ever: Infinity });
  });

  it('keeps a transaction\'s changes when its work ends well, and none of them when it throws', async () => {
    const set = once('UPDATE account SET amount = $2 WHERE id = $1');
    await store.transaction(async (tx) => {
      await tx.query(set, [1, 50]);
      await tx.query(set, [2, 150]);
    });
    await expect(store.transaction(async (tx) => {
      await tx.query(set, [1, 0]);
      throw new Error('changed my mind');
    })).rejects.toThrow('changed my mind');
    const rows = await store.query(once<{ amount: number }>('SELECT amount FROM account ORDER BY id'));
    expect(rows.map((r) => r.amount)).toEqual([50, 150]);
  });

  it('runs a transaction again after a deadlock, so that both of two crossing ones are kept', async () => {
    const add = once('UPDATE account SET amount = amount + $2 WHERE id = $1');
    let started = 0;
    let go: () => void = () => undefined;
    const bothHold = new Promise<void>((resolve) => (go = resolve));
    const cross = (first: number, second: number) => store.transaction(async (tx) => {
      await tx.query(add, [first, 1]);
      if (++started === 2) go();
      await bothHold;
      await tx.query(add, [second, 1]);
    });
    await Promise.all([cross(1, 2), cross(2, 1)]);
    expect(started).toBe(3);
    const rows = await store.query(once<{ amount: number }>('SELECT amount FROM account ORDER BY id'));
    expect(rows.map((r) => r.amount)).toEqual([102, 102]);
  });

  it('serves more callers at once than it has connections', async () => {
    const add = once('UPDATE account SET amount = amount + 1 WHERE id = 1');
    await Promise.all(Array.from({ length: 200 }, () => store.query(add)));
    const [row] = await store.query(once<{ amount: number }>('SELECT amount FROM account WHERE id = 1'));
    expect(row?.amount).toBe(300);
  });

  it('hands an error of the statement to its caller and goes on', async () => {
    await expect(store.query(once('INSERT INTO account VALUES (1, 1)'))).rejects.toMatchObject({ code: '23505' });
    await expect(store.query(once('SELECT nonsense'))).rejects.toMatchObject({ code: '42703' });
    expect(await store.query(once('SELECT 1 AS x'))).toEqual([{ x: 1 }]);
  });

  it('goes on after its connections were cut, and repeats a statement that may be repeated', async () => {
    const cut = once('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()');
    await Promise.all(Array.from({ length: 5 }, () => store.query(once('SELECT pg_sleep(0.05)'))));
    await store.query(cut);
    expect(await store.query(once('SELECT 2 AS x'))).toEqual([{ x: 2 }]);
    const suicide = run<{ ended: boolean }>('contract.suicide', `SELECT CASE WHEN set_config('x.y', '1', false) = '1' THEN true END AS ended, pg_sleep(0.4)`, { repeatable: true });
    const asked = store.query(suicide);
    await store.query(once('SELECT pg_sleep(0.1)'));
    await store.query(once(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%x.y%' AND pid <> pg_backend_pid()`));
    expect((await asked)[0]?.ended).toBe(true);
  });

  it('keeps no half of a transaction whose connection was cut, and runs it again', async () => {
    let tries = 0;
    await store.transaction(async (tx) => {
      tries += 1;
      await tx.query(once('UPDATE account SET amount = amount - 10 WHERE id = 1'));
      if (tries === 1) await tx.query(once('SELECT pg_terminate_backend(pg_backend_pid())'));
      await tx.query(once('UPDATE account SET amount = amount + 10 WHERE id = 2'));
    });
    expect(tries).toBe(2);
    const rows = await store.query(once<{ amount: number }>('SELECT amount FROM account ORDER BY id'));
    expect(rows.map((r) => r.amount)).toEqual([90, 110]);
  });

  it('is migrated to the newest version', async () => {
    const rows = await store.query(once<{ version: number }>('SELECT version FROM schema_migration ORDER BY version'));
    expect(rows.map((r) => r.version)).toEqual(migrations.map((m) => m.version));
  });
});
