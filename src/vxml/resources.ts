/**
 * What the interpreter fetches, and from whom: documents, scripts, grammars, data and audio. Bound to `src/fetch/` by
 * `bind-resources.ts`; a test hands in its own. An expected failure is a result; `timeout` and `status` become error.badfetch
 * with and without the HTTP status (§5.2.6).
 */
export interface Resources {
  fetch(request: ResourceRequest, signal: AbortSignal): Promise<ResourceOutcome>;
  /** Brings a resource into the cache (§6.1.3); what goes wrong shows when it is fetched. */
  prefetch?(request: Pick<ResourceRequest, 'uri' | 'timeoutMs'>): void;
  /**
   * Fetches audio into a local file that stays until the session ends at least, or is released. Long audio may still be growing
   * (`growthOf`) when it is answered; it ends when `signal` does.
   */
  audio(request: ResourceRequest, signal: AbortSignal): Promise<AudioOutcome>;
  /** A play of the file that `audio` answered for the signal's session is over. */
  release?(path: string, signal: AbortSignal): void;
}

export interface ResourceRequest {
  /** Absolute. */
  readonly uri: string;
  readonly method: 'get' | 'post';
  /** `application/x-www-form-urlencoded` or `multipart/form-data`. */
  readonly enctype: string;
  readonly fields: readonly SubmitField[];
  readonly timeoutMs: number;
  readonly maxAgeSeconds?: number;
  readonly maxStaleSeconds?: number;
  /** The document that asks, for Referer and access rules. */
  readonly referrer?: string;
}

export type SubmitField =
  | { readonly name: string; readonly value: string }
  /** Recorded audio (§2.3.6): sent as a file where the encoding can carry it. */
  | { readonly name: string; readonly path: string; readonly contentType: string };

export type FetchFailure =
  | { readonly ok: false; readonly kind: 'status'; readonly status: number; readonly message: string }
  | { readonly ok: false; readonly kind: 'timeout' | 'scheme' | 'denied' | 'too-large' | 'unreachable' | 'aborted'; readonly message: string };

export type ResourceOutcome =
  | { readonly ok: true; readonly uri: string; readonly contentType: string | undefined; readonly bytes: Uint8Array; readonly text: string; readonly etag?: string; readonly fromCache?: boolean }
  | FetchFailure;

export type AudioOutcome = { readonly ok: true; readonly path: string; readonly contentType?: string } | FetchFailure;
