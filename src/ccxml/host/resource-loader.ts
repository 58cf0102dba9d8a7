import type { FetchOutcome, FetchRequest } from '../session/session-protocol.ts';

/** Fetching, as the host needs it; implemented on `src/fetch`, or by a simulated web. */
export interface ResourceLoader {
  /** A document or script as text. Never rejects. `timeoutMs` undefined: the loader's own limit. */
  load(request: FetchRequest, signal: AbortSignal): Promise<FetchOutcome>;
  /** A form sent to an address (basichttp). Never rejects. */
  post(request: { readonly uri: string; readonly form: readonly (readonly [string, string])[]; readonly timeoutMs: number }, signal: AbortSignal): Promise<PostOutcome>;
}

export type PostOutcome = { readonly ok: true; readonly status: number } | { readonly ok: false; readonly reason: string };
