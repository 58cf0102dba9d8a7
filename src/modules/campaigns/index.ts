export { createCampaigns, type Campaigns, type CampaignsDeps } from './campaigns.ts';
export { defaultCampaignSettings, type CampaignSettings } from './campaign-settings.ts';
export { attemptInProgress, CompletionCodes, defaultAgentCodes, diedWithServer, systemCompletionCodes, type CompletionCode } from './completion-code.ts';
export type { OrphanAttempt } from './attempt-recovery.ts';
export type { Campaign, Job } from './job-director.ts';
export type { JobState } from './job.machine.ts';
export { jobReport, type JobReport } from './job-report.ts';
export { defaultRetryPolicy, nextStep, type Retry, type RetryPolicy } from './retry-policy.ts';
export type { LedgerWindow } from './pacing-ledger.ts';
