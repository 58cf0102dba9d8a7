import type { CampaignConfig } from '../config/index.ts';
import { defaultSharing, type JobSharing } from '../core/allocation/job-sharing.ts';
import type { PacingKind } from '../core/pacing/pacing.ts';
import { NailupError } from '../kernel/nailup-error.ts';
import type { JobPacing } from '../modules/campaigns/index.ts';
import { completePromise } from './pacers.ts';

/** How the configuration has a campaign share agents and lines. */
export function campaignSharing(config: CampaignConfig | undefined): JobSharing {
  if (config === undefined) return defaultSharing;
  const { maxAgents, ...sharing } = config.sharing;
  return { ...sharing, ...(maxAgents === undefined ? {} : { maxAgents }) };
}

/** How the configuration has a campaign paced. */
export function campaignPacing(config: CampaignConfig | undefined): JobPacing {
  if (config === undefined) return { pacing: 'progressive' };
  const { pacing, promise, floor, ceiling } = config;
  return { pacing, ...(promise === undefined ? {} : { promise: completePromise(given(promise), pacing) }), ...(floor === undefined ? {} : { floor }), ...(ceiling === undefined ? {} : { ceiling }) };
}

/** Whether a campaign's people can be reached in that way. @throws NailupError PACING_INVALID */
export function checkKind(kind: PacingKind, { name, mode, channel }: Pick<CampaignConfig, 'name' | 'mode' | 'channel'>): void {
  if (channel !== 'voice' && kind !== 'rate' && kind !== 'skill') {
    throw new NailupError('PACING_INVALID', `pacing "${kind}": campaign ${name} sends messages by ${channel}, which no agent answers`, { mend: 'Pace it by rate, e.g. rate:5/s, or by skill.' });
  }
  if ((kind === 'preview' || kind === 'manual') && mode === 'dialog') {
    throw new NailupError('PACING_INVALID', `pacing "${kind}": campaign ${name} has the mode dialog, in which no agent dials`, { mend: 'Set campaign.mode to agent, or pace it by rate.' });
  }
}

const given = <T extends object>(of: T): { [F in keyof T]?: Exclude<T[F], undefined> } => Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as { [F in keyof T]?: Exclude<T[F], undefined> };
