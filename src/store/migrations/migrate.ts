import { createHash } from 'node:crypto';
import type { Logger } from '../../kernel/logger.ts';
import { NailupError } from '../../kernel/nailup-error.ts';
import type { Migration } from './migration.ts';
import { migrations as shipped } from './catalogue.ts';

/** Runs `work` in one transaction. */
export type ScriptRunner = <T>(work: (run: (text: string, values?: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>) => Promise<T>) => Promise<T>;

/** Any fixed number: two servers that start at once migrate one after the other. */
const lockKey = 7_245_001;

/**
 * Brings the database to the newest version, each migration in a transaction of its own.
 * @throws NailupError STORE_NEWER when a newer Nailup has migrated it; STORE_MIGRATION_CHANGED when an applied migration's text is not ours.
 */
export async function migrate(script: ScriptRunner, address: string, logger: Logger, migrations: readonly Migration[] = shipped): Promise<number> {
  const newest = migrations.at(-1)?.version ?? 0;
  for (;;) {
    const done = await script(async (run) => {
      await run('SELECT pg_advisory_xact_lock($1)', [lockKey]);
      await run(`CREATE TABLE IF NOT EXISTS schema_migration (
        version int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
      const { rows } = await run('SELECT version, checksum FROM schema_migration ORDER BY version');
      const applied = new Map(rows.map((row) => [row['version'] as number, row['checksum'] as string]));
      const last = Math.max(0, ...applied.keys());
      if (last > newest) {
        throw new NailupError('STORE_NEWER', `the database has version ${last}, this Nailup knows versions up to ${newest}`, {
          place: address,
          mend: 'Run the newer Nailup, or restore a backup made before its first start.',
        });
      }
      for (const migration of migrations) {
        const known = applied.get(migration.version);
        if (known !== undefined && known !== checksum(migration)) {
          throw new NailupError('STORE_MIGRATION_CHANGED', `migration ${migration.version} (${migration.name}) was applied with another text`, {
            place: address,
            mend: 'An applied migration is never edited: add a new one. In development, drop the database.',
          });
        }
      }
      const next = migrations.find((migration) => !applied.has(migration.version));
      if (next === undefined) return true;
      await run(next.sql);
      await run('INSERT INTO schema_migration (version, name, checksum) VALUES ($1, $2, $3)', [next.version, next.name, checksum(next)]);
      logger.info({ version: next.version, name: next.name }, 'database migrated');
      return false;
    });
    if (done) return newest;
  }
}

function checksum(migration: Migration): string {
  return createHash('sha256').update(migration.sql).digest('hex').slice(0, 16);
}
