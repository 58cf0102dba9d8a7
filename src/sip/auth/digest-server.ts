import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import { quote } from '../message/grammar.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { parseAuthHeader } from './auth-header.ts';
import { digestAlgorithm, type DigestAlgorithm } from './digest-algorithm.ts';
import { digestResponse, type DigestQop, type DigestSecret } from './digest-response.ts';

export interface DigestServerOptions {
  readonly realm: string;
  /** Signs nonces; at least 16 octets. Servers that share it accept each other's nonces. */
  readonly secret: Buffer;
  /** Offered in this order, the preferred one first (RFC 8760 §2.4). */
  readonly algorithms?: readonly DigestAlgorithm[];
  readonly qop?: readonly DigestQop[];
  /** How long a nonce is good. */
  readonly nonceLifetimeMs?: number;
  /** As a proxy: 407 and Proxy-Authorization instead of 401 and Authorization. */
  readonly proxy?: boolean;
  /** Nonces whose last count is remembered against replay. */
  readonly rememberedNonces?: number;
}

/** What a request presents. `presented` says who it claims to be; `check` settles whether that is true. */
export type Presented =
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed'; readonly detail: string }
  | { readonly kind: 'stale' }
  | {
      readonly kind: 'presented';
      readonly username: string;
      readonly algorithm: DigestAlgorithm;
      /**
       * `secret` undefined stands for an unknown user and takes as long. `replayed`: true proof, but its nonce count was
       * used before; challenge again with `stale`.
       */
      check(secret: DigestSecret | undefined): 'right' | 'wrong' | 'replayed';
    };

/**
 * Challenges and verifies (RFC 3261 §22, RFC 7616 §3.3, RFC 8760). Nonces need no table: each carries its time and an HMAC.
 * Only the last nonce counts are kept, in a bounded memory; a nonce that fell out of it is accepted anew until it expires.
 */
export class DigestServer {
  readonly #realm: string;
  readonly #secret: Buffer;
  readonly #algorithms: readonly DigestAlgorithm[];
  readonly #qop: readonly DigestQop[];
  readonly #lifetimeMs: number;
  readonly #proxy: boolean;
  readonly #remembered: number;
  readonly #clock: Clock;
  readonly #counts = new Map<string, number>();
  #serial = 0;

  constructor(options: DigestServerOptions, clock: Clock) {
    if (options.secret.length < 16) throw new Error('a nonce secret needs 16 octets');
    this.#realm = options.realm;
    this.#secret = options.secret;
    this.#algorithms = options.algorithms ?? ['SHA-256', 'MD5'];
    this.#qop = options.qop ?? ['auth'];
    this.#lifetimeMs = options.nonceLifetimeMs ?? 300_000;
    this.#proxy = options.proxy ?? false;
    this.#remembered = options.rememberedNonces ?? 10_000;
    this.#clock = clock;
  }

  /** 401, or 407 for a proxy. */
  get challengeStatus(): 401 | 407 {
    return this.#proxy ? 407 : 401;
  }

  /** Adds one challenge per algorithm to a 401 or 407. */
  challenge(response: SipResponse, options: { readonly stale?: boolean } = {}): void {
    const nonce = this.#nonce();
    const qop = this.#qop.length === 0 ? '' : `, qop="${this.#qop.join(',')}"`;
    for (const algorithm of this.#algorithms) {
      const stale = options.stale === true ? ', stale=true' : '';
      response.append(
        this.#proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate',
        `Digest realm=${quote(this.#realm)}, nonce="${nonce}"${qop}, algorithm=${algorithm}${stale}`,
      );
    }
  }

  /** Reads the credentials for our realm; whoever asks finds the secret, from a table or a database, and calls `check`. */
  read(request: SipRequest): Presented {
    for (const line of request.headers.lines(this.#proxy ? 'Proxy-Authorization' : 'Authorization')) {
      const header = parseAuthHeader(line)?.[0];
      if (header === undefined) return { kind: 'malformed', detail: 'unreadable credentials' };
      if (header.scheme === 'digest' && header.params.get('realm') === this.#realm) return this.#presented(request, header.params);
    }
    return { kind: 'none' };
  }

  #presented(request: SipRequest, params: ReadonlyMap<string, string>): Presented {
    const malformed = (detail: string): Presented => ({ kind: 'malformed', detail });
    const username = params.get('username');
    const nonce = params.get('nonce');
    const uri = params.get('uri');
    const response = params.get('response');
    if (username === undefined || nonce === undefined || uri === undefined || response === undefined) return malformed('a parameter is missing');
    const algorithm = digestAlgorithm(params.get('algorithm'));
    if (algorithm === undefined || !this.#algorithms.includes(algorithm)) return malformed('an algorithm that was not offered');
    const qop = params.get('qop')?.toLowerCase();
    if (qop !== undefined && qop !== 'auth' && qop !== 'auth-int') return malformed('an unknown qop');
    // Clients of RFC 2069 answer without qop even where it is offered; RFC 3261 §22.4 tells servers to bear with them.
    if (qop !== undefined && !this.#qop.includes(qop)) return malformed('a qop that was not offered');
    const nc = params.get('nc');
    const cnonce = params.get('cnonce');
    if (qop !== undefined && (cnonce === undefined || nc === undefined || !/^[0-9a-fA-F]{8}$/.test(nc))) return malformed('qop without cnonce or nc');
    if (!this.#isGood(nonce)) return { kind: 'stale' };
    return {
      kind: 'presented',
      username,
      algorithm,
      check: (secret) => {
        const realm = this.#realm;
        const expected = digestResponse({
          algorithm, username, realm, secret: secret ?? { password: '' }, method: request.method, uri, nonce, qop, nc, cnonce, body: request.body,
        });
        const right = equal(expected, response.toLowerCase()) && secret !== undefined;
        if (!right) return 'wrong';
        return qop === undefined || this.#count(nonce, Number.parseInt(nc ?? '0', 16)) ? 'right' : 'replayed';
      },
    };
  }

  /** time (ms, 12 hexadecimal digits) · serial (8) · HMAC (32). */
  #nonce(): string {
    this.#serial = (this.#serial + 1) >>> 0;
    const stamp = Math.max(0, Math.floor(this.#clock.now())).toString(16).padStart(12, '0') + this.#serial.toString(16).padStart(8, '0');
    return stamp + this.#sign(stamp);
  }

  #sign(stamp: string): string {
    return createHmac('sha256', this.#secret).update(`${this.#realm}:${stamp}`).digest('hex').slice(0, 32);
  }

  #isGood(nonce: string): boolean {
    if (nonce.length !== 52) return false;
    const stamp = nonce.slice(0, 20);
    if (!equal(this.#sign(stamp), nonce.slice(20))) return false;
    const age = this.#clock.now() - Number.parseInt(stamp.slice(0, 12), 16);
    return age >= -60_000 && age <= this.#lifetimeMs;
  }

  /** False when the count was used before. */
  #count(nonce: string, nc: number): boolean {
    const last = this.#counts.get(nonce) ?? 0;
    if (nc <= last) return false;
    this.#counts.delete(nonce);
    this.#counts.set(nonce, nc);
    for (const oldest of this.#counts.keys()) {
      if (this.#counts.size <= this.#remembered) break;
      this.#counts.delete(oldest);
    }
    return true;
  }
}

function equal(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
