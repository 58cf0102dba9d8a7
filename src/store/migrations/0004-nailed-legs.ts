import type { Migration } from './migration.ts';

/** Agents' phones that a server has called: what the next one must end when that server dies. */
export const nailedLegs: Migration = {
  version: 4,
  name: 'nailed-legs',
  sql: `
CREATE TABLE nailed_leg (
  identity text PRIMARY KEY,
  server_id text NOT NULL,
  agent text NOT NULL,
  address text NOT NULL,
  started_at timestamptz(3) NOT NULL,
  facts jsonb NOT NULL DEFAULT '{}'
);
`,
};
