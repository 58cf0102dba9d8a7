import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const main = new URL('../../../src/main.ts', import.meta.url).pathname;
const tsx = new URL('../../../node_modules/tsx/dist/cli.mjs', import.meta.url).pathname;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nailup-cli-'));
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'good.csv'), 'Name;Nummer\nAnna;030 23125 001\nBob;12\n');
  await writeFile(join(folder, 'no-phone.csv'), 'name,city\nA,B\n');
  await writeFile(join(folder, 'picture.csv'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0]));
  await writeFile(join(folder, 'bad.yaml'), 'contcats:\n  defaultCountry: DE\n');
});
afterAll(() => rm(folder, { recursive: true }));

function nailup(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env };
  delete env['DATABASE_URL'];
  return new Promise((resolve) => {
    execFile(process.execPath, [tsx, main, ...args], { cwd: folder, env }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out, err });
    });
  });
}

describe('nailup contacts import, with something wrong,', () => {
  it.each([
    ['a missing file', ['nope.csv', '--list', 'x'], 'there is no such file [CONTACTS_FILE_MISSING]'],
    ['no phone column', ['no-phone.csv', '--list', 'x'], 'no phone column; the columns are "name", "city" [CONTACTS_NO_PHONE_COLUMN] Name it with --map'],
    ['a file that is no text', ['picture.csv', '--list', 'x'], '[CONTACTS_FILE_BINARY]'],
    ['an unknown delimiter', ['good.csv', '--list', 'x', '--delimiter', 'colon'], '[CONTACTS_DELIMITER]'],
    ['an unknown encoding', ['good.csv', '--list', 'x', '--encoding', 'ebcdic'], '[CONTACTS_ENCODING]'],
    ['an unknown country', ['good.csv', '--list', 'x', '--country', 'XX'], '[CONTACTS_COUNTRY]'],
    ['an unknown field', ['good.csv', '--list', 'x', '--map', 'fon=Nummer'], '[CONTACTS_MAP]'],
    ['an unknown key in the configuration', ['good.csv', '--list', 'x', '--config', 'bad.yaml'], 'bad.yaml:1:1: unknown key "contcats"'],
  ])('ends %s in one clear message and leaves nothing behind', async (_name, args, message) => {
    const before = await readdir(folder);
    const { code, out, err } = await nailup('contacts', 'import', ...args);
    expect({ code, out, lines: err.trimEnd().split('\n').length }).toEqual({ code: 1, out: '', lines: 1 });
    expect(err).toContain(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect(await readdir(folder)).toEqual(before);
  });
});

describe('nailup contacts and dnc', () => {
  it('import, list, and keep the do-not-call list', async () => {
    const imported = await nailup('contacts', 'import', 'good.csv', '--list', 'autumn', '--map', 'phone=Nummer', '--country', 'DE', '--json');
    expect(JSON.parse(imported.out)).toMatchObject({ list: 'autumn', read: 2, added: 1, rejected: 1, delimiter: ';' });
    expect(existsSync(join(folder, 'good.csv.rejects.csv'))).toBe(true);
    expect((await nailup('contacts', 'list')).out).toContain('autumn: 1 contacts, last import completed');
    expect(await nailup('dnc', 'check', '+493023125001')).toMatchObject({ code: 1, out: '+493023125001 is not on the do-not-call list\n' });
    expect((await nailup('dnc', 'add', '+49 30 23125001', '--source', 'letter')).code).toBe(0);
    expect(await nailup('dnc', 'check', '+493023125001')).toMatchObject({ code: 0, out: expect.stringMatching(/since .* \(letter\)/) });
    expect((await nailup('dnc', 'remove', '+493023125001')).out).toBe('+493023125001 was taken off the do-not-call list\n');
    expect((await nailup('dnc', 'remove', '+493023125001')).out).toBe('+493023125001 was not on the do-not-call list\n');
    expect((await nailup('dnc', 'add', 'Ann@Example.test')).out).toBe('ann@example.test is on the do-not-call list\n');
    expect((await nailup('dnc', 'check', 'ann@example.test')).code).toBe(0);
    expect(await nailup('dnc', 'add', 'Ann <ann@example.test>')).toMatchObject({ code: 1, err: expect.stringContaining('"Ann <ann@example.test>" is no mail address [CONTACTS_MAIL_ADDRESS]') });
  }, 120_000);
});
