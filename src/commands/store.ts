import { existsSync } from 'node:fs';
import { loadConfig, parseConfig, type Config } from '../config/index.ts';
import type { LogFields, Logger } from '../kernel/logger.ts';
import { openStore, type Store } from '../store/index.ts';

/** What a command line tool says on the way: warnings and errors, on the error stream. */
export const commandLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (fields, message) => say(fields, message),
  error: (fields, message) => say(fields, message),
  child: () => commandLogger,
};

function say(fields: LogFields, message: string): void {
  process.stderr.write(`nailup: ${message} ${JSON.stringify(fields)}\n`);
}

/** The configuration of a command: the named file, else nailup.yaml here, else the defaults. */
export function commandConfig(file: string | undefined): Config {
  if (file !== undefined) return loadConfig(file);
  return existsSync('nailup.yaml') ? loadConfig('nailup.yaml') : parseConfig('', 'nailup.yaml');
}

/** Opens the store of a command, runs `work`, and closes it whatever happens. DATABASE_URL wins over the configuration. */
export async function withStore<T>(config: Config, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ databaseUrl: process.env['DATABASE_URL'] ?? config.database.url, dataDirectory: config.database.directory, logger: commandLogger });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
