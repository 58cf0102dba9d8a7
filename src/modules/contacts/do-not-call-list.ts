import type { ContactId } from '../../kernel/ids.ts';
import { instant, statement, type Store } from '../../store/index.ts';

export interface DoNotCallEntry {
  readonly address: string;
  readonly source: string;
  readonly addedAt: number;
  /** Undefined: for ever. */
  readonly until: number | undefined;
}

/** The earliest wish stands; a wish without an end outlives one with. */
const add = statement(
  'contacts.add-do-not-call',
  `INSERT INTO do_not_call (address, source, contact_id, added_at, expires_at) VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT (address) DO UPDATE SET
     expires_at = CASE WHEN do_not_call.expires_at IS NULL OR EXCLUDED.expires_at IS NULL THEN NULL ELSE greatest(do_not_call.expires_at, EXCLUDED.expires_at) END`,
  { repeatable: true },
);
const find = statement<{ address: string; source: string; added_at: number; expires_at: number | null }>(
  'contacts.find-do-not-call',
  `SELECT address, source, added_at, expires_at FROM do_not_call WHERE address = $1 AND (expires_at IS NULL OR expires_at > $2)`,
  { repeatable: true },
);
const remove = statement<{ address: string }>('contacts.remove-do-not-call', 'DELETE FROM do_not_call WHERE address = $1 RETURNING address', { repeatable: true });
const count = statement<{ n: number }>('contacts.count-do-not-call', 'SELECT count(*) AS n FROM do_not_call', { repeatable: true });

/** Addresses that nobody may reach, over all campaigns. */
export class DoNotCallList {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async add(entry: { address: string; contact?: ContactId; source: string; at: number; until?: number }): Promise<void> {
    await this.#store.query(add, [entry.address, entry.source, entry.contact ?? null, instant(entry.at), entry.until === undefined ? null : instant(entry.until)]);
  }

  async find(address: string, now: number): Promise<DoNotCallEntry | undefined> {
    const [row] = await this.#store.query(find, [address, instant(now)]);
    return row === undefined ? undefined : { address: row.address, source: row.source, addedAt: row.added_at, until: row.expires_at ?? undefined };
  }

  /** False when it was not on the list. */
  async remove(address: string): Promise<boolean> {
    return (await this.#store.query(remove, [address])).length > 0;
  }

  async size(): Promise<number> {
    return (await this.#store.query(count))[0]?.n ?? 0;
  }
}
