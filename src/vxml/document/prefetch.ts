import type { Resources } from '../resources.ts';
import { specifiedDefaults, type PropertyName } from '../scope/property-defaults.ts';
import type { LoadedDocument } from './loaded-document.ts';
import { childrenOf } from './node.ts';
import { nodesOf } from './nodes.ts';
import { resolveAt } from './resolve-at.ts';
import type { VxmlDocument } from './vxml-document.ts';

/** Element → the property that says whether its resource may be fetched ahead of use (§6.1.3, §6.3.5). */
const hints: Readonly<Record<string, PropertyName>> = {
  audio: 'audiofetchhint', grammar: 'grammarfetchhint', script: 'scriptfetchhint', goto: 'documentfetchhint', choice: 'documentfetchhint', link: 'documentfetchhint', data: 'datafetchhint',
};
const prefetchMs = 15_000;
const mostPrefetched = 50;

/** Brings what a document names by a constant network address into the cache, where hint or property say `prefetch`. */
export function prefetchFor({ document, root }: LoadedDocument, resources: Resources, platform: Readonly<{ [name: string]: string }>): void {
  if (resources.prefetch === undefined) return;
  const uris = new Set([document, ...(root === undefined ? [] : [root])].flatMap((d) => [...prefetchable(d, platform)]));
  for (const uri of [...uris].slice(0, mostPrefetched)) resources.prefetch({ uri, timeoutMs: prefetchMs });
}

function* prefetchable(document: VxmlDocument, platform: Readonly<{ [name: string]: string }>): Generator<string> {
  const given = new Map(childrenOf<{ name: string; value: string }>(document.root, 'property').map((p) => [p.attributes.name, p.attributes.value]));
  for (const node of nodesOf(document.root)) {
    const property = hints[node.tag];
    if (property === undefined) continue;
    const { src, next, fetchhint, namelist } = node.attributes as { src?: string; next?: string; fetchhint?: string; namelist?: unknown };
    const reference = src ?? next;
    const hint = fetchhint ?? given.get(property) ?? platform[property] ?? specifiedDefaults[property];
    if (reference === undefined || reference.startsWith('#') || namelist !== undefined || hint !== 'prefetch') continue;
    const uri = resolveAt(node, reference, document.uri)?.replace(/#.*$/, '');
    if (uri !== undefined && /^https?:/.test(uri) && uri !== document.uri) yield uri;
  }
}
