import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { NailupError } from '../../../kernel/nailup-error.ts';
import type { Logger } from '../../../kernel/logger.ts';
import { one, type Queryable, type Store } from '../../../store/index.ts';
import type { CountryCode, NumberCheck } from '../phone-number.ts';
import { mapColumns, type Columns, type MappedField } from './columns.ts';
import { detectDelimiter, separatorLine, type Delimiter } from './dialect.ts';
import { completeImport, ensureList, insertRejects, moveCheckpoint, openImport, selectImport, upsertContacts, type ImportRow } from './import-statements.ts';
import { inspectFile, type Encoding } from './inspect-file.ts';
import { readContact, type Fault, type NewContact } from './read-contact.ts';
import { readRecords, type CsvPlace } from './read-records.ts';
import { csvLine, writeRejectsFile } from './rejects-file.ts';

export interface ImportRequest {
  readonly file: string;
  readonly list: string;
  readonly delimiter?: Delimiter;
  readonly encoding?: Encoding;
  readonly map?: Readonly<Partial<Record<MappedField, string>>>;
  /** ISO 3166 alpha-2: for numbers written without a country code. */
  readonly country?: CountryCode;
  /** Default `plausible`. */
  readonly check?: NumberCheck;
  /** Default: the file's name and `.rejects.csv`. Written when there are any. */
  readonly rejectsFile?: string;
  /** Records per transaction. */
  readonly batch?: number;
  readonly onProgress?: (progress: { rowsRead: number; bytesDone: number; bytes: number }) => void;
  readonly signal?: AbortSignal;
}

export interface ImportSummary {
  readonly list: string;
  /** An import of the same file that was broken off was carried on. */
  readonly resumed: boolean;
  readonly read: number;
  readonly added: number;
  readonly updated: number;
  readonly rejected: number;
  readonly rejectsFile: string | undefined;
  readonly encoding: Encoding;
  readonly delimiter: Delimiter;
}

/** A file that was read through and found in order; nothing is stored yet. */
export interface ImportPlan {
  readonly request: ImportRequest;
  readonly columns: Columns;
  readonly encoding: Encoding;
  readonly delimiter: Delimiter;
  readonly bytes: number;
  /** Where the records begin. */
  readonly place: CsvPlace;
  /** Of the bytes and of what gives them their meaning. */
  readonly fingerprint: string;
}

/**
 * Checks the file whole, without a store: that it is there, is text, has a phone column, and has no quote without an end.
 * @throws NailupError CONTACTS_*
 */
export async function planImport(request: ImportRequest): Promise<ImportPlan> {
  const file = resolve(request.file);
  const facts = await inspectFile(file, request.encoding);
  const separator = separatorLine(facts.sample);
  const delimiter = request.delimiter ?? separator?.delimiter ?? detectDelimiter(facts.sample.subarray(separator?.bytes ?? 0));
  const begin: CsvPlace = { file, encoding: facts.encoding, delimiter, byte: facts.start + (separator?.bytes ?? 0), line: separator === undefined ? 0 : 1 };
  const { columns, place } = await readHeader(begin, request);
  for await (const record of readRecords(place)) void record;
  const meaning = JSON.stringify([facts.sha256, facts.encoding, delimiter, columns, request.country ?? null, request.check ?? null]);
  return { request, columns, encoding: facts.encoding, delimiter, bytes: facts.bytes, place, fingerprint: createHash('sha256').update(meaning).digest('hex') };
}

/**
 * Brings a planned file into its list. Every batch of records, its rejects, the counts and the checkpoint behind it are
 * committed together, so that the import can be killed anywhere and run again, and ends with the same list and the same
 * counts. Memory does not grow with the file.
 * @throws NailupError CONTACTS_IMPORT_TWICE, CONTACTS_INTERRUPTED, CONTACTS_REJECTS_FILE
 */
export async function runImport(store: Store, plan: ImportPlan, logger: Logger): Promise<ImportSummary> {
  const { request, place } = plan;
  const { id: listId } = await one(store, ensureList, [request.list]);
  const job = await one(store, openImport, [listId, place.file, plan.fingerprint, place.byte, place.line]);
  if (job.resumed) logger.info({ import: job.id, line: job.checkpoint_line }, 'an import that was broken off goes on');

  await new Run(store, listId, job, plan).all({ ...place, byte: job.checkpoint_byte, line: job.checkpoint_line });

  await store.query(completeImport, [job.id]);
  const total = await one(store, selectImport, [job.id]);
  const rejectsFile = resolve(request.rejectsFile ?? `${place.file}.rejects.csv`);
  // With none, a file of an earlier run is emptied: it would be taken for this run's.
  if (total.rows_rejected > 0 || existsSync(rejectsFile)) await writeRejectsFile(store, job.id, rejectsFile);
  return {
    list: request.list, resumed: job.resumed, read: total.rows_read, added: total.rows_added, updated: total.rows_updated, rejected: total.rows_rejected,
    rejectsFile: total.rows_rejected > 0 ? rejectsFile : undefined, encoding: plan.encoding, delimiter: plan.delimiter,
  };
}

/** Both in one go. */
export async function importContacts(store: Store, request: ImportRequest, logger: Logger): Promise<ImportSummary> {
  return runImport(store, await planImport(request), logger);
}

async function readHeader(begin: CsvPlace, request: ImportRequest): Promise<{ columns: Columns; place: CsvPlace }> {
  for await (const header of readRecords(begin)) {
    return { columns: mapColumns(begin.file, header.fields, request.map ?? {}), place: { ...begin, byte: header.endByte, line: header.endLine } };
  }
  throw new NailupError('CONTACTS_FILE_EMPTY', 'the file has no header line', { place: begin.file, mend: 'It needs a header line and a line per contact.' });
}

interface Batch {
  readonly contacts: Map<string, NewContact>;
  readonly rejects: { line: number; fault: Fault; record: string }[];
  rows: number;
  endByte: number;
  endLine: number;
}

/** The rows of one import from its checkpoint to the end. */
class Run {
  readonly #store: Store;
  readonly #listId: number;
  readonly #importId: number;
  readonly #columns: Columns;
  readonly #request: ImportRequest;
  readonly #bytes: number;
  #checkpoint: number;
  #rowsRead: number;

  constructor(store: Store, listId: number, job: ImportRow, plan: ImportPlan) {
    this.#store = store;
    this.#listId = listId;
    this.#importId = job.id;
    this.#columns = plan.columns;
    this.#request = plan.request;
    this.#bytes = plan.bytes;
    this.#checkpoint = job.checkpoint_byte;
    this.#rowsRead = job.rows_read;
  }

  async all(place: CsvPlace): Promise<void> {
    const options = { country: this.#request.country, check: this.#request.check ?? 'plausible' } as const;
    const size = this.#request.batch ?? 1_000;
    let batch = emptyBatch();
    for await (const record of readRecords(place)) {
      const contact = readContact(record.fields, this.#columns, options);
      batch.rows += 1;
      batch.endByte = record.endByte;
      batch.endLine = record.endLine;
      if (contact.ok) merge(batch.contacts, contact.value);
      else batch.rejects.push({ line: record.line, fault: contact.error, record: csvLine(record.fields, place.delimiter).slice(0, -1).slice(0, 4_000) });
      if (batch.rows < size) continue;
      await this.#commit(batch);
      batch = emptyBatch();
      if (this.#request.signal?.aborted === true) {
        throw new NailupError('CONTACTS_INTERRUPTED', `the import was interrupted after ${this.#rowsRead} rows`, { place: place.file, mend: 'Run the same command again: it goes on from there.' });
      }
    }
    if (batch.rows > 0) await this.#commit(batch);
  }

  async #commit(batch: Batch): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const { added, updated } = await this.#storeContacts(tx, batch);
      const values = [this.#importId, this.#checkpoint, batch.endByte, batch.endLine, batch.rows, added, updated + (batch.rows - batch.rejects.length - batch.contacts.size), batch.rejects.length];
      const moved = await tx.query(moveCheckpoint, values);
      if (moved.length === 0) {
        throw new NailupError('CONTACTS_IMPORT_TWICE', 'another process is importing this file into this list', { place: this.#request.file, mend: 'Let it finish.' });
      }
      const { rejects } = batch;
      if (rejects.length > 0) {
        await tx.query(insertRejects, [
          this.#importId, rejects.map((r) => r.line), rejects.map((r) => r.fault.field), rejects.map((r) => r.fault.reason), rejects.map((r) => storable(r.fault.value)), rejects.map((r) => storable(r.record)),
        ]);
      }
    });
    this.#checkpoint = batch.endByte;
    this.#rowsRead += batch.rows;
    this.#request.onProgress?.({ rowsRead: this.#rowsRead, bytesDone: batch.endByte, bytes: this.#bytes });
  }

  async #storeContacts(tx: Queryable, batch: Batch): Promise<{ added: number; updated: number }> {
    const contacts = [...batch.contacts.values()];
    if (contacts.length === 0) return { added: 0, updated: 0 };
    return one(tx, upsertContacts, [
      this.#listId, contacts.map((c) => c.phone), contacts.map((c) => c.country ?? null), contacts.map((c) => c.timeZones.join('&')),
      contacts.map((c) => c.zoneSource), contacts.map((c) => JSON.stringify(c.attributes)),
    ]);
  }
}

function emptyBatch(): Batch {
  return { contacts: new Map(), rejects: [], rows: 0, endByte: 0, endLine: 0 };
}

/** A number that comes twice in a batch ends as it would in two batches: later attributes are laid over earlier ones. */
function merge(contacts: Map<string, NewContact>, contact: NewContact): void {
  const earlier = contacts.get(contact.phone);
  contacts.set(contact.phone, earlier === undefined ? contact : { ...contact, attributes: { ...earlier.attributes, ...contact.attributes } });
}

/** PostgreSQL's text has no NUL. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}
