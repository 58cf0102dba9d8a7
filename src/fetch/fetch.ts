import type { Result } from '../kernel/result.ts';

/**
 * Documents, scripts, grammars and audio by address: http(s) and file. Caching is by RFC 9111; where the network may reach
 * is held by an address policy, on every hop and for the address really connected to.
 */
export interface Fetcher {
  fetch(request: FetchRequest): Promise<Result<Resource, FetchError>>;
  /** Brings a resource into the cache; what goes wrong is forgotten and shows when it is fetched. */
  prefetch(request: FetchRequest): void;
  /**
   * Fetches and compiles. `compile` runs once per `kind` and content, whatever the number of callers; what it answers, failures
   * included, is kept as long as the content stays the same. It must be pure.
   */
  compiled<T>(kind: string, request: FetchRequest, compile: (resource: Resource) => T): Promise<Result<Compiled<T>, FetchError>>;
  /** Ends what is under way and closes every connection. */
  close(): Promise<void>;
}

export interface Compiled<T> {
  readonly resource: Resource;
  readonly value: T;
}

export interface FetchRequest {
  /** Absolute address. */
  readonly uri: string;
  /** Tried when `uri` cannot be had. */
  readonly secondaryUri?: string;
  /** GET unless said otherwise. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'HEAD';
  /** Sent as the query of a GET, as the body of a POST. */
  readonly parameters?: readonly FormField[];
  /** How parameters of a POST travel. */
  readonly encoding?: 'application/x-www-form-urlencoded' | 'multipart/form-data';
  /** A body of its own instead of parameters. */
  readonly body?: { readonly contentType: string; readonly data: Uint8Array | string };
  readonly headers?: Readonly<Record<string, string>>;
  /** Until the last octet is here, or with `streaming` the answer is handed on; the fetcher's default without it. */
  readonly timeoutMs?: number;
  /** Seconds; a stored response older than this is not used (`maxage`). */
  readonly maxAge?: number;
  /** Seconds past its expiry that a stored response may still be used (`maxstale`). */
  readonly maxStale?: number;
  readonly maxBytes?: number;
  /** Lets a long answer be had while it comes, see `Resource.rest`. */
  readonly streaming?: Streaming;
  /** Cookies of one session, kept by the caller. */
  readonly cookies?: CookieStore;
  readonly signal?: AbortSignal;
}

/** When an answer is handed on before it is whole. All others come whole, within `timeoutMs` and `maxBytes`. */
export interface Streaming {
  /** Once the answer is known to be longer than this, or has been coming for `afterMs`. */
  readonly aboveBytes: number;
  readonly afterMs: number;
  /** Asked with the first octets, until it says yes or `headBytes` are here: only what it accepts is handed on. */
  readonly accepts: (head: Uint8Array, contentType: string, uri: string) => boolean;
  readonly headBytes: number;
}

export interface CookieStore {
  /** The value of the Cookie header for the address, or undefined. */
  header(uri: string): string | undefined;
  /** Takes the Set-Cookie headers of a response. */
  store(uri: string, setCookie: readonly string[]): void;
}

/** One field of a form; `data` makes it a file part (multipart only; as a form-encoded field it is decoded as UTF-8). */
export type FormField =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly data: Uint8Array; readonly contentType: string; readonly filename?: string };

export interface Resource {
  /** Where it was found after redirects. */
  readonly uri: string;
  /** HTTP status; 200 for files. */
  readonly status: number;
  /** As sent, or by the file's ending; empty when unknown. */
  readonly contentType: string;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /**
   * With `streaming`: what comes after `body`. Whoever takes the resource reads it to its end or closes it. Callers who asked for the
   * same at the same time get the same object, which is read once. A gap longer than the request's `timeoutMs` breaks it, as does
   * more than the fetcher takes of a stream.
   */
  readonly rest?: Rest;
  /** Whether the network was not asked at all. */
  readonly fromCache: boolean;
  /** A digest of address and content. */
  readonly version: string;
}

/** Throws an error with one sentence where it breaks. */
export interface Rest extends AsyncIterable<Uint8Array> {
  /** Ends the transfer. Idempotent. */
  close(): void;
}

export interface FetchError {
  readonly kind: FetchErrorKind;
  /** The address that failed, after redirects. */
  readonly uri: string;
  /** With `status`: what the server said. */
  readonly status?: number;
  /** One sentence that names the address and the cause. */
  readonly message: string;
}

/**
 * `status`: the server answered with an error; `forbidden`: the policy does not allow the address; `network`: no connection, no
 * name, a broken one; `too-large`; `redirects`: too many, or to nowhere; `scheme`: neither http nor file; `uri`: no address at all;
 * `missing`: no such file; `content`: broken encoding.
 */
export type FetchErrorKind = 'status' | 'timeout' | 'network' | 'forbidden' | 'too-large' | 'redirects' | 'scheme' | 'uri' | 'missing' | 'content' | 'aborted';

/** The event a language throws (VoiceXML 2.0 §5.2.6): `error.badfetch.http.404`, or `error.badfetch` without a status. A missing file counts as 404. */
export function badFetchEvent(error: FetchError): string {
  if (error.kind === 'status' && error.status !== undefined) return `error.badfetch.http.${error.status}`;
  if (error.kind === 'missing') return 'error.badfetch.file.404';
  return 'error.badfetch';
}
