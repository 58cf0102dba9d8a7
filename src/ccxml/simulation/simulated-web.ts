import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../kernel/clock.ts';
import { withQuery } from '../../fetch/form-encoding.ts';
import type { PostOutcome, ResourceLoader } from '../host/resource-loader.ts';
import { toFormParameters } from '../io-processor/form-parameters.ts';
import type { FetchOutcome, FetchRequest } from '../session/session-protocol.ts';

export interface WebRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly form: readonly (readonly [string, string])[];
}

export interface WebAnswer {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
  /** Seconds the answer may be kept. */
  readonly maxAge?: number;
  readonly delayMs?: number;
}

/** A host of the simulated web; undefined: no such page. */
export type WebSite = (request: WebRequest) => WebAnswer | undefined;

/** The web of a simulation: local files, and sites that are functions, on a clock that may be simulated. */
export class SimulatedWeb implements ResourceLoader {
  readonly #clock: Clock;
  readonly #sites: Readonly<Record<string, WebSite>>;
  readonly #cache = new Map<string, { readonly at: number; readonly outcome: FetchOutcome; readonly maxAge: number }>();

  /** `sites`: by host name. */
  constructor(clock: Clock, sites: Readonly<Record<string, WebSite>> = {}) {
    this.#clock = clock;
    this.#sites = sites;
  }

  async load(request: FetchRequest, signal: AbortSignal): Promise<FetchOutcome> {
    const form = toFormParameters(request.namelist);
    const uri = request.method === 'get' ? withQuery(request.uri, form.map(([name, value]) => ({ name, value }))) : request.uri;
    if (uri.startsWith('file:')) return readLocal(uri);
    const kept = request.method === 'get' ? this.#cache.get(uri) : undefined;
    const age = kept === undefined ? 0 : this.#clock.monotonic() - kept.at;
    if (kept !== undefined && age < kept.maxAge * 1000 && (request.maxAgeMs === undefined || age < request.maxAgeMs)) return kept.outcome;
    const answer = await this.#ask({ method: request.method === 'post' ? 'POST' : 'GET', url: new URL(uri), form }, request.timeoutMs ?? 30_000, signal);
    if (typeof answer === 'string') return { ok: false, reason: `error.badfetch: ${uri}: ${answer}` };
    if (answer.status < 200 || answer.status > 299) return { ok: false, reason: `error.badfetch.http.${answer.status}: ${uri} answered ${answer.status}`, status: answer.status };
    const outcome: FetchOutcome = { ok: true, uri, text: answer.body, ...(answer.contentType === undefined ? {} : { contentType: answer.contentType }) };
    if (request.method === 'get' && answer.maxAge !== undefined) this.#cache.set(uri, { at: this.#clock.monotonic(), outcome, maxAge: answer.maxAge });
    return outcome;
  }

  async post(request: { readonly uri: string; readonly form: readonly (readonly [string, string])[]; readonly timeoutMs: number }, signal: AbortSignal): Promise<PostOutcome> {
    const answer = await this.#ask({ method: 'POST', url: new URL(request.uri), form: request.form }, request.timeoutMs, signal);
    return typeof answer === 'string' ? { ok: false, reason: `${request.uri}: ${answer}` } : { ok: true, status: answer.status };
  }

  async #ask(request: WebRequest, timeoutMs: number, signal: AbortSignal): Promise<WebAnswer | string> {
    const site = this.#sites[request.url.host];
    if (site === undefined) return `no host ${request.url.host}`;
    const answer = site(request) ?? { status: 404, body: '' };
    const delay = answer.delayMs ?? 0;
    await this.#pause(Math.min(delay, timeoutMs), signal);
    if (signal.aborted) return 'given up';
    return delay > timeoutMs ? `no answer within ${timeoutMs} ms` : answer;
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = this.#clock.after(ms, resolve);
      signal.addEventListener('abort', () => {
        timer.cancel();
        resolve();
      }, { once: true });
    });
  }
}

function readLocal(uri: string): FetchOutcome {
  try {
    return { ok: true, uri, text: readFileSync(fileURLToPath(uri), 'utf8') };
  } catch (error) {
    return { ok: false, reason: `error.badfetch.file.404: ${uri}: ${error instanceof Error ? error.message : String(error)}`, status: 404 };
  }
}
