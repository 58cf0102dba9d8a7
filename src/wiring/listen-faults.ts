import type { Config } from '../config/index.ts';
import { NailupError } from '../kernel/nailup-error.ts';

/** The operator API trusts loopback; anywhere else it needs a token. */
export function checkExposure(config: Config): void {
  const { host, apiTokenHash } = config.http;
  if (apiTokenHash !== undefined || /^(127\.|::1$|localhost$)/.test(host)) return;
  throw new NailupError('CONFIG_EXPOSED', `the HTTP side would listen on ${host} without a token`, { place: 'http.host', mend: 'Set http.apiTokenHash (nailup password prints one), or listen on 127.0.0.1.' });
}

/** A fault of listening in the reader's words: what is in use, the key of the configuration, and the mend. */
export function portError(error: unknown, address: string, key: string): unknown {
  const code = (error as { code?: string }).code;
  if (code === 'EADDRINUSE') return new NailupError('PORT_IN_USE', `${address} is in use by another program`, { place: key, mend: 'Stop that program, or choose another port.', cause: error });
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') return new NailupError('PORT_NOT_USABLE', `${address} cannot be listened on: ${(error as Error).message}`, { place: key, mend: 'Choose an address of this machine and a port above 1023.', cause: error });
  return error;
}
