import { statement } from '../../../store/index.ts';

export const ensureList = statement<{ id: number }>(
  'contacts.ensure-list',
  `INSERT INTO contact_list (name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name RETURNING id`,
  { repeatable: true },
);

export interface ImportRow {
  readonly id: number;
  readonly checkpoint_byte: number;
  readonly checkpoint_line: number;
  readonly rows_read: number;
  readonly rows_added: number;
  readonly rows_updated: number;
  readonly rows_rejected: number;
}
const columns = 'id, checkpoint_byte, checkpoint_line, rows_read, rows_added, rows_updated, rows_rejected';

/** A running import of the same bytes with the same options, or a new one. */
export const openImport = statement<ImportRow & { resumed: boolean }>(
  'contacts.open-import',
  `WITH made AS (
     INSERT INTO contact_import (list_id, file, fingerprint, checkpoint_byte, checkpoint_line) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (list_id, fingerprint) WHERE state = 'running' DO UPDATE SET file = EXCLUDED.file
     RETURNING ${columns}, xmax <> 0 AS resumed)
   SELECT * FROM made`,
  { repeatable: true },
);

/** Moves the checkpoint, if it is still where this process left it: two processes with one file do not both go on. */
export const moveCheckpoint = statement<{ id: number }>(
  'contacts.move-checkpoint',
  `UPDATE contact_import SET checkpoint_byte = $3, checkpoint_line = $4, rows_read = rows_read + $5, rows_added = rows_added + $6,
     rows_updated = rows_updated + $7, rows_rejected = rows_rejected + $8
   WHERE id = $1 AND checkpoint_byte = $2 AND state = 'running' RETURNING id`,
);

export const selectImport = statement<ImportRow>('contacts.select-import', `SELECT ${columns} FROM contact_import WHERE id = $1`, { repeatable: true });

/** Phones within one call are distinct. Zones come joined by `&`: a two-dimensional array must be rectangular. */
export const upsertContacts = statement<{ added: number; updated: number }>(
  'contacts.upsert-contacts',
  `WITH stored AS (
     INSERT INTO contact (list_id, phone, country, time_zones, zone_source, attributes)
     SELECT $1, phone, country, string_to_array(zones, '&'), source, attributes::jsonb
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY AS t (phone, country, zones, source, attributes, n) ORDER BY n
     ON CONFLICT (list_id, phone) DO UPDATE SET country = EXCLUDED.country, time_zones = EXCLUDED.time_zones, zone_source = EXCLUDED.zone_source,
       attributes = contact.attributes || EXCLUDED.attributes, updated_at = now()
     RETURNING xmax = 0 AS added)
   SELECT count(*) FILTER (WHERE added) AS added, count(*) FILTER (WHERE NOT added) AS updated FROM stored`,
);

export const insertRejects = statement(
  'contacts.insert-rejects',
  `INSERT INTO contact_import_reject (import_id, line, field, reason, value, record)
   SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[]) ON CONFLICT DO NOTHING`,
);

export const completeImport = statement(
  'contacts.complete-import',
  `UPDATE contact_import SET state = 'completed', ended_at = now() WHERE id = $1`,
  { repeatable: true },
);

export const selectRejects = statement<{ line: number; field: string; reason: string; value: string; record: string }>(
  'contacts.select-rejects',
  `SELECT line, field, reason, value, record FROM contact_import_reject WHERE import_id = $1 AND line > $2 ORDER BY line LIMIT 1000`,
  { repeatable: true },
);
