import type { Migration } from './migration.ts';

/** How a job is paced and shares agents and lines, when that differs from its campaign; and why its pacer decided as it did. */
export const pacing: Migration = {
  version: 5,
  name: 'pacing',
  sql: `
ALTER TABLE job ADD COLUMN pacing jsonb, ADD COLUMN sharing jsonb;
-- Some seconds of decisions in each row.
CREATE TABLE pacing_decision (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id text NOT NULL REFERENCES job ON DELETE CASCADE,
  from_at timestamptz(3) NOT NULL,
  to_at timestamptz(3) NOT NULL,
  decisions jsonb NOT NULL
);
CREATE INDEX pacing_decision_job ON pacing_decision (job_id, from_at);
CREATE INDEX pacing_decision_age ON pacing_decision (to_at);
CREATE INDEX pacing_ledger_age ON pacing_ledger (minute);
`,
};
