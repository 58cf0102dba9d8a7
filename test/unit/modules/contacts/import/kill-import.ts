import { silentLogger } from '../../../../../src/kernel/logger.ts';
import { importContacts } from '../../../../../src/modules/contacts/index.ts';
import { openStore } from '../../../../../src/store/index.ts';

/** Imports argv: data directory, database, file, list, rejects file; says how many rows are in after each batch. */
const [, , dataDirectory = '', database = '', file = '', list = '', rejectsFile = ''] = process.argv;
const databaseUrl = process.env['TEST_DATABASE_URL'];
const store = await openStore({
  dataDirectory, database, logger: silentLogger,
  ...(databaseUrl === undefined ? {} : { databaseUrl: Object.assign(new URL(databaseUrl), { pathname: `/${database}` }).href }),
});
const summary = await importContacts(store, { file, list, rejectsFile, country: 'DE', batch: 50, onProgress: ({ rowsRead }) => void process.stdout.write(`${rowsRead}\n`) }, silentLogger);
process.stdout.write(`${JSON.stringify(summary)}\n`);
await store.close();
