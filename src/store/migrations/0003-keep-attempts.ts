import type { Migration } from './migration.ts';

/** What was attempted is history, and the rules ask for it: it outlives the contact. */
export const keepAttempts: Migration = {
  version: 3,
  name: 'keep-attempts',
  sql: `
ALTER TABLE attempt DROP CONSTRAINT attempt_contact_id_fkey;
`,
};
