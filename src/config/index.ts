export { campaignsOf, configSchema, type CampaignConfig, type Config } from './schema.ts';
export { loadConfig, parseConfig } from './load.ts';
