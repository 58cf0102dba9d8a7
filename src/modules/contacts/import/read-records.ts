import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { NailupError } from '../../../kernel/nailup-error.ts';
import type { Delimiter } from './dialect.ts';
import type { Encoding } from './inspect-file.ts';

export interface CsvPlace {
  readonly file: string;
  readonly encoding: Encoding;
  readonly delimiter: Delimiter;
  /** Where to begin: a byte that starts a record, and the number of lines before it. */
  readonly byte: number;
  readonly line: number;
}

export interface CsvRecord {
  readonly fields: readonly string[];
  /** The line on which the record begins, from 1. */
  readonly line: number;
  /** The first byte, and the number of lines, after the record. */
  readonly endByte: number;
  readonly endLine: number;
}

/** One record has at most so many characters; a longer one is a quote that was never closed. */
const maxRecordChars = 1_000_000;

/**
 * Records from a byte on, one at a time. Quotes within an unquoted field are taken literally, as spreadsheets do.
 * @throws NailupError CONTACTS_CSV when a quoted field has no end.
 */
export async function* readRecords(place: CsvPlace): AsyncGenerator<CsvRecord> {
  const source = createReadStream(place.file, { start: place.byte, highWaterMark: 1 << 18 });
  const parser = parse({
    delimiter: place.delimiter,
    encoding: place.encoding,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxRecordChars,
    info: true,
  });
  // Errors of both arrive at the reader of the parser; the callback keeps them from being thrown twice.
  pipeline(source, parser, () => undefined);
  let endLine = place.line;
  try {
    for await (const item of parser as AsyncIterable<{ record: string[]; info: { bytes: number; lines: number } }>) {
      const fields = place.encoding === 'latin1' ? item.record.map(fromWindows1252) : item.record;
      endLine = place.line + item.info.lines;
      yield { fields, line: endLine - lineEndsWithin(fields), endByte: place.byte + item.info.bytes, endLine };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new NailupError('CONTACTS_CSV', 'a quoted field is never closed', {
      place: `${place.file}:${endLine + 1}`,
      mend: 'Close the quote in this record or one soon after it, or double it where it is part of the text. Nothing was imported.',
      cause: error,
    });
  } finally {
    source.destroy();
    parser.destroy();
  }
}

function lineEndsWithin(fields: readonly string[]): number {
  let ends = 0;
  for (const field of fields) if (field.includes('\n') || field.includes('\r')) ends += field.match(/\r\n|\n|\r/g)?.length ?? 0;
  return ends;
}

/** What calls itself Latin-1 is nearly always Windows-1252, which has letters where Latin-1 has control characters. */
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
function fromWindows1252(field: string): string {
  return field.replace(/[\u0080-\u009f]/g, (char) => windows1252[char.charCodeAt(0) - 0x80] ?? char);
}
