import type { Fetcher } from '../../fetch/fetch.ts';
import { decodeXml } from '../../xml/decode-xml.ts';
import { resolveAt } from '../document/resolve-at.ts';
import { placeText, type Place } from '../document/node.ts';
import { parseDocument, type Problem } from '../document/parse-document.ts';
import type { VxmlDocument } from '../document/vxml-document.ts';
import { defaultLimits } from '../session/limits.ts';
import { expressionProblems } from './expressions.ts';
import { grammarProblems } from './grammars.ts';
import { nodesOf } from '../document/nodes.ts';
import { reachabilityProblems } from './reachability.ts';

/** What an author should know about one page, in document order. */
export interface PageReport {
  readonly uri: string;
  readonly problems: readonly Problem[];
}

/** Checks a page without running it: structure, expressions, variables, grammars, reachability, and whether what it names can be had. */
export async function checkPage(uri: string, fetcher: Fetcher): Promise<PageReport> {
  const place: Place = { uri, line: 1, column: 1 };
  const fetched = await fetcher.fetch({ uri });
  if (!fetched.ok) return { uri, problems: [{ severity: 'error', message: fetched.error.message, place }] };
  const text = decodeXml(fetched.value.body, fetched.value.contentType);
  if (!text.ok) return { uri, problems: [{ severity: 'error', message: text.message, place }] };
  const { document, problems } = parseDocument(text.text, uri, defaultLimits);
  if (document === undefined) return { uri, problems: inOrder(problems) };
  const root = await rootOf(document, fetcher);
  const more = [
    ...problems, ...root.problems, ...expressionProblems(document, root.document), ...reachabilityProblems(document),
    ...(await grammarProblems(document, fetcher)), ...(await resourceProblems(document, fetcher)),
  ];
  return { uri, problems: inOrder(more) };
}

const inOrder = (problems: readonly Problem[]): readonly Problem[] => [...problems].sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column);

async function rootOf(document: VxmlDocument, fetcher: Fetcher): Promise<{ readonly document: VxmlDocument | undefined; readonly problems: readonly Problem[] }> {
  if (document.applicationUri === undefined) return { document: undefined, problems: [] };
  const { place } = document.root;
  const fetched = await fetcher.fetch({ uri: document.applicationUri });
  if (!fetched.ok) return { document: undefined, problems: [{ severity: 'error', message: `the application root cannot be had: ${fetched.error.message}`, place }] };
  const text = decodeXml(fetched.value.body, fetched.value.contentType);
  const parsed = text.ok ? parseDocument(text.text, document.applicationUri, defaultLimits) : undefined;
  const first = parsed?.problems.find((p) => p.severity === 'error');
  if (first !== undefined) return { document: undefined, problems: [{ severity: 'error', message: `the application root is no valid document: ${placeText(first.place)}: ${first.message}`, place }] };
  return { document: parsed?.document, problems: [] };
}

/** Static addresses of audio, scripts, data and further pages: those beside the page (same scheme and host) are looked for. */
async function resourceProblems(document: VxmlDocument, fetcher: Fetcher): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const node of nodesOf(document.root)) {
    const { src, next } = node.attributes as { src?: string; next?: string };
    const submits = ['submit', 'data', 'subdialog'].includes(node.tag);
    const reference = node.tag === 'grammar' ? undefined : (src ?? next);
    if (reference === undefined || reference.startsWith('#') || reference.startsWith('builtin:')) continue;
    const uri = resolveAt(node, reference, document.uri)?.replace(/#.*$/, '');
    if (uri === undefined) {
      problems.push({ severity: 'error', message: `<${node.tag}> "${reference}" is no address`, place: node.place });
      continue;
    }
    // A server may refuse a bare request for what is submitted to it, so only files are looked for there.
    if (new URL(uri).protocol !== 'file:' && (submits || new URL(uri).host !== new URL(document.uri).host)) continue;
    const fetched = await fetcher.fetch({ uri });
    if (fetched.ok) continue;
    const hasAlternative = node.tag === 'audio' && node.children.some((c) => c.kind === 'element' || c.text.trim() !== '');
    const severity = node.tag === 'audio' && hasAlternative ? 'warning' : 'error';
    problems.push({ severity, message: `<${node.tag}> ${reference} cannot be had (${fetched.error.kind === 'status' ? `HTTP ${fetched.error.status ?? ''}` : fetched.error.kind})${hasAlternative ? '; its content is said instead' : ''}`, place: node.place });
  }
  return problems;
}
