import type { Migration } from './migration.ts';

/** How each call of an attempt sounded, by the call's identity. */
export const callQuality: Migration = {
  version: 6,
  name: 'call-quality',
  sql: `
ALTER TABLE attempt ADD COLUMN calls jsonb NOT NULL DEFAULT '{}';
`,
};
