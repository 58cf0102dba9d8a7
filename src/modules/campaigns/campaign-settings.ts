import { NailupError } from '../../kernel/nailup-error.ts';
import { checkGuardTimes, defaultRules, type RuleSet } from '../rules/index.ts';
import { defaultAgentCodes, type CompletionCode } from './completion-code.ts';
import { defaultRetryPolicy, type RetryPolicy } from './retry-policy.ts';

/** What a campaign decides about its contacts. Stored as JSON; a job keeps the copy it was made with. */
export interface CampaignSettings {
  readonly rules: RuleSet;
  readonly retries: RetryPolicy;
  /** What its agents may choose at wrap-up. */
  readonly agentCodes: readonly CompletionCode[];
  /** A lease that is not used within this time is taken back. */
  readonly leaseMs: number;
  /** An attempt without a result after this time has lost its call: it is ended (Maximum call time, default 60 min). */
  readonly maxAttemptMs: number;
  /** Ends the job once so many contacts ended with one of these codes. */
  readonly goal?: { readonly codes: readonly string[]; readonly count: number };
  /** Goes on until stopped by hand: contacts may be added while it runs. */
  readonly infinite: boolean;
}

export const defaultCampaignSettings: CampaignSettings = {
  rules: defaultRules,
  retries: defaultRetryPolicy,
  agentCodes: defaultAgentCodes,
  leaseMs: 120_000,
  maxAttemptMs: 60 * 60_000,
  infinite: false,
};

/** @throws NailupError CAMPAIGN_SETTINGS */
export function completeSettings(given: Partial<CampaignSettings>): CampaignSettings {
  const settings = { ...defaultCampaignSettings, ...given };
  try {
    checkGuardTimes(settings.rules.guardTimes);
  } catch (error) {
    throw new NailupError('CAMPAIGN_SETTINGS', (error as Error).message, { place: 'rules.guardTimes', cause: error });
  }
  if (settings.leaseMs < 1_000) throw new NailupError('CAMPAIGN_SETTINGS', 'a lease must last at least a second', { place: 'leaseMs' });
  for (const [code, retry] of Object.entries(settings.retries.byCode)) {
    if (!(retry.count >= 0) || !(retry.delayMs >= 0)) throw new NailupError('CAMPAIGN_SETTINGS', 'a retry needs a count and a delay of 0 or more', { place: `retries.byCode.${code}` });
  }
  return settings;
}
