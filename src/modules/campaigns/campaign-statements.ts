import type { JobSharing } from '../../core/allocation/job-sharing.ts';
import { statement } from '../../store/index.ts';
import type { CampaignSettings } from './campaign-settings.ts';
import type { JobPacing } from './job-pacing.ts';
import type { JobState } from './job.machine.ts';

export const upsertCampaign = statement<{ id: number }>(
  'campaigns.upsert-campaign',
  `INSERT INTO campaign (name, list_id, settings) SELECT $1, l.id, $3 FROM contact_list l WHERE l.name = $2
   ON CONFLICT (name) DO UPDATE SET list_id = EXCLUDED.list_id, settings = EXCLUDED.settings, updated_at = now()
   RETURNING id`,
  { repeatable: true },
);

export interface CampaignRow {
  readonly id: number;
  readonly name: string;
  readonly list: string;
  readonly settings: CampaignSettings;
}
export const selectCampaigns = statement<CampaignRow>(
  'campaigns.select-campaigns',
  `SELECT c.id, c.name, l.name AS list, c.settings FROM campaign c JOIN contact_list l ON l.id = c.list_id WHERE $1::text IS NULL OR c.name = $1 ORDER BY c.name`,
  { repeatable: true },
);

export const insertJob = statement<{ settings: CampaignSettings }>(
  'campaigns.insert-job',
  `INSERT INTO job (id, campaign_id, state, settings, starts_at, ends_at, created_at, pacing, sharing)
   SELECT $1, c.id, 'Scheduled', c.settings, $3, $4, $5, $6, $7 FROM campaign c WHERE c.name = $2
   RETURNING settings`,
);

/** Takes over the list's contacts; those that the job has already stay as they are. */
export const takeContacts = statement<{ taken: number }>(
  'campaigns.take-contacts',
  `WITH taken AS (
     INSERT INTO job_contact (job_id, contact_id, due_at)
     SELECT j.id, c.id, j.starts_at FROM job j JOIN campaign ca ON ca.id = j.campaign_id JOIN contact c ON c.list_id = ca.list_id
     WHERE j.id = $1 ON CONFLICT DO NOTHING RETURNING 1)
   UPDATE job SET contacts_taken = contacts_taken + (SELECT count(*) FROM taken) WHERE id = $1
   RETURNING (SELECT count(*) FROM taken) AS taken`,
);

export const analyzeContacts = statement('campaigns.analyze-contacts', 'ANALYZE job_contact', { repeatable: true });

export interface JobRow {
  readonly id: string;
  readonly campaign: string;
  readonly campaign_id: number;
  readonly list: string;
  readonly state: JobState;
  readonly settings: CampaignSettings;
  readonly starts_at: number;
  readonly ends_at: number | null;
  readonly started_at: number | null;
  readonly completed_at: number | null;
  readonly finish_reason: string | null;
  /** Null: as its campaign has it. */
  readonly pacing: JobPacing | null;
  readonly sharing: JobSharing | null;
}
const jobColumns = `SELECT j.id, c.name AS campaign, c.id AS campaign_id, l.name AS list, j.state, j.settings, j.starts_at, j.ends_at, j.started_at, j.completed_at, j.finish_reason, j.pacing, j.sharing
   FROM job j JOIN campaign c ON c.id = j.campaign_id JOIN contact_list l ON l.id = c.list_id`;
export const selectJob = statement<JobRow>('campaigns.select-job', `${jobColumns} WHERE j.id = $1`, { repeatable: true });
export const selectJobs = statement<JobRow>('campaigns.select-jobs', `${jobColumns} WHERE NOT $1::boolean OR j.state <> 'Completed' ORDER BY j.created_at, j.id`, { repeatable: true });

export const setJobPacing = statement<{ id: string }>('campaigns.set-job-pacing', `UPDATE job SET pacing = $2 WHERE id = $1 AND state <> 'Completed' RETURNING id`, { repeatable: true });
export const setJobSharing = statement<{ id: string }>('campaigns.set-job-sharing', `UPDATE job SET sharing = $2 WHERE id = $1 AND state <> 'Completed' RETURNING id`, { repeatable: true });

/** Compare and set: answers nothing when another server moved the job first. */
export const moveJob = statement<{ id: string }>(
  'campaigns.move-job',
  `UPDATE job SET state = $3,
     started_at = CASE WHEN $3 = 'Running' THEN coalesce(started_at, $4::timestamptz) ELSE started_at END,
     completed_at = CASE WHEN $3 = 'Completed' THEN $4::timestamptz END,
     finish_reason = coalesce($5, finish_reason)
   WHERE id = $1 AND state = $2 RETURNING id`,
);

export const withdrawContacts = statement<{ n: number }>(
  'campaigns.withdraw-contacts',
  `WITH gone AS (UPDATE job_contact SET state = 'withdrawn', leased_by = NULL, lease_expires_at = NULL WHERE job_id = $1 AND state IN ('waiting', 'leased') RETURNING 1)
   SELECT count(*) AS n FROM gone`,
  { repeatable: true },
);

/** What is open in a job: the questions that its life turns on. */
export const jobPressure = statement<{ attempting: boolean; left: boolean; goal: number }>(
  'campaigns.job-pressure',
  `SELECT EXISTS (SELECT FROM job_contact WHERE job_id = $1 AND state = 'attempting') AS attempting,
     EXISTS (SELECT FROM job_contact WHERE job_id = $1 AND state IN ('waiting', 'leased', 'attempting')) AS left,
     CASE WHEN $2::text[] IS NULL THEN 0 ELSE (SELECT count(*) FROM job_contact WHERE job_id = $1 AND last_code = ANY ($2)) END AS goal`,
  { repeatable: true },
);

export const releaseExpiredLeases = statement<{ job_id: string; n: number }>(
  'campaigns.release-expired-leases',
  `WITH late AS (
     SELECT job_id, contact_id FROM job_contact WHERE state = 'leased' AND lease_expires_at <= $1 FOR UPDATE SKIP LOCKED),
   released AS (
     UPDATE job_contact jc SET state = 'waiting', leased_by = NULL, lease_expires_at = NULL FROM late
     WHERE jc.job_id = late.job_id AND jc.contact_id = late.contact_id RETURNING jc.job_id)
   SELECT job_id, count(*) AS n FROM released GROUP BY job_id`,
  { repeatable: true },
);
