import type { Fetcher } from '../../fetch/fetch.ts';
import { badFetchEvent } from '../../fetch/fetch.ts';
import { compileGrammar, grammarOfElement, linkGrammar, parseGrammar, builtinGrammar, type Grammar, type GrammarError } from '../../grammar/index.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { decodeXml } from '../../xml/decode-xml.ts';
import { languageOf } from '../../xml/xml-tree.ts';
import type { NodeOf } from '../document/element-definition.ts';
import type { grammar } from '../document/grammar.ts';
import type { Problem } from '../document/parse-document.ts';
import { resolveAt } from '../document/resolve-at.ts';
import type { VxmlDocument } from '../document/vxml-document.ts';
import { nodesOf } from '../document/nodes.ts';

/** Grammars that cannot be had, parsed, linked or compiled, and field types that are no built-in. */
export async function grammarProblems(document: VxmlDocument, fetcher: Fetcher): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const node of nodesOf(document.root)) {
    if (node.tag === 'field') {
      const { type } = node.attributes as { type?: string };
      const built = type === undefined ? undefined : builtinGrammar(`builtin:dtmf/${type}`, 'dtmf');
      if (built?.ok === false) problems.push({ severity: 'error', message: `<field type="${type ?? ''}">: ${built.error.message}`, place: node.place });
    }
    if (node.tag !== 'grammar') continue;
    const error = await errorOf(node as NodeOf<typeof grammar>, document, fetcher);
    if (error === undefined) continue;
    const inside = error.uri === document.uri;
    problems.push({ severity: 'error', message: `<grammar>: ${inside ? '' : `${error.uri ?? ''}:${error.line}:${error.column}: `}${error.message}`, place: inside && error.line > 1 ? { uri: document.uri, line: error.line, column: error.column } : node.place });
  }
  return problems;
}

async function errorOf(node: NodeOf<typeof grammar>, document: VxmlDocument, fetcher: Fetcher): Promise<GrammarError | undefined> {
  const { src, srcexpr, mode, type } = node.attributes;
  if (srcexpr !== undefined) return undefined;
  const parsed = src === undefined ? inline(node, document) : await external(src, resolveAt(node, src, document.uri) ?? src, type, fetcher);
  if (!parsed.ok) return parsed.error;
  if (mode !== undefined && parsed.value.mode !== mode) return { kind: 'grammar', message: `is a ${parsed.value.mode} grammar, and the element says mode="${mode}"`, uri: document.uri, line: node.place.line, column: node.place.column };
  const linked = await linkGrammar(parsed.value, async (uri) => {
    const loaded = await load(uri, fetcher);
    return loaded.ok ? loaded : fail({ message: loaded.error.message, ...(loaded.error.event === undefined ? {} : { event: loaded.error.event }) });
  });
  if (!linked.ok) return linked.error;
  const rule = src?.includes('#') === true ? [src.slice(src.indexOf('#') + 1)] : [];
  const compiled = compileGrammar(linked.value, rule);
  return compiled.ok ? undefined : compiled.error;
}

function inline(node: NodeOf<typeof grammar>, document: VxmlDocument): Result<Grammar, GrammarError> {
  const { mode, type } = node.attributes;
  const text = node.xml.children.every((c) => c.kind !== 'element') ? node.xml.children.map((c) => (c.kind === 'text' ? c.text : '')).join('') : '';
  if (text.trim().startsWith('#ABNF')) return parseGrammar(text.trimStart(), type ?? '', document.uri);
  const readable = parseGrammar('', type ?? '', document.uri);
  if (!readable.ok && readable.error.kind === 'format') return readable;
  const language = languageOf(node.xml) ?? document.language;
  return grammarOfElement(node.xml, document.uri, { ...(mode === undefined ? {} : { mode }), ...(language === undefined ? {} : { language }) });
}

async function external(src: string, uri: string, type: string | undefined, fetcher: Fetcher): Promise<Result<Grammar, GrammarError>> {
  if (/^builtin:/i.test(src)) return builtinGrammar(src, /^builtin:dtmf/i.test(src) ? 'dtmf' : 'voice');
  const loaded = await load(uri.replace(/#.*$/, ''), fetcher);
  if (!loaded.ok) return fail({ kind: 'badfetch', message: loaded.error.message, uri, line: 1, column: 1 });
  return parseGrammar(loaded.value.text, loaded.value.contentType === 'application/octet-stream' ? (type ?? '') : loaded.value.contentType, uri);
}

async function load(uri: string, fetcher: Fetcher): Promise<Result<{ text: string; contentType: string; uri: string }, { message: string; event?: string }>> {
  const fetched = await fetcher.fetch({ uri });
  if (!fetched.ok) return fail({ message: fetched.error.message, event: badFetchEvent(fetched.error) });
  const text = decodeXml(fetched.value.body, fetched.value.contentType);
  return text.ok ? ok({ text: text.text, contentType: fetched.value.contentType, uri: fetched.value.uri }) : fail({ message: text.message });
}
