import type { Migration } from './migration.ts';

export const contacts: Migration = {
  version: 1,
  name: 'contacts',
  sql: `
CREATE TABLE contact_list (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (name <> ''),
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE contact (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  list_id bigint NOT NULL REFERENCES contact_list ON DELETE CASCADE,
  phone text NOT NULL CHECK (phone ~ '^[+][1-9][0-9]{3,14}$'),
  country text,
  -- every zone the number may lie in; empty when unknown
  time_zones text[] NOT NULL,
  zone_source text NOT NULL CHECK (zone_source IN ('row', 'number', 'country', 'unknown')),
  attributes jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (list_id, phone)
);

CREATE TABLE contact_import (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  list_id bigint NOT NULL REFERENCES contact_list ON DELETE CASCADE,
  file text NOT NULL,
  -- of the file's bytes and of the options that change its meaning: the same import, run again, goes on
  fingerprint text NOT NULL,
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'completed', 'failed')),
  -- the first byte and line that are not yet in the list; committed with the rows before them
  checkpoint_byte bigint NOT NULL,
  checkpoint_line bigint NOT NULL,
  rows_read bigint NOT NULL DEFAULT 0,
  rows_added bigint NOT NULL DEFAULT 0,
  rows_updated bigint NOT NULL DEFAULT 0,
  rows_rejected bigint NOT NULL DEFAULT 0,
  started_at timestamptz(3) NOT NULL DEFAULT now(),
  ended_at timestamptz(3)
);
CREATE UNIQUE INDEX contact_import_running ON contact_import (list_id, fingerprint) WHERE state = 'running';

CREATE TABLE contact_import_reject (
  import_id bigint NOT NULL REFERENCES contact_import ON DELETE CASCADE,
  line bigint NOT NULL,
  field text NOT NULL,
  reason text NOT NULL,
  value text NOT NULL,
  record text NOT NULL,
  PRIMARY KEY (import_id, line)
);

CREATE TABLE do_not_call (
  address text PRIMARY KEY,
  source text NOT NULL,
  contact_id bigint,
  added_at timestamptz(3) NOT NULL,
  -- null: for ever
  expires_at timestamptz(3)
);
`,
};
