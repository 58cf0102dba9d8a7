import CachePolicy from 'http-cache-semantics';
import type { Clock } from '../kernel/clock.ts';

export interface StoredResponse {
  readonly policy: CachePolicy;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What the freshness rules of RFC 9111 look at. */
export interface CacheRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Responses by address, least recently used first to go when their octets pass the limit. A private cache (RFC 9111 §1). */
export class ResponseCache {
  readonly #entries = new Map<string, StoredResponse>();
  readonly #maxBytes: number;
  readonly #Policy: typeof CachePolicy;
  #bytes = 0;

  constructor(maxBytes: number, clock: Clock) {
    this.#maxBytes = maxBytes;
    this.#Policy = class extends CachePolicy {
      now(): number {
        return clock.now();
      }
    };
  }

  get bytes(): number {
    return this.#bytes;
  }

  find(key: string): StoredResponse | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return entry;
  }

  /** Keeps the response when the rules allow it. */
  store(key: string, request: CacheRequest, response: Omit<StoredResponse, 'policy'>): void {
    const policy = new this.#Policy({ ...request }, { status: response.status, headers: { ...response.headers } }, { shared: false });
    this.remove(key);
    if (!policy.storable() || response.body.byteLength > this.#maxBytes / 4) return;
    this.#put(key, { ...response, policy });
  }

  /** After a 304 or a full answer to a conditional request: the entry, freshened, or undefined when it no longer holds. */
  revalidate(key: string, request: CacheRequest, response: { status: number; headers: Readonly<Record<string, string>> }): StoredResponse | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const { policy, modified } = entry.policy.revalidatedPolicy({ ...request }, { status: response.status, headers: { ...response.headers } });
    if (modified) return undefined;
    const fresh = { ...entry, policy, headers: policy.responseHeaders() as Record<string, string> };
    this.remove(key);
    this.#put(key, fresh);
    return fresh;
  }

  remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#bytes -= entry.body.byteLength + overhead;
    this.#entries.delete(key);
  }

  #put(key: string, entry: StoredResponse): void {
    this.#entries.set(key, entry);
    this.#bytes += entry.body.byteLength + overhead;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.remove(oldest);
    }
  }
}

/** Octets that an entry takes beside its body. */
const overhead = 1024;
