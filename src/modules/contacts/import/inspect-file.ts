import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { isUtf8 } from 'node:buffer';
import { NailupError } from '../../../kernel/nailup-error.ts';

export type Encoding = 'utf8' | 'latin1';

export interface FileFacts {
  readonly bytes: number;
  /** Of the whole file. */
  readonly sha256: string;
  readonly encoding: Encoding;
  /** Length of the byte order mark: where the text begins. */
  readonly start: number;
  /** The first 64 KiB, without the mark. */
  readonly sample: Buffer;
}

const sampleBytes = 65_536;

/**
 * Reads the file once, in pieces: its hash, its size, and whether all of it is UTF-8; what is not UTF-8 is Latin-1.
 * @throws NailupError CONTACTS_FILE_MISSING, CONTACTS_FILE_EMPTY, CONTACTS_FILE_BINARY, CONTACTS_ENCODING
 */
export async function inspectFile(file: string, wanted?: Encoding): Promise<FileFacts> {
  const first = await readSample(file);
  if (first.length === 0) throw new NailupError('CONTACTS_FILE_EMPTY', 'the file is empty', { place: file, mend: 'It needs a header line and a line per contact.' });
  rejectUtf16(file, first);
  const start = first[0] === 0xef && first[1] === 0xbb && first[2] === 0xbf ? 3 : 0;
  if (looksBinary(first)) throw new NailupError('CONTACTS_FILE_BINARY', 'this is not a text file', { place: file, mend: 'Save the list as CSV (a spreadsheet\'s "Save as … CSV UTF-8").' });
  const { bytes, sha256, notUtf8At } = await scan(file);
  if (notUtf8At !== undefined && (wanted === 'utf8' || start === 3)) {
    throw new NailupError('CONTACTS_ENCODING', `the file is not UTF-8: near byte ${notUtf8At}`, { place: file, mend: 'Save it as UTF-8, or say --encoding latin1.' });
  }
  const encoding = wanted ?? (notUtf8At === undefined ? 'utf8' : 'latin1');
  return { bytes, sha256, encoding, start, sample: first.subarray(start) };
}

async function readSample(file: string): Promise<Buffer> {
  try {
    const facts = await stat(file);
    if (facts.isDirectory()) throw new NailupError('CONTACTS_FILE_MISSING', 'this is a folder', { place: file, mend: 'Name the CSV file in it.' });
    // The file is read more than once, and from the middle when an import goes on.
    if (!facts.isFile()) throw new NailupError('CONTACTS_FILE_MISSING', 'this is not a regular file', { place: file, mend: 'Write what it gives into a file first.' });
    const handle = await open(file, 'r');
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(sampleBytes), 0, sampleBytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof NailupError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new NailupError('CONTACTS_FILE_MISSING', missing ? 'there is no such file' : `the file cannot be read: ${(error as Error).message}`, { place: file, mend: 'Check the path and its permissions.', cause: error });
  }
}

function rejectUtf16(file: string, first: Buffer): void {
  const little = first[0] === 0xff && first[1] === 0xfe;
  const big = first[0] === 0xfe && first[1] === 0xff;
  if (little || big) throw new NailupError('CONTACTS_ENCODING', `the file is UTF-${first[2] === 0 && first[3] === 0 && little ? '32' : '16'}`, { place: file, mend: 'Save it as UTF-8 (a spreadsheet\'s "CSV UTF-8", not "Unicode text").' });
}

/** A NUL, or a tenth of control characters that no text has. */
function looksBinary(sample: Buffer): boolean {
  let odd = 0;
  for (const byte of sample) {
    if (byte === 0) return true;
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c && byte !== 0x1b) odd += 1;
  }
  return odd * 10 > sample.length;
}

async function scan(file: string): Promise<{ bytes: number; sha256: string; notUtf8At: number | undefined }> {
  const hash = createHash('sha256');
  let bytes = 0;
  let notUtf8At: number | undefined;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    if (notUtf8At === undefined) {
      const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      // A character may go on in the next piece: its first bytes wait.
      const whole = text.length - incompleteTail(text);
      if (!isUtf8(text.subarray(0, whole))) notUtf8At = bytes - rest.length + firstFault(text.subarray(0, whole));
      rest = text.subarray(whole);
    }
    bytes += chunk.length;
  }
  if (notUtf8At === undefined && rest.length > 0) notUtf8At = bytes - rest.length;
  return { bytes, sha256: hash.digest('hex'), notUtf8At };
}

/** How many bytes at the end are the beginning of a character that is not all there (RFC 3629 §3). */
function incompleteTail(text: Buffer): number {
  for (let back = 1; back <= Math.min(3, text.length); back++) {
    const byte = text[text.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

function firstFault(text: Buffer): number {
  let good = 0;
  for (let step = text.length; step >= 1; step = Math.floor(step / 2)) {
    while (good + step <= text.length && isUtf8(text.subarray(good, good + step))) good += step;
  }
  return good;
}
