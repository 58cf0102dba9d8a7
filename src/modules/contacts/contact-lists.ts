import { statement, type Store } from '../../store/index.ts';

export interface ContactListSummary {
  readonly name: string;
  readonly contacts: number;
  readonly unknownTimeZone: number;
  readonly lastImport: { readonly file: string; readonly state: 'running' | 'completed' | 'failed'; readonly startedAt: number; readonly read: number; readonly rejected: number } | undefined;
}

const summaries = statement<{ name: string; contacts: number; unknown: number; file: string | null; state: 'running' | 'completed' | 'failed'; started_at: number; read: number; rejected: number }>(
  'contacts.list-summaries',
  `SELECT l.name, count(c.id) AS contacts, count(c.id) FILTER (WHERE c.zone_source = 'unknown') AS unknown, i.file, i.state, i.started_at, i.rows_read AS read, i.rows_rejected AS rejected
   FROM contact_list l LEFT JOIN contact c ON c.list_id = l.id
   LEFT JOIN LATERAL (SELECT * FROM contact_import WHERE list_id = l.id ORDER BY id DESC LIMIT 1) i ON true
   GROUP BY l.id, l.name, i.file, i.state, i.started_at, i.rows_read, i.rows_rejected ORDER BY l.name`,
  { repeatable: true },
);

export async function contactLists(store: Store): Promise<readonly ContactListSummary[]> {
  const rows = await store.query(summaries);
  return rows.map((row) => ({
    name: row.name,
    contacts: row.contacts,
    unknownTimeZone: row.unknown,
    lastImport: row.file === null ? undefined : { file: row.file, state: row.state, startedAt: row.started_at, read: row.read, rejected: row.rejected },
  }));
}

export interface Contact {
  readonly id: string;
  readonly phone: string;
  readonly country: string | null;
  readonly timeZones: readonly string[];
  readonly zoneSource: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const page = statement<{ id: number; phone: string; country: string | null; time_zones: string[]; zone_source: string; attributes: Record<string, string> }>(
  'contacts.page',
  `SELECT c.id, c.phone, c.country, c.time_zones, c.zone_source, c.attributes FROM contact c JOIN contact_list l ON l.id = c.list_id
   WHERE l.name = $1 AND c.id > $2 ORDER BY c.id LIMIT $3`,
  { repeatable: true },
);

/** The contacts of a list in the order in which they came, a page at a time: `after` is the last page's last id. */
export async function contactsOf(store: Store, list: string, options: { after?: string; limit?: number } = {}): Promise<readonly Contact[]> {
  const rows = await store.query(page, [list, Number(options.after ?? 0), options.limit ?? 100]);
  return rows.map((row) => ({ id: String(row.id), phone: row.phone, country: row.country, timeZones: row.time_zones, zoneSource: row.zone_source, attributes: row.attributes }));
}
