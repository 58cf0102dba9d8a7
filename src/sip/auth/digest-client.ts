import type { IdSource } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { quote } from '../message/grammar.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { parseAuthHeader } from './auth-header.ts';
import { digestAlgorithm, digestStrength, isSession, type DigestAlgorithm } from './digest-algorithm.ts';
import { digestResponse, type DigestQop, type DigestSecret } from './digest-response.ts';

export interface DigestCredentials {
  readonly username: string;
  readonly secret: DigestSecret;
}

/**
 * Why a challenge is not answered. `no-credentials`: for none of the realms; `unsupported`: no scheme, algorithm or qop
 * of ours; `rejected`: the same realm asks again and the nonce is not stale, so the password is wrong.
 */
export type DigestRefusal = 'no-challenge' | 'no-credentials' | 'unsupported' | 'rejected';

interface Challenge {
  readonly header: 'Authorization' | 'Proxy-Authorization';
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly algorithm: DigestAlgorithm;
  /** The name as the challenge wrote it, undefined when it named none. */
  readonly algorithmText: string | undefined;
  readonly qop: DigestQop | undefined;
  readonly stale: boolean;
  /** How often the nonce was used. */
  uses: number;
}

/** Realms remembered per client; a peer that invents realms must not grow us. */
const REALMS = 16;

/**
 * Answers digest challenges of one peer (RFC 3261 §22, RFC 7616, RFC 8760) and remembers them, so that later requests
 * carry credentials from the start with a growing nonce count.
 */
export class DigestClient {
  readonly #credentials: (realm: string) => DigestCredentials | undefined;
  readonly #ids: IdSource;
  readonly #challenges = new Map<string, Challenge>();

  constructor(credentials: (realm: string) => DigestCredentials | undefined, ids: IdSource) {
    this.#credentials = credentials;
    this.#ids = ids;
  }

  /**
   * Puts credentials for every realm that `response` (401 or 407) asks for into `retry`, the new attempt of `request`.
   * The strongest challenge of a realm that we can answer is taken; the caller sets CSeq and branch.
   */
  answer(request: SipRequest, response: SipResponse, retry: SipRequest): Result<void, DigestRefusal> {
    const offered = readChallenges(response);
    if (offered === undefined) return fail('no-challenge');
    if (offered.length === 0) return fail('unsupported');
    let answered = false;
    for (const challenge of offered) {
      if (this.#credentials(challenge.realm) === undefined) continue;
      if (!challenge.stale && alreadyAnswered(request, challenge)) return fail('rejected');
      const key = `${challenge.header} ${challenge.realm}`;
      this.#challenges.delete(key);
      this.#challenges.set(key, challenge);
      answered = true;
    }
    if (!answered) return fail('no-credentials');
    for (const key of this.#challenges.keys()) {
      if (this.#challenges.size <= REALMS) break;
      this.#challenges.delete(key);
    }
    this.authorize(retry);
    return ok(undefined);
  }

  /** Puts credentials for every challenge remembered into a request that is about to be sent; replaces what it had. */
  authorize(request: SipRequest): void {
    if (this.#challenges.size === 0) return;
    const lines = { Authorization: [] as string[], 'Proxy-Authorization': [] as string[] };
    for (const challenge of this.#challenges.values()) {
      const credentials = this.#credentials(challenge.realm);
      if (credentials !== undefined) lines[challenge.header].push(this.#line(request, challenge, credentials));
    }
    for (const name of ['Authorization', 'Proxy-Authorization'] as const) {
      request.remove(name);
      for (const line of lines[name]) request.append(name, line);
    }
  }

  /** Takes over the nonce of Authentication-Info (RFC 7616 §3.5) from a successful response. */
  learn(response: SipResponse): void {
    for (const [info, header] of [['Authentication-Info', 'Authorization'], ['Proxy-Authentication-Info', 'Proxy-Authorization']] as const) {
      const line = response.get(info);
      const next = line === undefined ? undefined : parseAuthHeader(`Digest ${line}`)?.[0]?.params.get('nextnonce');
      if (next === undefined || next === '') continue;
      const of = [...this.#challenges].filter(([, challenge]) => challenge.header === header);
      // The header names no realm: only a lone challenge can be meant.
      const [only] = of;
      if (of.length === 1 && only !== undefined) this.#challenges.set(only[0], { ...only[1], nonce: next, uses: 0 });
    }
  }

  #line(request: SipRequest, challenge: Challenge, credentials: DigestCredentials): string {
    const { algorithm, realm, nonce, qop } = challenge;
    challenge.uses += 1;
    const nc = qop === undefined ? undefined : challenge.uses.toString(16).padStart(8, '0');
    const cnonce = qop !== undefined || isSession(algorithm) ? this.#ids.next('cnonce').slice('cnonce-'.length) : undefined;
    const uri = request.requestUri;
    const { username, secret } = credentials;
    const response = digestResponse({ algorithm, username, realm, secret, method: request.method, uri, nonce, qop, nc, cnonce, body: request.body });
    let line = `Digest username=${quote(username)}, realm=${quote(realm)}, nonce=${quote(nonce)}, uri=${quote(uri)}, response="${response}"`;
    if (challenge.algorithmText !== undefined) line += `, algorithm=${algorithm}`;
    if (cnonce !== undefined) line += `, cnonce="${cnonce}"`;
    if (challenge.opaque !== undefined) line += `, opaque=${quote(challenge.opaque)}`;
    if (qop !== undefined) line += `, qop=${qop}, nc=${nc ?? ''}`;
    return line;
  }
}

/** The best challenge that we can answer of each realm; undefined when the response holds none at all. */
function readChallenges(response: SipResponse): Challenge[] | undefined {
  const best = new Map<string, Challenge>();
  let any = false;
  for (const [name, header] of [['WWW-Authenticate', 'Authorization'], ['Proxy-Authenticate', 'Proxy-Authorization']] as const) {
    for (const line of response.headers.lines(name)) {
      any = true;
      for (const { scheme, params } of parseAuthHeader(line) ?? []) {
        const algorithm = digestAlgorithm(params.get('algorithm'));
        const realm = params.get('realm');
        const nonce = params.get('nonce');
        if (scheme !== 'digest' || algorithm === undefined || realm === undefined || nonce === undefined) continue;
        const options = params.get('qop')?.split(',').map((option) => option.trim().toLowerCase());
        const qop = options?.includes('auth') === true ? 'auth' : options?.includes('auth-int') === true ? 'auth-int' : undefined;
        if (options !== undefined && qop === undefined) continue;
        const key = `${header} ${realm}`;
        const rival = best.get(key);
        if (rival !== undefined && digestStrength(rival.algorithm) >= digestStrength(algorithm)) continue;
        best.set(key, {
          header,
          realm,
          nonce,
          opaque: params.get('opaque'),
          algorithm,
          algorithmText: params.get('algorithm'),
          qop,
          stale: params.get('stale')?.toLowerCase() === 'true',
          uses: 0,
        });
      }
    }
  }
  return any ? [...best.values()] : undefined;
}

/** Whether the refused request had already answered this very realm with a nonce that the peer does not call stale. */
function alreadyAnswered(request: SipRequest, challenge: Challenge): boolean {
  return request.headers
    .lines(challenge.header)
    .some((line) => parseAuthHeader(line)?.some(({ params }) => params.get('realm') === challenge.realm) === true);
}
