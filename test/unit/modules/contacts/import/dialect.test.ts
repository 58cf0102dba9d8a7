import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { detectDelimiter, parseDelimiter, separatorLine } from '../../../../../src/modules/contacts/import/dialect.ts';
import { mapColumns } from '../../../../../src/modules/contacts/import/columns.ts';
import { inspectFile } from '../../../../../src/modules/contacts/import/inspect-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nailup-dialect-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(content: Buffer | string): Promise<string> {
  const path = join(folder, `f${Math.random().toString(36).slice(2)}.csv`);
  await writeFile(path, content);
  return path;
}

describe('the delimiter', () => {
  it.each([
    ['a comma', 'name,phone\nA,1\nB,2\n', ','],
    ['a semicolon', 'name;phone\nA;1\nB;2\n', ';'],
    ['a tab', 'name\tphone\nA\t1\n', '\t'],
    ['a pipe', 'name|phone\nA|1\n', '|'],
    ['a semicolon although the texts have commas', 'name;phone;note\nA;1;"x, y, z"\nB, C;2;a,b\n', ';'],
    ['a comma although a quoted text has semicolons', 'name,phone\n"A;B;C",1\n"D;E",2\n', ','],
    ['a semicolon although quoted line ends are in between', 'name;phone\n"A\nB, C\nD";1\nE;2\n', ';'],
    ['a comma where there is but one column', 'phone\n+4930\n', ','],
    ['a comma in a header without rows', 'name,phone', ','],
  ])('is found: %s', (_name, text, delimiter) => {
    expect(detectDelimiter(Buffer.from(text))).toBe(delimiter);
  });

  it('is what a spreadsheet says in its first line', () => {
    expect(separatorLine(Buffer.from('sep=;\r\nname;phone'))).toEqual({ delimiter: ';', bytes: 7 });
    expect(separatorLine(Buffer.from('name;phone'))).toBeUndefined();
  });

  it('has a word on the command line', () => {
    expect(['comma', ';', 'TAB', '|'].map(parseDelimiter)).toEqual([',', ';', '\t', '|']);
    expect(() => parseDelimiter('colon')).toThrow('"colon" is no delimiter');
  });
});

describe('the file', () => {
  it('is UTF-8 when all of it is, also with a mark and characters across pieces', async () => {
    const text = `phone,name\n${'1,é€😀\n'.repeat(200_000)}`;
    expect(await inspectFile(await file(`a${text}`))).toMatchObject({ encoding: 'utf8', start: 0 });
    expect(await inspectFile(await file(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)])))).toMatchObject({ encoding: 'utf8', start: 3 });
  });

  it('is Latin-1 when a late byte is not UTF-8', async () => {
    const path = await file(Buffer.concat([Buffer.from(`phone,name\n${'1,x\n'.repeat(100_000)}`), Buffer.from('2,Müller\n', 'latin1')]));
    expect(await inspectFile(path)).toMatchObject({ encoding: 'latin1' });
    await expect(inspectFile(path, 'utf8')).rejects.toMatchObject({ code: 'CONTACTS_ENCODING', message: expect.stringContaining('near byte 400014') });
  });

  it('that ends within a character is not UTF-8', async () => {
    expect(await inspectFile(await file(Buffer.concat([Buffer.from('phone\n'), Buffer.from([0xe2, 0x82])])))).toMatchObject({ encoding: 'latin1' });
  });

  it.each([
    ['UTF-16', Buffer.from('\ufeffphone', 'utf16le'), 'CONTACTS_ENCODING'],
    ['empty', '', 'CONTACTS_FILE_EMPTY'],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d]), 'CONTACTS_FILE_BINARY'],
    ['noise', Buffer.from(Array.from({ length: 500 }, (_, i) => 1 + (i % 8))), 'CONTACTS_FILE_BINARY'],
  ])('is refused when it is %s', async (_name, content, code) => {
    await expect(inspectFile(await file(content))).rejects.toMatchObject({ code });
  });

  it('is refused when it is missing, a folder or a device', async () => {
    await expect(inspectFile(join(folder, 'nope.csv'))).rejects.toMatchObject({ code: 'CONTACTS_FILE_MISSING', message: 'there is no such file' });
    await expect(inspectFile(folder)).rejects.toMatchObject({ code: 'CONTACTS_FILE_MISSING', message: 'this is a folder' });
    await expect(inspectFile('/dev/null')).rejects.toMatchObject({ code: 'CONTACTS_FILE_MISSING', message: 'this is not a regular file' });
  });
});

describe('the columns', () => {
  it.each([
    [['Name', 'Phone Number'], 1], [['TELEFON', 'x'], 0], [['Vorname', 'Telefon-Nr.', 'Handy'], 1], [['nombre', 'Teléfono'], 1], [['id', 'E.164'], 1], [['mobile', 'phone'], 1],
  ])('%j: the phone is number %i', (header, phone) => {
    expect(mapColumns('f.csv', header, {}).phone).toBe(phone);
  });

  it('are what the caller says', () => {
    expect(mapColumns('f.csv', ['Nummer', 'Phone', 'Region'], { phone: 'nummer', country: 'Region' })).toMatchObject({ phone: 0, country: 2 });
    expect(() => mapColumns('f.csv', ['a', 'b'], { phone: 'c' })).toThrow('there is no column "c"; the columns are "a", "b"');
  });

  it('are named in the error when none is a phone', () => {
    expect(() => mapColumns('f.csv', ['a', '', 'c'], {})).toThrow('no phone column; the columns are "a", "column_2", "c"');
  });

  it('have names of their own', () => {
    expect(() => mapColumns('f.csv', ['phone', 'x', 'x'], {})).toThrow('two columns are named "x"');
  });
});
