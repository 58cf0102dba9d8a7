import type { CampaignConfig } from '../config/index.ts';
import type { DriverSettings } from '../core/call-control/driver-settings.ts';
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
    classifyEarly: campaign.classifyEarlyMedia,
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
