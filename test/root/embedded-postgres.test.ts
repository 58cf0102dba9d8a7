import { jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../src/kernel/logger.ts';
import { runningPostmaster } from '../../src/store/embedded-postgres/postmaster.ts';
import { openStore, statement, type Store } from '../../src/store/index.ts';

// Making clusters writes a lot: a busy machine may need its time.
jest.setTimeout(120_000);

const holdStore = new URL('../hold-store.ts', import.meta.url).pathname;
const nobody = 65_534;
const answer = statement<{ x: number }>('test.answer', 'SELECT 42 AS x', { repeatable: true });
const open = (dataDirectory: string): Promise<Store> => openStore({ dataDirectory, logger: silentLogger });

let base: string;

beforeAll(async () => {
  if (process.getuid?.() !== 0) throw new Error('These tests change the owner of files and run as root alone: sudo npm run test:root');
  base = await mkdtemp(join(tmpdir(), 'nailup-embedded-'));
  // The server's account must get through.
  await chmod(base, 0o755);
});
afterAll(async () => {
  if (base) await rm(base, { recursive: true, force: true });
});

describe('the embedded PostgreSQL of root', () => {
  it('finds a place for its files where its account can go', async () => {
    const closed = await mkdtemp(join(tmpdir(), 'nailup-closed-'));
    const hidden = join(closed, 'inner');
    const store = await open(hidden);
    const place = await readFile(join(hidden, 'postgres.location'), 'utf8');
    expect(place).toMatch(/^\/var\/lib\/nailup\/[0-9a-f]{16}$/);
    expect(await store.query(answer)).toEqual([{ x: 42 }]);
    await store.close();
    // When the data directory is gone, the next one that needs a place sweeps it away.
    await rm(closed, { recursive: true });
    const next = await mkdtemp(join(tmpdir(), 'nailup-closed-'));
    await (await open(join(next, 'inner'))).close();
    expect(existsSync(place)).toBe(false);
    await rm(await readFile(join(next, 'inner', 'postgres.location'), 'utf8'), { recursive: true });
    await rm(next, { recursive: true });
  });

  it('works for an ordinary account, and then for root in the same folder', async () => {
    const theirs = join(base, 'theirs');
    await mkdir(theirs);
    await chown(theirs, nobody, nobody);
    const child = spawn(process.execPath, ['--import', 'tsx', holdStore, theirs], { stdio: ['pipe', 'pipe', 'inherit'], uid: nobody, gid: nobody });
    const gone = once(child, 'exit');
    await once(child.stdout, 'data');
    const store = await open(theirs);
    expect(await store.query(answer)).toEqual([{ x: 42 }]);
    await store.close();
    child.stdin.write('close\n');
    await gone;
    expect(await runningPostmaster(join(theirs, 'postgres', 'data'))).toBeUndefined();
    const later = await open(theirs);
    expect(await later.query(answer)).toEqual([{ x: 42 }]);
    await later.close();
  });
});
