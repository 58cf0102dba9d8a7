import { digestHash, isSession, type DigestAlgorithm } from './digest-algorithm.ts';

/** What proves who somebody is: the password, or H(username:realm:password) of the algorithm, in hexadecimal; `ha1Sha256` where SHA-256 has its own. */
export type DigestSecret = { readonly password: string } | { readonly ha1: string; readonly ha1Sha256?: string };

export type DigestQop = 'auth' | 'auth-int';

export interface DigestInput {
  readonly algorithm: DigestAlgorithm;
  readonly username: string;
  readonly realm: string;
  readonly secret: DigestSecret;
  readonly method: string;
  /** The `uri` parameter, as it stands in the header. */
  readonly uri: string;
  readonly nonce: string;
  /** Without `qop` the response is that of RFC 2069. */
  readonly qop?: DigestQop | undefined;
  /** Eight hexadecimal digits; with `qop`. */
  readonly nc?: string | undefined;
  /** With `qop` or a -sess algorithm. */
  readonly cnonce?: string | undefined;
  /** The request's body; with `auth-int`. */
  readonly body?: Buffer | undefined;
}

/** The `response` parameter (RFC 7616 §3.4.1, RFC 3261 §22.4). */
export function digestResponse(input: DigestInput): string {
  const { algorithm, nonce, qop } = input;
  const hash = (text: string | Buffer): string => digestHash(algorithm, text);
  let ha1 = 'ha1' in input.secret ? ((algorithm.startsWith('SHA-256') ? input.secret.ha1Sha256 : undefined) ?? input.secret.ha1) : hash(`${input.username}:${input.realm}:${input.secret.password}`);
  if (isSession(algorithm)) ha1 = hash(`${ha1}:${nonce}:${input.cnonce ?? ''}`);
  const a2 = `${input.method}:${input.uri}`;
  const ha2 = hash(qop === 'auth-int' ? `${a2}:${hash(input.body ?? Buffer.alloc(0))}` : a2);
  return qop === undefined ? hash(`${ha1}:${nonce}:${ha2}`) : hash(`${ha1}:${nonce}:${input.nc ?? ''}:${input.cnonce ?? ''}:${qop}:${ha2}`);
}
