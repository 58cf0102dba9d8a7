import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { join } from 'node:path';
import type { Dispatcher } from 'undici';
import { SystemClock, type Clock } from '../../kernel/clock.ts';
import { packageRoot } from '../../kernel/package-root.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { AddressPolicy } from '../address-policy.ts';
import type { Compiled, FetchError, Fetcher, FetchRequest, Resource, Rest } from '../fetch.ts';
import { FileSource } from '../file-source.ts';
import { formEncode, multipartEncode, withQuery } from '../form-encoding.ts';
import { ResponseCache } from '../response-cache.ts';
import { guardedAgent } from './guarded-agent.ts';
import { httpExchange, type HttpRequest, type HttpResponse } from './http-exchange.ts';
import { SharedWork } from './shared-work.ts';

export interface UndiciFetcherOptions {
  readonly clock?: Clock;
  /** Ranges that may be reached beside the public ones: `127.0.0.0/8`, `10.0.0.0/8` … None by default, loopback included. */
  readonly allowedRanges?: readonly string[];
  /** Folders below which `file:` addresses are served. None by default. */
  readonly fileRoots?: readonly string[];
  /** Host name → `address:port`. */
  readonly hosts?: Readonly<Record<string, string>>;
  readonly lookup?: LookupFunction;
  readonly defaultTimeoutMs?: number;
  readonly maxBytes?: number;
  /** Of what is handed on while it comes (`FetchRequest.streaming`). Default 512 MiB. */
  readonly maxStreamedBytes?: number;
  readonly maxRedirects?: number;
  readonly cacheBytes?: number;
  /** Compiled documents kept. */
  readonly compiledEntries?: number;
  readonly userAgent?: string;
}

interface Hop {
  readonly uri: string;
  readonly method: HttpRequest['method'];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

/** VoiceXML 2.0 §1.2.5: name and version. */
const product = `Nailup/${(JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { readonly version: string }).version}`;

/** `Fetcher` on undici. One per thread; threads do not share what they keep. */
export class UndiciFetcher implements Fetcher {
  readonly #clock: Clock;
  readonly #agent: Dispatcher;
  readonly #files: FileSource;
  readonly #cache: ResponseCache;
  readonly #shared = new SharedWork<Result<Resource, FetchError>>();
  readonly #compiled = new Map<string, { resource: Resource; value: unknown }>();
  readonly #options: Required<Pick<UndiciFetcherOptions, 'defaultTimeoutMs' | 'maxBytes' | 'maxStreamedBytes' | 'cacheBytes' | 'maxRedirects' | 'compiledEntries' | 'userAgent'>>;

  constructor(options: UndiciFetcherOptions = {}) {
    this.#clock = options.clock ?? new SystemClock();
    this.#options = {
      defaultTimeoutMs: options.defaultTimeoutMs ?? 15_000, maxBytes: options.maxBytes ?? 32 * 1024 * 1024,
      maxStreamedBytes: options.maxStreamedBytes ?? 512 * 1024 * 1024, cacheBytes: options.cacheBytes ?? 64 * 1024 * 1024, maxRedirects: options.maxRedirects ?? 5,
      compiledEntries: options.compiledEntries ?? 500, userAgent: options.userAgent ?? product,
    };
    this.#agent = guardedAgent({
      policy: new AddressPolicy(options.allowedRanges), connectTimeoutMs: this.#options.defaultTimeoutMs, hosts: options.hosts ?? {},
      ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
    });
    this.#files = new FileSource(options.fileRoots ?? [], this.#clock);
    this.#cache = new ResponseCache(this.#options.cacheBytes, this.#clock);
  }

  async fetch(request: FetchRequest): Promise<Result<Resource, FetchError>> {
    const first = await this.#fetchOne(request.uri, request);
    if (first.ok || request.secondaryUri === undefined || first.error.kind === 'aborted') return first;
    const second = await this.#fetchOne(request.secondaryUri, request);
    return second.ok ? second : fail({ ...second.error, message: `${first.error.message}; and the secondary address, ${second.error.message}` });
  }

  prefetch(request: FetchRequest): void {
    void this.fetch(request);
  }

  async compiled<T>(kind: string, request: FetchRequest, compile: (resource: Resource) => T): Promise<Result<Compiled<T>, FetchError>> {
    const fetched = await this.fetch(request);
    if (!fetched.ok) return fetched;
    const resource = fetched.value;
    const key = `${kind} ${resource.contentType} ${resource.version}`;
    const kept = this.#compiled.get(key);
    if (kept !== undefined) {
      this.#compiled.delete(key);
      this.#compiled.set(key, kept);
      return ok({ resource, value: kept.value as T });
    }
    const value = compile(resource);
    this.#compiled.set(key, { resource, value });
    for (const oldest of this.#compiled.keys()) {
      if (this.#compiled.size <= this.#options.compiledEntries) break;
      this.#compiled.delete(oldest);
    }
    return ok({ resource, value });
  }

  async close(): Promise<void> {
    this.#shared.abortAll();
    await this.#agent.destroy();
  }

  async #fetchOne(uri: string, request: FetchRequest): Promise<Result<Resource, FetchError>> {
    let scheme: string;
    try {
      scheme = new URL(uri).protocol;
    } catch {
      return fail({ kind: 'uri', uri, message: `${uri}: is no absolute address` });
    }
    const maxBytes = request.maxBytes ?? this.#options.maxBytes;
    if (scheme === 'file:') return this.#files.read(uri, maxBytes, request.streaming === undefined ? undefined : { ...request.streaming, maxBytes: this.#options.maxStreamedBytes });
    if (scheme !== 'http:' && scheme !== 'https:') return fail({ kind: 'scheme', uri, message: `${uri}: only http, https and file addresses are fetched` });

    const hop = this.#firstHop(uri, request);
    const timeoutMs = request.timeoutMs ?? this.#options.defaultTimeoutMs;
    const timedOut: Result<Resource, FetchError> = fail({ kind: 'timeout', uri, message: `${uri}: no whole answer within ${timeoutMs} ms` });
    const given: Result<Resource, FetchError> = fail({ kind: 'aborted', uri, message: `${uri}: the fetch was given up` });
    if (request.signal?.aborted === true) return given;
    // Equal requests under way at the same time are one: a document fetched by a thousand sessions at once travels once.
    const key = hop.method === 'GET' && request.cookies === undefined ? `${hop.uri} ${JSON.stringify(hop.headers)} ${maxBytes} ${request.streaming !== undefined}` : undefined;
    const work = this.#shared.join(key, (signal) => this.#follow(hop, request, maxBytes, signal));
    return new Promise((resolve) => {
      const finish = (outcome: Result<Resource, FetchError>): void => {
        timer.cancel();
        request.signal?.removeEventListener('abort', abort);
        // What still comes is ended by whoever reads it.
        if (!outcome.ok || outcome.value.rest === undefined) work.leave();
        resolve(outcome);
      };
      const timer = this.#clock.after(timeoutMs, () => finish(timedOut));
      const abort = (): void => finish(given);
      request.signal?.addEventListener('abort', abort);
      void work.done.then(finish);
    });
  }

  #firstHop(uri: string, request: FetchRequest): Hop {
    const url = new URL(uri);
    url.hash = '';
    const headers: Record<string, string> = { 'user-agent': this.#options.userAgent, accept: '*/*' };
    if (url.username !== '') {
      headers['authorization'] = `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`;
      url.username = '';
      url.password = '';
    }
    for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value.replace(/[\r\n]+/g, ' ');
    const control = [request.maxAge === undefined ? '' : `max-age=${Math.floor(request.maxAge)}`, request.maxStale === undefined ? '' : `max-stale=${Math.floor(request.maxStale)}`].filter((c) => c !== '');
    if (control.length > 0) headers['cache-control'] = control.join(', ');
    const method = request.method ?? 'GET';
    const fields = request.parameters ?? [];
    if (method === 'GET' || method === 'HEAD') return { uri: withQuery(url.href, fields), method, headers, body: undefined };
    if (request.body !== undefined) {
      return { uri: url.href, method, headers: { ...headers, 'content-type': request.body.contentType }, body: Buffer.from(request.body.data) };
    }
    if (request.encoding === 'multipart/form-data') {
      const boundary = `nailup-${randomBytes(18).toString('hex')}`;
      return { uri: url.href, method, headers: { ...headers, 'content-type': `multipart/form-data; boundary=${boundary}` }, body: multipartEncode(fields, boundary) };
    }
    return { uri: url.href, method, headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body: Buffer.from(formEncode(fields)) };
  }

  async #follow(first: Hop, request: FetchRequest, maxBytes: number, signal: AbortSignal): Promise<Result<Resource, FetchError>> {
    let hop = first;
    for (let count = 0; ; count++) {
      const answer = await this.#exchange(hop, request, maxBytes, signal);
      if (!answer.ok) return answer;
      const { status, headers, body, fromCache, rest } = answer.value;
      const target = [301, 302, 303, 307, 308].includes(status) ? headers['location'] : undefined;
      if (target === undefined) {
        if (status < 200 || status > 299) return fail({ kind: 'status', status, uri: hop.uri, message: `${hop.uri}: the server answered ${status}` });
        const version = createHash('sha1').update(hop.uri).update('\n').update(body).digest('base64url');
        return ok({ uri: hop.uri, status, contentType: headers['content-type'] ?? '', headers, body, fromCache, version, ...(rest === undefined ? {} : { rest }) });
      }
      if (count >= this.#options.maxRedirects) return fail({ kind: 'redirects', uri: hop.uri, message: `${first.uri}: more than ${this.#options.maxRedirects} redirects` });
      const next = redirected(hop, target, status);
      if (next === undefined) return fail({ kind: 'redirects', uri: hop.uri, message: `${hop.uri}: redirects to ${target}, which is not fetched` });
      hop = next;
    }
  }

  async #exchange(hop: Hop, request: FetchRequest, maxBytes: number, signal: AbortSignal): Promise<Result<{ status: number; headers: Readonly<Record<string, string>>; body: Uint8Array; fromCache: boolean; rest?: Rest }, FetchError>> {
    const cookie = request.cookies?.header(hop.uri);
    const headers = cookie === undefined ? hop.headers : { ...hop.headers, cookie };
    // What one login may see is no other's.
    const key = `${hop.method} ${hop.uri} ${hop.headers['authorization'] ?? ''}`;
    const asked = { url: hop.uri, method: hop.method, headers };
    const stored = hop.method === 'GET' ? this.#cache.find(key) : undefined;
    if (stored?.policy.satisfiesWithoutRevalidation(asked) === true) return ok({ ...stored, fromCache: true });
    const conditional = stored === undefined ? headers : flat(stored.policy.revalidationHeaders({ ...asked }));
    const streaming = hop.method !== 'GET' || request.streaming === undefined ? {} : {
      streaming: {
        ...request.streaming, clock: this.#clock, maxBytes: this.#options.maxStreamedBytes, gapMs: request.timeoutMs ?? this.#options.defaultTimeoutMs, keepBytes: this.#options.cacheBytes / 4,
        whole: (body: Uint8Array) => keep({ ...response, body }),
      },
    };
    const answer = await httpExchange(this.#agent, { ...hop, headers: conditional, maxBytes, signal, ...streaming });
    if (!answer.ok) return answer;
    const response = answer.value;
    const keep = ({ status, headers: sent, body }: HttpResponse): void => {
      if (request.cookies === undefined || forEverybody(response, cookie !== undefined)) this.#cache.store(key, asked, { status, headers: sent, body });
    };
    if (response.setCookie.length > 0) request.cookies?.store(hop.uri, response.setCookie);
    if (stored !== undefined && response.status === 304) {
      const fresh = this.#cache.revalidate(key, asked, response);
      if (fresh !== undefined) return ok({ ...fresh, fromCache: false });
    }
    if (hop.method !== 'GET') {
      if (response.status < 400) this.#cache.remove(`GET ${hop.uri} ${hop.headers['authorization'] ?? ''}`);
    } else if (response.rest === undefined) keep(response);
    return ok({ ...response, fromCache: false });
  }
}

/** The store is shared by sessions with cookies of their own: what was made for one of them is not kept for the others. */
function forEverybody(response: { headers: Readonly<Record<string, string>>; setCookie: readonly string[] }, cookieSent: boolean): boolean {
  const control = response.headers['cache-control'] ?? '';
  if (response.setCookie.length > 0 || /\bprivate\b/i.test(control)) return false;
  return !cookieSent || /\b(public|max-age|s-maxage)\b/i.test(control) || response.headers['expires'] !== undefined;
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined && name !== 'host') out[name] = Array.isArray(value) ? value.join(', ') : value;
  return out;
}

/** RFC 9110 §15.4: 303, and a POST at 301 and 302, go on as GET; credentials stay at their origin. */
function redirected(hop: Hop, location: string, status: number): Hop | undefined {
  let url: URL;
  try {
    url = new URL(location, hop.uri);
  } catch {
    return undefined;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  url.hash = '';
  url.username = '';
  url.password = '';
  const toGet = status === 303 || ((status === 301 || status === 302) && hop.method === 'POST');
  const headers: Record<string, string> = { ...hop.headers };
  if (url.origin !== new URL(hop.uri).origin) delete headers['authorization'];
  if (toGet) delete headers['content-type'];
  return toGet && hop.method !== 'HEAD' ? { uri: url.href, method: 'GET', headers, body: undefined } : { ...hop, uri: url.href, headers };
}
