import { statement } from '../../store/index.ts';

/** `$1` job, `$2` now, `$3` count, `$4` lease until, `$5` server. Contacts that another server is just taking are passed over. */
export const leaseContacts = statement<{
  contact_id: number; phone: string; time_zones: string[]; attributes: Record<string, string>; attempts: number; priority: number; due_at: number;
}>(
  'campaigns.lease-contacts',
  `WITH picked AS MATERIALIZED (
     SELECT contact_id FROM job_contact
     WHERE job_id = $1 AND state = 'waiting' AND due_at <= $2 AND EXISTS (SELECT FROM job WHERE id = $1 AND state = 'Running')
     ORDER BY priority DESC, due_at, contact_id LIMIT $3 FOR UPDATE SKIP LOCKED)
   UPDATE job_contact jc SET state = 'leased', lease_expires_at = $4, leased_by = $5
   FROM picked JOIN contact c ON c.id = picked.contact_id
   WHERE jc.job_id = $1 AND jc.contact_id = picked.contact_id
   RETURNING jc.contact_id, c.phone, c.time_zones, c.attributes, jc.attempts, jc.priority, jc.due_at`,
);

/** `$1` job, `$2` number, `$3` lease until, `$4` server. Answers a row when the job has the number; `leased` says whether it could be had. */
export const leaseNumber = statement<{
  contact_id: number; time_zones: string[]; attributes: Record<string, string>; attempts: number; due_at: number; leased: boolean;
}>(
  'campaigns.lease-number',
  `WITH found AS MATERIALIZED (
     SELECT jc.contact_id, jc.attempts, jc.due_at, c.time_zones, c.attributes FROM job_contact jc JOIN contact c ON c.id = jc.contact_id
     WHERE jc.job_id = $1 AND c.phone = $2),
   taken AS (
     UPDATE job_contact jc SET state = 'leased', lease_expires_at = $3, leased_by = $4 FROM found
     WHERE jc.job_id = $1 AND jc.contact_id = found.contact_id AND jc.state = 'waiting' AND EXISTS (SELECT FROM job WHERE id = $1 AND state = 'Running')
     RETURNING jc.contact_id)
   SELECT found.*, EXISTS (SELECT FROM taken WHERE taken.contact_id = found.contact_id) AS leased FROM found`,
);

const held = `job_id = $1 AND contact_id = $2 AND state = 'leased' AND leased_by = $3 AND lease_expires_at = $4`;

export const giveBackContact = statement<{ contact_id: number }>(
  'campaigns.give-back-contact',
  `UPDATE job_contact SET state = 'waiting', due_at = $5, leased_by = NULL, lease_expires_at = NULL WHERE ${held} RETURNING contact_id`,
  { repeatable: true },
);

/** `$5` the new deadline. */
export const keepContact = statement<{ contact_id: number }>(
  'campaigns.keep-contact',
  `UPDATE job_contact SET lease_expires_at = $5 WHERE ${held} RETURNING contact_id`,
);

/** `$5` code, `$6` reason, `$7` retries of the code, `$8` now, `$9` due at when there is one left. */
export const declineContact = statement<{ contact_id: number }>(
  'campaigns.decline-contact',
  `WITH declined AS (
     UPDATE job_contact SET state = CASE WHEN coalesce((retries ->> $5)::int, 0) < $7 THEN 'waiting' ELSE 'restricted' END,
       due_at = CASE WHEN coalesce((retries ->> $5)::int, 0) < $7 THEN $9 ELSE due_at END,
       retries = jsonb_set(retries, ARRAY[$5::text], to_jsonb(coalesce((retries ->> $5)::int, 0) + 1)),
       last_code = $5, leased_by = NULL, lease_expires_at = NULL
     WHERE ${held} RETURNING contact_id, state, due_at)
   INSERT INTO restriction (job_id, contact_id, code, reason, retry_at, at)
   SELECT $1, contact_id, $5, $6, CASE WHEN state = 'waiting' THEN due_at END, $8 FROM declined RETURNING contact_id`,
);

/** `$5` code, `$6` reason, `$7` retry at or null, `$8` now. */
export const refuseContact = statement<{ contact_id: number }>(
  'campaigns.refuse-contact',
  `WITH refused AS (
     UPDATE job_contact SET state = CASE WHEN $7::timestamptz IS NULL THEN 'restricted' ELSE 'waiting' END, due_at = coalesce($7, due_at),
       last_code = $5, leased_by = NULL, lease_expires_at = NULL
     WHERE ${held} RETURNING contact_id)
   INSERT INTO restriction (job_id, contact_id, code, reason, retry_at, at) SELECT $1, contact_id, $5, $6, $7, $8 FROM refused RETURNING contact_id`,
  { repeatable: true },
);

export const countLeft = statement<{ due: number; later: number; leased: number; attempting: number }>(
  'campaigns.count-left',
  `SELECT count(*) FILTER (WHERE state = 'waiting' AND due_at <= $2) AS due, count(*) FILTER (WHERE state = 'waiting' AND due_at > $2) AS later,
     count(*) FILTER (WHERE state = 'leased') AS leased, count(*) FILTER (WHERE state = 'attempting') AS attempting
   FROM job_contact WHERE job_id = $1 AND state IN ('waiting', 'leased', 'attempting')`,
  { repeatable: true },
);

/** `$5` attempt, `$6` started at, `$7` the address that is dialled, `$8` facts. Answers a row when the contact was held and the job runs. */
export const beginAttempt = statement<{ attempt_id: string }>(
  'campaigns.begin-attempt',
  `WITH running AS MATERIALIZED (SELECT id FROM job WHERE id = $1 AND state = 'Running' FOR SHARE),
   taken AS (
     UPDATE job_contact SET state = 'attempting', attempts = attempts + 1, leased_by = NULL, lease_expires_at = NULL
     WHERE ${held} AND EXISTS (SELECT FROM running) RETURNING contact_id, attempts),
   made AS (
     INSERT INTO attempt (id, job_id, contact_id, address, number, server_id, started_at, facts)
     SELECT $5, $1, contact_id, $7, attempts, $3, $6, $8 FROM taken RETURNING id, contact_id)
   INSERT INTO attempt_event (attempt_id, job_id, contact_id, kind, server_id, at)
   SELECT id, $1, contact_id, 'begun', $3, $6 FROM made RETURNING attempt_id`,
);

export const selectAttempt = statement<{ id: string; job_id: string; contact_id: number; completion_code: string; server_id: string; ended_at: number | null }>(
  'campaigns.select-attempt',
  `SELECT id, job_id, contact_id, completion_code, server_id, ended_at FROM attempt WHERE id = $1`,
  { repeatable: true },
);

export const noteFacts = statement<{ id: string }>(
  'campaigns.note-facts',
  `UPDATE attempt SET facts = facts || $2::jsonb WHERE id = $1 RETURNING id`,
  { repeatable: true },
);

/** `$2` the call's identity, `$3` how it sounded. */
export const noteQuality = statement<{ id: string }>(
  'campaigns.note-quality',
  `UPDATE attempt SET calls = calls || jsonb_build_object($2::text, $3::jsonb) WHERE id = $1 RETURNING id`,
  { repeatable: true },
);

/**
 * The one way out of `Attempt In Progress`: answers a row only to the first who asks, with the contact's progress, locked.
 * `$11` the event's kind, `$12` server.
 */
export const finishAttempt = statement<{
  job_id: string; contact_id: number; campaign_id: number; attempts: number | null; retries: Record<string, number> | null; state: string | null;
}>(
  'campaigns.finish-attempt',
  `WITH ended AS (
     UPDATE attempt SET completion_code = $2, person = $3, nuisance = $4, answered_at = $5, ended_at = $6, agent = $7, sip_status = $8, times = $9, exit = $10
     WHERE id = $1 AND completion_code = 'Attempt In Progress' RETURNING id, job_id, contact_id),
   logged AS (
     INSERT INTO attempt_event (attempt_id, job_id, contact_id, kind, completion_code, server_id, at)
     SELECT id, job_id, contact_id, $11, $2, $12, $6 FROM ended),
   progress AS (
     SELECT jc.attempts, jc.retries, jc.state FROM job_contact jc JOIN ended USING (job_id, contact_id) FOR UPDATE OF jc)
   SELECT ended.job_id, ended.contact_id, j.campaign_id, progress.* FROM ended JOIN job j ON j.id = ended.job_id LEFT JOIN progress ON true`,
);

export const appendEvent = statement(
  'campaigns.append-event',
  `INSERT INTO attempt_event (attempt_id, job_id, contact_id, kind, completion_code, server_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
);

/** `$3` state, `$4` due at, `$5` code, `$6` whether the code's retry is counted. */
export const stepContact = statement(
  'campaigns.step-contact',
  `UPDATE job_contact SET state = $3, due_at = coalesce($4, due_at), last_code = $5,
     retries = CASE WHEN $6 THEN jsonb_set(retries, ARRAY[$5::text], to_jsonb(coalesce((retries ->> $5)::int, 0) + 1)) ELSE retries END
   WHERE job_id = $1 AND contact_id = $2 AND state = 'attempting'`,
);

export const countPerson = statement(
  'campaigns.count-person',
  `INSERT INTO pacing_ledger (campaign_id, minute, answered, abandoned) VALUES ($1, date_trunc('minute', $2::timestamptz), 1, $3)
   ON CONFLICT (campaign_id, minute) DO UPDATE SET answered = pacing_ledger.answered + 1, abandoned = pacing_ledger.abandoned + EXCLUDED.abandoned`,
);

/** The history of an address for the gate, with the do-not-call entry, in one go. */
export const addressHistory = statement<{ started_at: number | null; nuisance: boolean | null; code: string | null; source: string | null; added_at: number | null; expires_at: number | null }>(
  'campaigns.address-history',
  `SELECT a.started_at, a.nuisance, a.completion_code AS code, d.source, d.added_at, d.expires_at
   FROM (SELECT) AS always
   LEFT JOIN do_not_call d ON d.address = $1 AND (d.expires_at IS NULL OR d.expires_at > $3)
   LEFT JOIN attempt a ON a.address = $1 AND a.started_at >= $2`,
  { repeatable: true },
);

export interface OpenAttemptRow {
  readonly id: string;
  readonly job_id: string;
  readonly contact_id: number;
  readonly address: string;
  readonly server_id: string;
  readonly started_at: number;
  readonly facts: Record<string, unknown>;
}
export const openAttempts = statement<OpenAttemptRow>(
  'campaigns.open-attempts',
  `SELECT id, job_id, contact_id, address, server_id, started_at, facts FROM attempt
   WHERE completion_code = 'Attempt In Progress' AND ($1::text IS NULL OR job_id = $1) ORDER BY started_at, id`,
  { repeatable: true },
);

export const beat = statement('campaigns.beat', `INSERT INTO server (id, process, started_at, heartbeat_at) VALUES ($1, $2, $3, $3)
   ON CONFLICT (id) DO UPDATE SET heartbeat_at = EXCLUDED.heartbeat_at`, { repeatable: true });
export const selectServers = statement<{ id: string; process: string; heartbeat_at: number }>('campaigns.select-servers', 'SELECT id, process, heartbeat_at FROM server', { repeatable: true });
export const forgetServer = statement('campaigns.forget-server', 'DELETE FROM server WHERE id = $1', { repeatable: true });
export const releaseLeasesOf = statement<{ contact_id: number }>(
  'campaigns.release-leases-of',
  `UPDATE job_contact SET state = 'waiting', leased_by = NULL, lease_expires_at = NULL WHERE state = 'leased' AND leased_by = $1 RETURNING contact_id`,
  { repeatable: true },
);
