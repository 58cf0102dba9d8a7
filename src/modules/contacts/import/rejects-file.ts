import { open, rename, rm } from 'node:fs/promises';
import { NailupError } from '../../../kernel/nailup-error.ts';
import type { Store } from '../../../store/index.ts';
import { selectRejects } from './import-statements.ts';

/**
 * Writes an import's rejects as CSV: line, field, reason, value, and the record as it was read. They come from the store, so
 * the file is whole also when the import was killed in between; it appears at once, by renaming.
 */
export async function writeRejectsFile(store: Store, importId: number, file: string): Promise<void> {
  const aside = `${file}.part`;
  try {
    const handle = await open(aside, 'w');
    try {
      await handle.write(csvLine(['line', 'field', 'reason', 'value', 'record']));
      for (let line = 0; ; ) {
        const rejects = await store.query(selectRejects, [importId, line]);
        if (rejects.length === 0) break;
        await handle.write(rejects.map((r) => csvLine([String(r.line), r.field, r.reason, r.value, r.record])).join(''));
        line = rejects.at(-1)?.line ?? line;
      }
    } finally {
      await handle.close();
    }
    await rename(aside, file);
  } catch (cause) {
    await rm(aside, { force: true });
    throw new NailupError('CONTACTS_REJECTS_FILE', `the rejects file cannot be written: ${(cause as Error).message}`, { place: file, mend: 'The contacts are imported. Name a writable file with --rejects and run it again for the rejects.', cause });
  }
}

export function csvLine(fields: readonly string[], delimiter = ','): string {
  return fields.map((field) => (/["\r\n]/.test(field) || field.includes(delimiter) ? `"${field.replaceAll('"', '""')}"` : field)).join(delimiter) + '\n';
}
