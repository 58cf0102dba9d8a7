import { createHash } from 'node:crypto';

/** Algorithms of RFC 7616 and RFC 8760 that this stack computes, weakest first. */
export const DIGEST_ALGORITHMS = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'] as const;
export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number];

const HASHES: Readonly<Record<DigestAlgorithm, string>> = {
  MD5: 'md5',
  'MD5-sess': 'md5',
  'SHA-256': 'sha256',
  'SHA-256-sess': 'sha256',
  'SHA-512-256': 'sha512-256',
  'SHA-512-256-sess': 'sha512-256',
};

/** The algorithm that a header names, in any case; MD5 when it names none (RFC 3261 §22.4); undefined when unknown. */
export function digestAlgorithm(name: string | undefined): DigestAlgorithm | undefined {
  if (name === undefined) return 'MD5';
  const lower = name.toLowerCase();
  return DIGEST_ALGORITHMS.find((algorithm) => algorithm.toLowerCase() === lower);
}

/** Higher is stronger. */
export const digestStrength = (algorithm: DigestAlgorithm): number => DIGEST_ALGORITHMS.indexOf(algorithm);

export const isSession = (algorithm: DigestAlgorithm): boolean => algorithm.endsWith('-sess');

/** Lower-case hexadecimal. */
export const digestHash = (algorithm: DigestAlgorithm, data: string | Buffer): string =>
  createHash(HASHES[algorithm]).update(data).digest('hex');
