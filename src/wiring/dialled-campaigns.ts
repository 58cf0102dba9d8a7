import { campaignsOf, type Config } from '../config/index.ts';
import { driverSettings } from './campaign-settings.ts';
import { campaignPacing, checkKind } from './campaign-pacing.ts';
import type { DialledCampaign } from './jobs.ts';
import { messageCampaign } from './message-campaign.ts';
import { pacerOf } from './pacers.ts';

/**
 * The campaigns of the configuration with their pages and their trunk's limit. `uriOf` finds a page.
 * @throws NailupError PAGE_MISSING, PACING_INVALID, MESSAGE_TEMPLATE
 */
export function dialledCampaigns(config: Config, uriOf: (page: string) => string): ReadonlyMap<string, DialledCampaign> {
  return new Map(campaignsOf(config).map((campaign) => {
    checkKind(pacerOf(campaignPacing(campaign)).kind, campaign);
    const messages = messageCampaign(campaign, config);
    const trunks = messages !== undefined ? [] : config.trunks.filter((t) => t.name === campaign.trunk || t.group === campaign.trunk);
    return [campaign.name, {
      config: campaign,
      driver: driverSettings(campaign, uriOf),
      messages,
      callsPerSecond: trunks.length === 0 ? Number.POSITIVE_INFINITY : trunks.reduce((sum, t) => sum + t.callsPerSecond, 0),
    }];
  }));
}

/** Agents at once for each licence that is bounded. */
export function agentLicences({ licences }: Config): Readonly<Record<string, number>> {
  const { predictiveAgents, previewAgents, manualAgents } = licences;
  return Object.fromEntries([['predictive', predictiveAgents], ['preview', previewAgents], ['manual', manualAgents]].flatMap(([word, bound]) => (bound === undefined ? [] : [[word, bound]])));
}
