import { fail, ok, type Result } from '../../kernel/result.ts';
import type { CcxmlDocument, LoadedDocument } from '../document/ccxml-document.ts';
import type { DocumentCache } from '../document/document-cache.ts';
import type { FetchOutcome, FetchRequest } from './session-protocol.ts';

export interface LoadFailure {
  readonly reason: string;
  readonly place: string | undefined;
  readonly status: number | undefined;
}

/** Asks the host for a resource; the outcome comes later, once. */
export type Fetcher = (request: FetchRequest, done: (outcome: FetchOutcome) => void) => void;

/** Fetches, parses and checks a document and loads the scripts it names (CCXML 1.0 §9.5.1): all of it, or a reason why not. */
export class DocumentLoader {
  readonly #cache: DocumentCache;
  readonly #fetch: Fetcher;
  readonly #nextId: () => string;

  constructor(cache: DocumentCache, fetch: Fetcher, nextId: () => string) {
    this.#cache = cache;
    this.#fetch = fetch;
    this.#nextId = nextId;
  }

  load(request: FetchRequest, done: (result: Result<LoadedDocument, LoadFailure>) => void): void {
    this.#fetch(request, (outcome) => {
      if (!outcome.ok) return done(fail({ reason: outcome.reason, place: undefined, status: outcome.status }));
      const parsed = this.#cache.parse(outcome.text, outcome.uri, outcome.version);
      if (!parsed.ok) {
        const first = parsed.error.diagnostics.find((d) => d.severity === 'error');
        const more = parsed.error.diagnostics.filter((d) => d.severity === 'error').length - 1;
        return done(fail({ reason: `${first?.message ?? 'not valid'}${more > 0 ? ` (and ${more} more)` : ''}`, place: `${outcome.uri}:${first?.line ?? 1}:${first?.column ?? 1}`, status: undefined }));
      }
      this.#loadScripts(parsed.value, request, done);
    });
  }

  #loadScripts(document: CcxmlDocument, request: FetchRequest, done: (result: Result<LoadedDocument, LoadFailure>) => void): void {
    const scripts = new Map<string, string>();
    let left = document.scriptSources.length;
    if (left === 0) return done(ok({ document, scripts }));
    let failed = false;
    for (const uri of document.scriptSources) {
      this.#fetch({ id: this.#nextId(), uri, method: 'get', enctype: request.enctype, namelist: {}, timeoutMs: request.timeoutMs, maxAgeMs: undefined, maxStaleMs: undefined }, (outcome) => {
        if (failed) return;
        if (!outcome.ok) {
          failed = true;
          return done(fail({ reason: `script ${uri}: ${outcome.reason}`, place: document.uri, status: outcome.status }));
        }
        scripts.set(uri, outcome.text);
        left -= 1;
        if (left === 0) done(ok({ document, scripts }));
      });
    }
  }
}
