import type { CcxmlSettings } from '../ccxml/config.ts';
import { campaignsOf, type Config } from './schema.ts';

/** The `ccxml` section as the CCXML server takes it; the groups are those that the server itself starts sessions for. */
export function ccxmlSettings(config: Config): CcxmlSettings {
  const { http, ...rest } = config.ccxml;
  const groups = [...(campaignsOf(config).length === 0 ? [] : ['agents', 'attempts']), ...(config.inbound.length === 0 ? [] : ['inbound'])];
  if (http === undefined) return { ...rest, groups };
  const { host, port, maxBodyBytes, user, password, publicAddress } = http;
  return {
    ...rest, groups,
    basicHttp: { host, port, maxBodyBytes, ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }), ...(publicAddress === undefined ? {} : { publicAddress }) },
  };
}
