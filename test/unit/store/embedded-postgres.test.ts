import { jest } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning, ownIdentity } from '../../../src/kernel/process-identity.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { openStore, statement, type Store } from '../../../src/store/index.ts';
import { Users } from '../../../src/store/embedded-postgres/users.ts';
import { runningPostmaster } from '../../../src/store/embedded-postgres/postmaster.ts';

// Making and copying clusters writes a lot: a busy machine may need its time.
jest.setTimeout(120_000);

const holdStore = new URL('../../hold-store.ts', import.meta.url).pathname;
const asRoot = process.getuid?.() === 0;
const nobody = 65_534;
const answer = statement<{ x: number }>('test.answer', 'SELECT 42 AS x', { repeatable: true });

let base: string;
let directory: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'nailup-embedded-'));
  // A temporary folder is ours alone; as root the server's account must get through.
  await chmod(base, 0o755);
  directory = join(base, 'data');
});
afterAll(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  await rm(base, { recursive: true, force: true });
});

const open = (dataDirectory = directory): Promise<Store> => openStore({ dataDirectory, logger: silentLogger });
const data = (): string => join(directory, 'postgres', 'data');

async function hold(dataDirectory: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', holdStore, dataDirectory], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the holder ended with ${code}`)));
  });
  return child;
}

const ended = (child: ChildProcess): Promise<unknown> => (child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : new Promise((resolve) => child.once('exit', resolve)));

describe('the embedded PostgreSQL', () => {
  it('is made on first use, keeps its data, and is gone after close', async () => {
    const store = await open();
    expect(await store.query(answer)).toEqual([{ x: 42 }]);
    await store.query(statement('test.make', 'CREATE TABLE kept AS SELECT 7 AS x'));
    const pid = await runningPostmaster(data());
    expect(pid).toBeGreaterThan(0);
    await store.close();
    await store.close();
    expect(await runningPostmaster(data())).toBeUndefined();
    expect(isRunning(pid!)).toBe(false);
    const again = await open();
    expect(await again.query(statement('test.kept', 'SELECT x FROM kept'))).toEqual([{ x: 7 }]);
    await again.close();
  });

  it('runs under an account that is not root, in folders that nobody else can enter, without a TCP port', async () => {
    const store = await open();
    const pid = await runningPostmaster(data());
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    expect(Number(/^Uid:\s+(\d+)/m.exec(status)?.[1])).not.toBe(0);
    expect((await stat(join(directory, 'postgres'))).mode & 0o077).toBe(0);
    expect((await stat(join(directory, 'postgres.password'))).mode & 0o077).toBe(0);
    expect(await store.query(statement('test.listen', `SELECT current_setting('listen_addresses') AS x`))).toEqual([{ x: '' }]);
    await store.close();
  });

  it('is shared by those who open it at once, and stopped by the last of them', async () => {
    const stores = await Promise.all([open(), open(), open()]);
    const pid = await runningPostmaster(data());
    for (const store of stores.slice(0, 2)) await store.close();
    expect(await stores[2]!.query(answer)).toEqual([{ x: 42 }]);
    expect(await runningPostmaster(data())).toBe(pid);
    await stores[2]!.close();
    expect(await runningPostmaster(data())).toBeUndefined();
  });

  it('is shared with another process, which may outlive us', async () => {
    const child = await hold(directory);
    const store = await open();
    await store.close();
    expect(await runningPostmaster(data())).toBeDefined();
    child.stdin?.write('close\n');
    await ended(child);
    expect(await runningPostmaster(data())).toBeUndefined();
  });

  it('is adopted when the process that started it was killed, and then stopped by us', async () => {
    const child = await hold(directory);
    const pid = await runningPostmaster(data());
    child.kill('SIGKILL');
    await ended(child);
    expect(isRunning(pid!)).toBe(true);
    const store = await open();
    expect(await runningPostmaster(data())).toBe(pid);
    expect(await store.query(answer)).toEqual([{ x: 42 }]);
    await store.close();
    expect(isRunning(pid!)).toBe(false);
  });

  it('is stopped by a process that ends without closing it', async () => {
    const child = await hold(directory);
    const pid = await runningPostmaster(data());
    child.stdin?.write('exit\n');
    await ended(child);
    for (let i = 0; i < 200 && isRunning(pid!); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isRunning(pid!)).toBe(false);
  });

  it('has one owner of its lock, although many find that of a dead process at once', async () => {
    const dead = ownIdentity().replace(/\/\d+\/\d+$/, '/4194303/1');
    let inside = 0;
    for (let round = 0; round < 20; round++) {
      await writeFile(join(directory, 'postgres.lock'), dead);
      await Promise.all(Array.from({ length: 8 }, () => new Users(directory).alone(async () => {
        expect(++inside).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 1));
        inside -= 1;
      })));
    }
  });

  /** For a moment the connections of one that was killed live on, and answer: there is none until callers need one. */
  const postmaster = async (store: Store): Promise<number> => {
    for (;;) {
      const pid = await runningPostmaster(data());
      if (pid !== undefined) return pid;
      await store.query(answer);
    }
  };

  it('is started again when it was killed, and callers only wait', async () => {
    const store = await open();
    const first = await postmaster(store);
    for (let round = 0; round < 3; round++) {
      process.kill(await postmaster(store), 'SIGKILL');
      const answers = await Promise.all(Array.from({ length: 8 }, () => store.query(answer)));
      expect(answers.every(([row]) => row?.x === 42)).toBe(true);
    }
    expect(await postmaster(store)).not.toBe(first);
    await store.close();
    expect(await runningPostmaster(data())).toBeUndefined();
  });

  it('does transactions that may be repeated exactly once each, although it is killed in between', async () => {
    const store = await open();
    await store.query(statement('test.done', 'CREATE TABLE done (id int PRIMARY KEY)'));
    await store.query(statement('test.sum', 'CREATE TABLE sum AS SELECT 0 AS x'));
    const mark = statement<{ id: number }>('test.mark', 'INSERT INTO done VALUES ($1) ON CONFLICT DO NOTHING RETURNING id');
    const add = statement('test.add', 'UPDATE sum SET x = x + 1');
    let next = 0;
    let killed = 0;
    const line = async (): Promise<void> => {
      for (let id = next++; id < 300; id = next++) {
        if (id === 60 || id === 180) {
          process.kill(await postmaster(store), 'SIGKILL');
          killed += 1;
        }
        await store.transaction(async (tx) => {
          if ((await tx.query(mark, [id])).length > 0) await tx.query(add);
        }, { repeatable: true });
      }
    };
    await Promise.all(Array.from({ length: 6 }, line));
    expect(killed).toBe(2);
    expect(await store.query(statement('test.result', 'SELECT (SELECT x FROM sum) AS x, (SELECT count(*) FROM done) AS n'))).toEqual([{ x: 300, n: 300 }]);
    await store.close();
  });

  it('starts although a killed one left its lock files, one of them naming a process that is somebody else', async () => {
    await writeFile(join(data(), 'postmaster.pid'), `${process.pid}\n${data()}\n`);
    await writeFile(join(directory, 'postgres.lock'), ownIdentity().replace(/\/\d+\/\d+$/, '/4194303/1'));
    await writeFile(join(directory, 'postgres-users', 'dead'), ownIdentity().replace(/\/\d+\/\d+$/, '/4194303/1'));
    if (asRoot) await chown(join(data(), 'postmaster.pid'), nobody, nobody);
    const store = await open();
    expect(await store.query(answer)).toEqual([{ x: 42 }]);
    await store.close();
    expect(await runningPostmaster(data())).toBeUndefined();
    expect(existsSync(join(directory, 'postgres-users', 'dead'))).toBe(false);
  });

  it('works in a folder whose path is too long for a socket', async () => {
    const deep = join(base, 'd'.repeat(60), 'e'.repeat(60));
    const store = await open(deep);
    expect(await store.query(answer)).toEqual([{ x: 42 }]);
    await store.close();
  });

  it('says clearly when the data directory cannot be used', async () => {
    await writeFile(join(base, 'file'), '');
    await expect(open(join(base, 'file'))).rejects.toMatchObject({ code: 'STORE_DATA_DIRECTORY', place: join(base, 'file') });
    const other = join(base, 'other-version');
    await mkdir(join(other, 'postgres', 'data'), { recursive: true });
    await writeFile(join(other, 'postgres', 'data', 'PG_VERSION'), '12\n');
    await expect(open(other)).rejects.toMatchObject({ code: 'STORE_VERSION' });
  });
});

describe('a database URL', () => {
  const tryUrl = (databaseUrl: string): Promise<Store> => openStore({ databaseUrl, dataDirectory: directory, logger: silentLogger, patienceMs: 200 });

  it('that cannot be read is refused with how to write it', async () => {
    await expect(tryUrl('mysql://localhost/x')).rejects.toMatchObject({ code: 'STORE_BAD_URL' });
    await expect(tryUrl('not a url')).rejects.toMatchObject({ code: 'STORE_BAD_URL' });
  });

  it('where nobody listens ends in one clear message that does not show the password', async () => {
    const error: { code: string; line: string } = await tryUrl('postgres://me:secret@127.0.0.1:1/x').then(() => Promise.reject(new Error('opened')), (e) => e);
    expect(error.code).toBe('STORE_UNREACHABLE');
    expect(error.line).toContain('127.0.0.1:1');
    expect(error.line).not.toContain('secret');
  });
});
