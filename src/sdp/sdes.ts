import type { MediaDescription } from './session-description.ts';

export type CryptoSuite = 'AES_CM_128_HMAC_SHA1_80' | 'AES_CM_128_HMAC_SHA1_32';
export const cryptoSuites: readonly CryptoSuite[] = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'];

/** One `a=crypto` line (RFC 4568 §9.1) of a suite that we speak. `keySalt` is base64 of 16 octets key and 14 octets salt. */
export interface SdesCrypto {
  readonly tag: number;
  readonly suite: CryptoSuite;
  readonly keySalt: string;
}

/**
 * The usable `a=crypto` lines in order. A line with an MKI, several keys or session parameters that change the transform
 * (UNENCRYPTED_SRTP and the like) is left out, as RFC 4568 §6.3 demands of parameters that are not understood.
 */
export function sdesCryptos(media: MediaDescription): SdesCrypto[] {
  const cryptos: SdesCrypto[] = [];
  for (const { name, value } of media.attributes) {
    if (name !== 'crypto' || value === undefined) continue;
    const match = /^(\d{1,9})\s+(\S+)\s+inline:([A-Za-z0-9+/]{40}=*)(\|[^;\s]*)?(.*)$/.exec(value);
    if (match === null) continue;
    const suite = cryptoSuites.find((known) => known === match[2]?.toUpperCase());
    const lifetimeOnly = match[4] === undefined || /^\|(2\^\d{1,2}|\d{1,15})$/.test(match[4]);
    const parameters = (match[5] ?? '').trim();
    if (suite === undefined || !lifetimeOnly || (parameters !== '' && !/^(WSH=\d+\s*)+$/.test(parameters))) continue;
    cryptos.push({ tag: Number(match[1]), suite, keySalt: match[3] ?? '' });
  }
  return cryptos;
}

export function cryptoLine({ tag, suite, keySalt }: SdesCrypto): string {
  return `${tag} ${suite} inline:${keySalt}`;
}
