import type { Migration } from './migration.ts';

export const campaigns: Migration = {
  version: 2,
  name: 'campaigns',
  sql: `
CREATE TABLE campaign (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE CHECK (name <> ''),
  list_id bigint NOT NULL REFERENCES contact_list,
  settings jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE job (
  id text PRIMARY KEY,
  campaign_id bigint NOT NULL REFERENCES campaign,
  state text NOT NULL CHECK (state IN ('Scheduled', 'Running', 'Pausing', 'Paused', 'Stopping', 'Completed')),
  -- the campaign's settings at the time the job was made
  settings jsonb NOT NULL,
  starts_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3),
  started_at timestamptz(3),
  completed_at timestamptz(3),
  finish_reason text,
  -- contacts taken over from the list
  contacts_taken bigint NOT NULL DEFAULT 0,
  created_at timestamptz(3) NOT NULL
);
CREATE INDEX job_open ON job (state) WHERE state <> 'Completed';

CREATE TABLE job_contact (
  job_id text NOT NULL REFERENCES job ON DELETE CASCADE,
  contact_id bigint NOT NULL REFERENCES contact ON DELETE CASCADE,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'leased', 'attempting', 'done', 'exhausted', 'restricted', 'withdrawn')),
  due_at timestamptz(3) NOT NULL,
  priority int NOT NULL DEFAULT 0,
  attempts int NOT NULL DEFAULT 0,
  -- retries used so far, by completion code
  retries jsonb NOT NULL DEFAULT '{}',
  last_code text,
  lease_expires_at timestamptz(3),
  -- the server that holds the lease
  leased_by text,
  PRIMARY KEY (job_id, contact_id)
) WITH (fillfactor = 80);
CREATE INDEX job_contact_due ON job_contact (job_id, priority DESC, due_at, contact_id) WHERE state = 'waiting';
CREATE INDEX job_contact_held ON job_contact (lease_expires_at) WHERE state = 'leased';
CREATE INDEX job_contact_attempting ON job_contact (job_id) WHERE state = 'attempting';

CREATE TABLE server (
  id text PRIMARY KEY,
  -- host/boot/pid/start of the process
  process text NOT NULL,
  started_at timestamptz(3) NOT NULL,
  heartbeat_at timestamptz(3) NOT NULL
);

CREATE TABLE attempt (
  id text PRIMARY KEY,
  job_id text NOT NULL REFERENCES job ON DELETE CASCADE,
  contact_id bigint NOT NULL REFERENCES contact ON DELETE CASCADE,
  address text NOT NULL,
  number int NOT NULL,
  server_id text NOT NULL,
  completion_code text NOT NULL DEFAULT 'Attempt In Progress',
  person boolean NOT NULL DEFAULT false,
  nuisance boolean NOT NULL DEFAULT false,
  started_at timestamptz(3) NOT NULL,
  answered_at timestamptz(3),
  ended_at timestamptz(3),
  agent text,
  sip_status int,
  facts jsonb NOT NULL DEFAULT '{}',
  times jsonb NOT NULL DEFAULT '{}',
  exit jsonb NOT NULL DEFAULT '{}'
);
-- One open attempt per contact, and per address whatever list it comes from.
CREATE UNIQUE INDEX attempt_open_contact ON attempt (contact_id) WHERE completion_code = 'Attempt In Progress';
CREATE UNIQUE INDEX attempt_open_address ON attempt (address) WHERE completion_code = 'Attempt In Progress';
CREATE INDEX attempt_by_address ON attempt (address, started_at);
CREATE INDEX attempt_by_job ON attempt (job_id, contact_id);

-- Append only: says what was claimed about each attempt, so that a second result would be seen here and not overwritten.
CREATE TABLE attempt_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  attempt_id text NOT NULL,
  job_id text NOT NULL,
  contact_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('begun', 'finished', 'recovered', 'finish_refused')),
  completion_code text,
  server_id text NOT NULL,
  at timestamptz(3) NOT NULL
);
CREATE INDEX attempt_event_job ON attempt_event (job_id, attempt_id);

-- Attempts that the gate did not allow.
CREATE TABLE restriction (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id text NOT NULL REFERENCES job ON DELETE CASCADE,
  contact_id bigint NOT NULL,
  code text NOT NULL,
  reason text NOT NULL,
  retry_at timestamptz(3),
  at timestamptz(3) NOT NULL
);
CREATE INDEX restriction_job ON restriction (job_id);

-- Answered people and abandonments, one row per campaign and minute.
CREATE TABLE pacing_ledger (
  campaign_id bigint NOT NULL REFERENCES campaign ON DELETE CASCADE,
  minute timestamptz(0) NOT NULL,
  answered int NOT NULL DEFAULT 0,
  abandoned int NOT NULL DEFAULT 0,
  PRIMARY KEY (campaign_id, minute)
);
`,
};
