import { badFetchEvent, type FetchError, type Fetcher, type Resource } from '../../fetch/fetch.ts';
import { toFormParameters } from '../io-processor/form-parameters.ts';
import { decodeXml } from '../../xml/decode-xml.ts';
import type { FetchOutcome, FetchRequest } from '../session/session-protocol.ts';
import type { PostOutcome, ResourceLoader } from './resource-loader.ts';

/** Largest document or script taken, octets. */
const maxBytes = 4 * 1024 * 1024;

/** Fetches through the server's own fetcher: cache, address policy and limits are its. */
export class FetcherResources implements ResourceLoader {
  readonly #fetcher: Fetcher;
  readonly #texts = new WeakMap<Uint8Array, Extract<FetchOutcome, { ok: true }>>();

  constructor(fetcher: Fetcher) {
    this.#fetcher = fetcher;
  }

  async load(request: FetchRequest, signal: AbortSignal): Promise<FetchOutcome> {
    const fetched = await this.#fetcher.fetch({
      uri: request.uri,
      ...(request.secondaryUri === undefined ? {} : { secondaryUri: request.secondaryUri }),
      method: request.method === 'post' ? 'POST' : 'GET',
      parameters: toFormParameters(request.namelist).map(([name, value]) => ({ name, value })),
      encoding: request.enctype === 'multipart/form-data' ? 'multipart/form-data' : 'application/x-www-form-urlencoded',
      maxBytes,
      signal,
      ...(request.timeoutMs === undefined ? {} : { timeoutMs: request.timeoutMs }),
      ...(request.maxAgeMs === undefined ? {} : { maxAge: Math.floor(request.maxAgeMs / 1000) }),
      ...(request.maxStaleMs === undefined ? {} : { maxStale: Math.floor(request.maxStaleMs / 1000) }),
    });
    if (!fetched.ok) return { ok: false, ...failureOf(fetched.error) };
    return this.#decoded(fetched.value);
  }

  /** The octets of a document that many sessions start on are decoded once. */
  #decoded({ uri, body, contentType, version }: Resource): FetchOutcome {
    const known = this.#texts.get(body);
    if (known?.contentType === contentType && known.uri === uri) return known;
    const decoded = decodeXml(body, contentType);
    if (!decoded.ok) return { ok: false, reason: `${uri}: ${decoded.message}` };
    const text = { ok: true, uri, text: decoded.text, contentType, version: `${version} ${contentType}` } as const;
    this.#texts.set(body, text);
    return text;
  }

  async post(request: { readonly uri: string; readonly form: readonly (readonly [string, string])[]; readonly timeoutMs: number }, signal: AbortSignal): Promise<PostOutcome> {
    const fetched = await this.#fetcher.fetch({
      uri: request.uri, method: 'POST', parameters: request.form.map(([name, value]) => ({ name, value })), encoding: 'application/x-www-form-urlencoded', timeoutMs: request.timeoutMs, maxAge: 0, signal,
    });
    if (fetched.ok) return { ok: true, status: fetched.value.status };
    return fetched.error.kind === 'status' && fetched.error.status !== undefined ? { ok: true, status: fetched.error.status } : { ok: false, reason: fetched.error.message };
  }
}

function failureOf(error: FetchError): { reason: string; status?: number } {
  const reason = `${badFetchEvent(error)}: ${error.message}`;
  return error.status === undefined ? { reason } : { reason, status: error.status };
}
