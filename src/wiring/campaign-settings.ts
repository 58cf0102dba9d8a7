import type { CampaignConfig } from '../config/index.ts';
import type { DriverSettings } from '../core/call-control/attempt-runner.ts';
import { createPacer } from '../core/pacing/create-pacer.ts';
import type { Pacer, PacingKind, PacingOptions } from '../core/pacing/pacing.ts';
import { NailupError } from '../kernel/nailup-error.ts';
import { defaultCampaignSettings, type CampaignSettings } from '../modules/campaigns/index.ts';
import { defaultRules } from '../modules/rules/index.ts';

const hourMs = 3_600_000;

/** The campaign of the configuration, as the campaigns module stores it. */
export function campaignSettings(campaign: CampaignConfig): CampaignSettings {
  const { guardTimes } = campaign;
  return {
    ...defaultCampaignSettings,
    rules: {
      ...defaultRules,
      guardTimes: { every: [{ from: guardTimes.from, to: guardTimes.to }] },
      unknownTimeZone: guardTimes.unknownZone,
      frequency: campaign.frequency,
      nuisanceMs: campaign.nuisanceHours * hourMs,
      machineMs: campaign.machineHours * hourMs,
    },
    retries: { byCode: campaign.retries, maxAttempts: campaign.maxAttempts },
    agentCodes: campaign.completionCodes.map((code) => ({ code, kind: 'agent' as const, human: true })),
  };
}

/** How the campaign's driver page is launched. `uriOf` finds a page beside the configuration or among the shipped ones. */
export function driverSettings(campaign: CampaignConfig, uriOf: (page: string) => string): DriverSettings {
  const human = campaign.humanDialog ?? (campaign.mode === 'agent' ? 'vxml/safe-harbour.vxml' : 'vxml/notify.vxml');
  return {
    driverUri: uriOf(campaign.driver),
    mode: campaign.mode,
    classify: campaign.classify,
    callerId: campaign.callerId,
    trunk: campaign.trunk,
    ringTimeoutMs: campaign.ringTimeoutMs,
    humanUrl: uriOf(human),
    machineUrl: campaign.leaveMessage ? uriOf(campaign.machineDialog) : '',
    verdictMs: campaign.verdictMs,
    sovTimeoutMs: campaign.sovTimeoutMs,
    liveVoiceTimeoutMs: campaign.liveVoiceTimeoutMs,
    safeHarbourMs: campaign.safeHarbourMs,
    parameters: { callerName: campaign.callerName, callbackNumber: campaign.callbackNumber, campaign: campaign.name, message: campaign.message },
  };
}

const perMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** `progressive`, `progressive:1.2`, `ratio:1.5`, `rate:5/s`, `cruise`, `cruise:0.03` … @throws NailupError PACING_INVALID */
export function pacingOptions(text: string): PacingOptions {
  const [kind, value] = text.split(':') as [PacingKind, string | undefined];
  if (value === undefined) return { kind };
  const rate = /^(\d+(?:\.\d+)?)\/([smh])$/.exec(value);
  if (kind === 'rate' && rate !== null) return { kind, rate: { count: Number(rate[1]), perMs: perMs[rate[2] ?? 's'] ?? 1_000 } };
  const number = Number(value);
  if (!Number.isFinite(number)) throw new NailupError('PACING_INVALID', `pacing "${text}": ${value} is not a number`, { mend: 'Use progressive, ratio:1.5, rate:5/s or another kind of docs/pacing.md.' });
  if (kind === 'cruise') return { kind, promise: { targetRate: number, thresholdMs: 2_000, from: 'greetingEnd', windowMs: 86_400_000 } };
  return { kind, ratio: number };
}

/** @throws NailupError PACING_INVALID */
export function pacerOf(text: string): Pacer {
  const pacer = createPacer(pacingOptions(text));
  if (typeof pacer === 'string') throw new NailupError('PACING_INVALID', `pacing "${text}": ${pacer}`, { mend: 'docs/pacing.md lists the kinds.' });
  return pacer;
}
