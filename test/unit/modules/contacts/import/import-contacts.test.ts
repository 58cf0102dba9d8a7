import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '../../../../../src/kernel/random.ts';
import { silentLogger } from '../../../../../src/kernel/logger.ts';
import { contactLists, contactsOf, importContacts, type Contact, type ImportRequest, type ImportSummary } from '../../../../../src/modules/contacts/index.ts';
import { openTestStore, testDataDirectory, type TestStore } from '../../../../embedded-store.ts';

let test: TestStore;
let folder: string;
let lists = 0;

beforeAll(async () => {
  test = await openTestStore();
  folder = await mkdtemp(join(tmpdir(), 'nailup-import-'));
});
afterAll(async () => {
  await test.close();
  await rm(folder, { recursive: true });
});

async function importText(text: string | Buffer, more: Partial<ImportRequest> = {}): Promise<{ summary: ImportSummary; contacts: readonly Contact[]; file: string }> {
  const list = more.list ?? `list-${++lists}`;
  const file = join(folder, `${list}-${++lists}.csv`);
  await writeFile(file, text);
  const summary = await importContacts(test.store, { file, list, country: 'DE', ...more }, silentLogger);
  return { summary, contacts: await contactsOf(test.store, list, { limit: 100_000 }), file };
}

const bare = (contact: Contact): object => ({ phone: contact.phone, attributes: contact.attributes });

describe('an import', () => {
  it('reads phones, time zones and every further column', async () => {
    const { summary, contacts } = await importText('name,phone,city,timezone\nAnna,030 23125 001,Berlin,\nBob,+1 808 555 0147,Honolulu,\nCem,+49 30 23125 002,Wien,Europe/Vienna\n');
    expect(summary).toMatchObject({ read: 3, added: 3, updated: 0, rejected: 0, rejectsFile: undefined, resumed: false });
    expect(contacts).toMatchObject([
      { phone: '+493023125001', country: 'DE', timeZones: ['Europe/Berlin'], zoneSource: 'country', attributes: { name: 'Anna', city: 'Berlin' } },
      { phone: '+18085550147', country: 'US', timeZones: ['Pacific/Honolulu'], zoneSource: 'number', attributes: { name: 'Bob', city: 'Honolulu' } },
      { phone: '+493023125002', country: 'DE', timeZones: ['Europe/Vienna'], zoneSource: 'row', attributes: { name: 'Cem', city: 'Wien' } },
    ]);
  });

  const rows = [['Jürgen "J"', '030 23125 001', 'x,y;z|t\tu'], ['two\nlines', '030 23125 002', '']];
  const text = (delimiter: string, end = '\n'): string => [['Name', 'Telefon', 'note'], ...rows].map((row) => row.map((field) => `"${field.replaceAll('"', '""')}"`).join(delimiter)).join(end) + end;
  it.each([
    ['comma', text(',')], ['semicolon', text(';')], ['tab', text('\t')], ['pipe', text('|')], ['Windows line ends', text(';', '\r\n')], ['old Mac line ends', text(',', '\r')],
    ['a byte order mark', `\ufeff${text(';')}`], ['Latin-1', Buffer.from(text(';'), 'latin1')], ['no line end at the end', text(',').slice(0, -1)], ['empty lines', text(',').replace('030 23125 001', '030 23125 001') + '\n\n'],
    ['a line that names the separator', `sep=;\r\n${text(';')}`],
  ])('reads a file with %s', async (_name, content) => {
    const { summary, contacts } = await importText(content);
    expect(summary).toMatchObject({ read: 2, added: 2, rejected: 0 });
    expect(contacts.map(bare)).toEqual([
      { phone: '+493023125001', attributes: { Name: 'Jürgen "J"', note: 'x,y;z|t\tu' } },
      { phone: '+493023125002', attributes: { Name: 'two\nlines', note: '' } },
    ]);
  });

  it('takes Windows letters in what calls itself Latin-1', async () => {
    const { contacts } = await importText(Buffer.from('phone;betrag\n030 23125 001;5 \x80 \x84x\x93\n', 'latin1'));
    expect(contacts[0]?.attributes).toEqual({ betrag: '5 € „x“' });
  });

  it('writes bad rows to the rejects file with line, field and reason', async () => {
    const { summary, contacts } = await importText('name,phone,tz\n"A\nB",12,\nC,,\nD,030 23125 001,Europe/Nowhere\nE,030 23125 002\nF,030 23125 003,\n"G ""x""",abc,\n');
    expect(summary).toMatchObject({ read: 6, added: 1, rejected: 5 });
    expect(contacts).toHaveLength(1);
    expect(await readFile(summary.rejectsFile!, 'utf8')).toBe([
      'line,field,reason,value,record',
      '2,phone,too short,12,"""A\nB"",12,"',
      '4,phone,empty,,"C,,"',
      '5,tz,is no IANA time zone such as Europe/Berlin,Europe/Nowhere,"D,030 23125 001,Europe/Nowhere"',
      '6,(record),"has 2 fields, the header has 3",,"E,030 23125 002"',
      '8,phone,not a phone number,abc,"""G """"x"""""",abc,"',
      '',
    ].join('\n'));
  });

  it('updates a contact that comes again, in the file or later, and keeps attributes that the new row does not have', async () => {
    const first = await importText('name,phone,city\nAnna,030 23125 001,Berlin\nAnne,+493023125001,Bonn\nBob,030 23125 002,\n');
    expect(first.summary).toMatchObject({ read: 3, added: 2, updated: 1, rejected: 0 });
    const second = await importText('phone,name,shoe\n0049 30 23125 001,Änne,42\n', { list: first.summary.list });
    expect(second.summary).toMatchObject({ read: 1, added: 0, updated: 1 });
    expect(second.contacts.map(bare)).toEqual([
      { phone: '+493023125001', attributes: { name: 'Änne', city: 'Bonn', shoe: '42' } },
      { phone: '+493023125002', attributes: { name: 'Bob', city: '' } },
    ]);
  });

  it('ends the same whether doubles meet in one batch or not', async () => {
    const many = 'phone,n,m\n' + Array.from({ length: 90 }, (_, i) => `030 23125 00${i % 7},${i},${i % 2 === 0 ? 'even' : ''}\n`).join('');
    const results = await Promise.all([1, 4, 1_000].map((batch) => importText(many, { batch })));
    for (const { summary, contacts } of results) {
      expect(summary).toMatchObject({ read: 90, added: 7, updated: 83 });
      expect(contacts.map(bare)).toEqual(results[0]!.contacts.map(bare));
    }
  });

  it('keeps hostile headers and values as plain data', async () => {
    const { contacts } = await importText('phone,__proto__,constructor,=cmd\n030 23125 001,a,b,\'; DROP TABLE contact; --\n');
    expect(Object.entries(contacts[0]!.attributes)).toEqual(expect.arrayContaining([['__proto__', 'a'], ['constructor', 'b'], ['=cmd', '\'; DROP TABLE contact; --']]));
  });

  it('rejects the row with a NUL character, not the file', async () => {
    const { summary } = await importText(`phone,name\n${'030 23125 001,x\n'.repeat(5_000)}030 23125 002,a\0b\n`);
    expect(summary).toMatchObject({ read: 5_001, added: 1, updated: 4_999, rejected: 1 });
    expect(await readFile(summary.rejectsFile!, 'utf8')).toContain('5002,name,has a NUL character');
  });

  it.each([
    ['a quote that is never closed', 'phone,name\n030 23125 001,ok\n030 23125 002,"open\n030 23125 003,x\n', 'CONTACTS_CSV', ':3'],
    ['no phone column', 'name,city\nA,B\n', 'CONTACTS_NO_PHONE_COLUMN', ':1'],
    ['nothing but line ends', '\n\n\n', 'CONTACTS_FILE_EMPTY', ''],
  ])('with %s changes nothing and says where', async (_name, content, code, place) => {
    const list = `untouched-${++lists}`;
    await expect(importText(content, { list })).rejects.toMatchObject({ code, place: expect.stringMatching(new RegExp(`\\.csv${place}$`)) });
    expect((await contactLists(test.store)).map((l) => l.name)).not.toContain(list);
  });

  it('of a header alone reads no contact', async () => {
    expect((await importText('name,phone\n')).summary).toMatchObject({ read: 0, added: 0, rejected: 0 });
  });

  it('empties the rejects file of an earlier run when there is nothing to reject any more', async () => {
    const { file, summary } = await importText('phone\n12\n');
    await writeFile(file, 'phone\n030 23125 001\n');
    await importContacts(test.store, { file, list: summary.list, country: 'DE' }, silentLogger);
    expect(await readFile(summary.rejectsFile!, 'utf8')).toBe('line,field,reason,value,record\n');
  });

  it('that cannot write its rejects says so and leaves no half file', async () => {
    await expect(importText('phone\n12\n', { rejectsFile: join(folder, 'no', 'such', 'folder.csv') })).rejects.toMatchObject({ code: 'CONTACTS_REJECTS_FILE' });
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('interrupted between batches goes on when it is run again', async () => {
    const interrupted = new AbortController();
    const text = 'phone,n\n' + Array.from({ length: 100 }, (_, i) => `030 23125 ${String(i).padStart(3, '0')},${i}\n`).join('');
    const list = `interrupted-${++lists}`;
    const file = join(folder, `${list}.csv`);
    await writeFile(file, text);
    const request: ImportRequest = { file, list, country: 'DE', batch: 10, signal: interrupted.signal, onProgress: ({ rowsRead }) => (rowsRead === 30 ? interrupted.abort() : undefined) };
    await expect(importContacts(test.store, request, silentLogger)).rejects.toMatchObject({ code: 'CONTACTS_INTERRUPTED' });
    expect(await contactsOf(test.store, list)).toHaveLength(30);
    const read: number[] = [];
    const summary = await importContacts(test.store, { file, list, country: 'DE', batch: 10, onProgress: ({ rowsRead }) => void read.push(rowsRead) }, silentLogger);
    expect(read).toEqual([40, 50, 60, 70, 80, 90, 100]);
    expect(summary).toMatchObject({ resumed: true, read: 100, added: 100, updated: 0 });
  });

  it('by two processes at once is done by one of them', async () => {
    const file = join(folder, 'both.csv');
    await writeFile(file, 'phone,n\n' + Array.from({ length: 300 }, (_, i) => `030 23125 ${String(i).padStart(3, '0')},${i}\n`).join(''));
    const run = (): Promise<ImportSummary> => importContacts(test.store, { file, list: 'both', country: 'DE', batch: 5 }, silentLogger);
    const outcomes = await Promise.allSettled([run(), run()]);
    const failed = outcomes.filter((o) => o.status === 'rejected').map((o) => (o as PromiseRejectedResult).reason as { code: string });
    expect(failed.every((e) => e.code === 'CONTACTS_IMPORT_TWICE')).toBe(true);
    const done = outcomes.filter((o) => o.status === 'fulfilled').map((o) => (o as PromiseFulfilledResult<ImportSummary>).value);
    expect(done.length).toBeGreaterThan(0);
    expect(await contactsOf(test.store, 'both', { limit: 1_000 })).toHaveLength(300);
  });

  it('of the example list reads 300 rows', async () => {
    const file = new URL('../../../../../examples/contacts.csv', import.meta.url).pathname;
    const summary = await importContacts(test.store, { file, list: 'example', country: 'US', check: 'valid', rejectsFile: join(folder, 'example.rejects.csv') }, silentLogger);
    expect(summary).toMatchObject({ read: 300, added: 288, updated: 2, rejected: 10 });
  });
});

describe('an import that is killed', () => {
  const rows = 2_000;
  const text = 'name,phone,note\n' + Array.from({ length: rows }, (_, i) => {
    if (i % 97 === 13) return `bad ${i},12,x\n`;
    return `${i % 50 === 0 ? `"line\nend ${i}"` : `n${i}`},030 23125 ${String((i * 7) % 1_000).padStart(3, '0')},${i % 3 === 0 ? '' : `v${i}`}\n`;
  }).join('');

  async function once(file: string, list: string, rejects: string, killAtRow: number | undefined): Promise<string> {
    const script = new URL('kill-import.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--import', 'tsx', script, testDataDirectory, test.database, file, list, rejects], { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      out += piece;
      const row = Number(out.trimEnd().split('\n').at(-1));
      if (killAtRow !== undefined && row >= killAtRow) child.kill('SIGKILL');
    });
    await new Promise((resolve) => child.once('close', resolve));
    return out;
  }

  it('at any moment, again and again, ends with the list and the rejects of one that was not', async () => {
    const file = join(folder, 'kill.csv');
    await writeFile(file, text);
    const [whole, pieces] = [join(folder, 'whole.rejects.csv'), join(folder, 'pieces.rejects.csv')];
    const reference = await importContacts(test.store, { file, list: 'whole', country: 'DE', rejectsFile: whole }, silentLogger);
    const random = new SeededRandom(11);
    for (let at = 0, kills = 0; kills < 4; kills++) {
      at += 50 + Math.floor(random.next() * 400);
      await once(file, 'pieces', pieces, at);
      expect(existsSync(pieces)).toBe(false);
    }
    const last = (await once(file, 'pieces', pieces, undefined)).trimEnd().split('\n').at(-1) ?? '';
    const { read, added, updated, rejected } = reference;
    expect(JSON.parse(last)).toMatchObject({ resumed: true, read, added, updated, rejected });
    expect((await contactsOf(test.store, 'pieces', { limit: 10_000 })).map(bare)).toEqual((await contactsOf(test.store, 'whole', { limit: 10_000 })).map(bare));
    expect(await readFile(pieces, 'utf8')).toBe(await readFile(whole, 'utf8'));
  }, 120_000);
});
