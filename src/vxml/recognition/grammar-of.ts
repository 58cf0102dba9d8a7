import { languageOf } from '../../xml/xml-tree.ts';
import { fail, ok } from '../../kernel/result.ts';
import type { NodeOf } from '../document/element-definition.ts';
import type { grammar } from '../document/grammar.ts';
import { badFetch } from '../events/vxml-event.ts';
import { resolveAt } from '../document/resolve-at.ts';
import { thrown } from '../fia/completion.ts';
import { baseFor, fetchFor } from '../fia/fetch-for.ts';
import type { Evaluated } from '../scope/scripts.ts';
import type { Frame } from '../session/frame.ts';
import type { CompiledGrammar, GrammarSource, LoadGrammar } from './grammar-store.ts';

export type GrammarNode = NodeOf<typeof grammar>;
type Found = { readonly grammar: CompiledGrammar; readonly weight: number } | undefined;

/** Compiled once per element, as long as its document lives: inline and generated grammars never change. */
const inlineGrammars = new WeakMap<GrammarNode, CompiledGrammar>();
const generated = new Map<string, CompiledGrammar>();

/** The compiled grammar of an element, of generated SRGS or of a built-in; a failure is thrown where the grammar becomes active. */
export async function grammarOf(
  frame: Frame, wanted: { readonly node: GrammarNode } | { readonly srgs: string; readonly language: string } | { readonly builtin: string; readonly language: string; readonly optional: boolean },
): Promise<Evaluated<Found>> {
  const { grammars } = frame.session;
  if ('builtin' in wanted) {
    const built = grammars.builtin(wanted.builtin, wanted.language);
    if (!built.ok) return wanted.optional ? { ok: true, value: undefined } : { ok: false, completion: thrown(built.error) };
    return { ok: true, value: { grammar: built.value, weight: 1 } };
  }
  if ('node' in wanted) return fromNode(frame, wanted.node);
  const key = `${wanted.language} ${wanted.srgs}`;
  let compiled = generated.get(key);
  if (compiled === undefined) {
    const made = await grammars.compile({ text: wanted.srgs, uri: frame.context.document.uri, type: 'application/srgs+xml', mode: undefined, language: wanted.language, rule: undefined }, loader(frame, undefined));
    if (!made.ok) return { ok: false, completion: thrown(made.error) };
    compiled = made.value;
    if (generated.size > 5000) generated.clear();
    generated.set(key, compiled);
  }
  return { ok: true, value: { grammar: compiled, weight: 1 } };
}

async function fromNode(frame: Frame, node: GrammarNode): Promise<Evaluated<Found>> {
  const { grammars, scripts } = frame.session;
  const { src, srcexpr, type, mode } = node.attributes;
  const weight = Number(node.attributes.weight ?? 1) || 1;
  const language = languageOf(node.xml) ?? frame.context.document.language ?? 'en-US';
  if (src === undefined && srcexpr === undefined) {
    const known = inlineGrammars.get(node);
    if (known !== undefined) return { ok: true, value: { grammar: known, weight } };
    const base = resolveAt(node, '', baseFor(frame, node)) ?? frame.context.document.uri;
    const compiled = await grammars.inline(node.xml, { uri: base, type, mode, language, rule: undefined }, loader(frame, node));
    if (!compiled.ok) return { ok: false, completion: thrown(compiled.error) };
    inlineGrammars.set(node, compiled.value);
    return { ok: true, value: { grammar: compiled.value, weight } };
  }
  const reference = srcexpr === undefined ? { ok: true as const, value: src ?? '' } : scripts.text(frame.scope, srcexpr);
  if (!reference.ok) return reference;
  if (reference.value.startsWith('builtin:')) {
    const built = grammars.builtin(reference.value, language);
    return built.ok ? { ok: true, value: { grammar: built.value, weight } } : { ok: false, completion: thrown(built.error) };
  }
  const hash = reference.value.indexOf('#');
  const rule = hash < 0 ? undefined : reference.value.slice(hash + 1) || undefined;
  const address = hash < 0 ? reference.value : reference.value.slice(0, hash);
  const fetched = await fetchFor(frame, node, address, 'grammar', {});
  if (!fetched.ok) return fetched;
  const source: GrammarSource = { text: fetched.value.text, uri: fetched.value.uri, type: typeFor(type, fetched.value.contentType), mode, language, rule };
  const compiled = await grammars.compile(source, loader(frame, node));
  return compiled.ok ? { ok: true, value: { grammar: compiled.value, weight } } : { ok: false, completion: thrown(compiled.error) };
}

/** §3.1.1.2: the type that was sent counts over the one that the element expects, unless it says nothing. */
function typeFor(given: string | undefined, sent: string | undefined): string | undefined {
  const bare = sent?.replace(/;.*$/, '').trim().toLowerCase();
  return bare === undefined || ['', 'text/plain', 'application/octet-stream', 'text/xml', 'application/xml'].includes(bare) ? given : bare;
}

/** Rule references are fetched as the grammar itself was. */
function loader(frame: Frame, node: GrammarNode | undefined): LoadGrammar {
  return async (uri) => {
    if (node === undefined) return fail(badFetch(`a generated grammar refers to ${uri}`));
    const fetched = await fetchFor(frame, node, uri, 'grammar', {});
    if (fetched.ok) return ok({ text: fetched.value.text, uri: fetched.value.uri, type: typeFor(undefined, fetched.value.contentType) });
    return fail(fetched.completion.kind === 'throw' ? fetched.completion.event : badFetch(`${uri} was not fetched: the session is over`));
  };
}
