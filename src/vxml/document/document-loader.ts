import { badFetch, semantic, type VxmlEvent } from '../events/vxml-event.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { ResourceRequest, Resources } from '../resources.ts';
import type { VxmlLimits } from '../session/limits.ts';
import type { LoadedDocument } from './loaded-document.ts';
import { fetchEvent } from './fetch-event.ts';
import { placeText, type Place } from './node.ts';
import { parseDocument } from './parse-document.ts';
import type { VxmlDocument } from './vxml-document.ts';

/** Fetches documents with their application roots, and keeps models of what has not changed. Shared by the sessions of a host. */
export class DocumentLoader {
  readonly #resources: Resources;
  readonly #limits: VxmlLimits;
  /** Text → model, least recently used first. The HTTP cache decides about freshness; this saves the parse alone. */
  readonly #models = new Map<string, { readonly text: string; readonly document: VxmlDocument }>();
  readonly #maxModels: number;

  constructor(resources: Resources, limits: VxmlLimits, maxModels = 256) {
    this.#resources = resources;
    this.#limits = limits;
    this.#maxModels = maxModels;
  }

  /** `loadedRoot` is the active application's root document, used again without a fetch when the new document names the same. */
  async load(request: ResourceRequest, signal: AbortSignal, loadedRoot?: VxmlDocument): Promise<Result<LoadedDocument, VxmlEvent>> {
    const document = await this.#document(request, signal);
    if (!document.ok) return document;
    const { applicationUri } = document.value;
    if (applicationUri === undefined) return ok({ document: document.value, root: undefined });
    if (loadedRoot?.uri === applicationUri) return ok({ document: document.value, root: loadedRoot });
    const { maxage, maxstale } = applicationFetch(document.value);
    const root = await this.#document(
      {
        uri: applicationUri, method: 'get', enctype: 'application/x-www-form-urlencoded', fields: [], timeoutMs: request.timeoutMs, referrer: document.value.uri,
        ...(maxage === undefined ? {} : { maxAgeSeconds: maxage }), ...(maxstale === undefined ? {} : { maxStaleSeconds: maxstale }),
      },
      signal,
    );
    if (!root.ok) return root;
    // §1.5.2: a root document that names a root itself.
    if (root.value.applicationUri !== undefined) return fail(semantic(`the application root ${root.value.uri} names an application root itself`));
    return ok({ document: document.value, root: root.value });
  }

  async #document(request: ResourceRequest, signal: AbortSignal): Promise<Result<VxmlDocument, VxmlEvent>> {
    const uri = request.uri.replace(/#.*$/, '');
    const outcome = await this.#resources.fetch({ ...request, uri }, signal);
    if (!outcome.ok) return fail(fetchEvent(outcome, uri));
    const known = this.#models.get(outcome.uri);
    if (known !== undefined && known.text === outcome.text) {
      this.#models.delete(outcome.uri);
      this.#models.set(outcome.uri, known);
      return ok(known.document);
    }
    const { document, problems } = parseDocument(outcome.text, outcome.uri, this.#limits);
    if (document === undefined) {
      const first = problems.find((p) => p.severity === 'error') as { message: string; place: Place };
      return fail(badFetch(`${placeText(first.place)}: ${first.message}`));
    }
    this.#models.set(outcome.uri, { text: outcome.text, document });
    if (this.#models.size > this.#maxModels) this.#models.delete(this.#models.keys().next().value as string);
    return ok(document);
  }
}

/** maxage and maxstale of the root's fetch are properties of the leaf document (§6.1.2). */
function applicationFetch(document: VxmlDocument): { maxage: number | undefined; maxstale: number | undefined } {
  const value = (name: string): number | undefined => {
    const found = document.root.children.find((c) => c.kind === 'element' && c.tag === 'property' && (c.attributes as { name: string }).name === name);
    const text = found?.kind === 'element' ? (found.attributes as { value: string }).value : '';
    return /^\d+$/.test(text) ? Number(text) : undefined;
  };
  return { maxage: value('documentmaxage'), maxstale: value('documentmaxstale') };
}
