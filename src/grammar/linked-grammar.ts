import { fail, ok, type Result } from '../kernel/result.ts';
import { builtinGrammar } from './builtin/builtin-grammar.ts';
import type { Expansion, Grammar, GrammarError, Rule, RuleReference } from './grammar.ts';
import { isAbnf, parseSrgsAbnf } from './srgs-abnf.ts';
import { parseSrgsXml } from './srgs-xml.ts';

/** A grammar with every document that it refers to, directly or through others. Every reference leads somewhere. */
export interface LinkedGrammar {
  readonly main: Grammar;
  /** By absolute address without fragment. */
  readonly documents: ReadonlyMap<string, Grammar>;
}

/** Brings the text of another document. */
export type GrammarLoader = (uri: string, mediaType: string | undefined) => Promise<Result<LoadedGrammar, { message: string; event?: string }>>;

export interface LoadedGrammar {
  readonly text: string;
  readonly contentType: string;
  /** After redirects: the base of what it refers to. */
  readonly uri: string;
}

const maxDocuments = 100;

/** Parses by what the text is: `#ABNF …` or XML. A media type that names neither is of another format. */
export function parseGrammar(text: string, contentType: string, uri?: string): Result<Grammar, GrammarError> {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  const readable = /^(|application\/(srgs(\+xml)?|grammar(\+xml)?|x-srgs|xml|octet-stream|x-grammar(\+xml)?)|text\/(xml|plain|grammar|x-srgs|html))$/.test(type);
  if (!readable) return fail({ kind: 'format', message: `grammars of the type ${type} are not read; application/srgs+xml and application/srgs are`, uri, line: 1, column: 1 });
  return isAbnf(text) ? parseSrgsAbnf(text, uri) : parseSrgsXml(text, uri);
}

/** Follows every reference, through other documents and built-in grammars, and checks that each leads to a rule that may be used. */
export async function linkGrammar(main: Grammar, load: GrammarLoader): Promise<Result<LinkedGrammar, GrammarError>> {
  const documents = new Map<string, Grammar>();
  const queue: Grammar[] = [main];
  for (let grammar = queue.shift(); grammar !== undefined; grammar = queue.shift()) {
    for (const { reference } of references(grammar)) {
      const address = reference.document;
      if (address === undefined || documents.has(address)) continue;
      const error = (kind: GrammarError['kind'], message: string, event?: string): Result<never, GrammarError> =>
        fail({ kind, message, uri: grammar.base, line: reference.line, column: reference.column, ...(event === undefined ? {} : { event }) });
      if (documents.size >= maxDocuments) return error('limit', `the grammar leads to more than ${maxDocuments} documents`);
      let found: Result<Grammar, GrammarError>;
      if (/^builtin:/i.test(address)) {
        found = builtinGrammar(address, grammar.mode);
        if (!found.ok) return error(found.error.kind, found.error.message);
      } else {
        const loaded = await load(address, reference.mediaType);
        if (!loaded.ok) return error('badfetch', `${reference.uri} cannot be had: ${loaded.error.message}`, loaded.error.event);
        found = parseGrammar(loaded.value.text, loaded.value.contentType, loaded.value.uri);
        if (!found.ok) return found;
      }
      if (found.value.mode !== grammar.mode) return error('grammar', `${reference.uri} is a ${found.value.mode} grammar inside a ${grammar.mode} one`);
      documents.set(address, found.value);
      queue.push(found.value);
    }
  }
  const linked: LinkedGrammar = { main, documents };
  for (const grammar of [main, ...documents.values()]) {
    for (const { reference } of references(grammar)) {
      const problem = targetProblem(linked, grammar, reference);
      if (problem !== undefined) return fail({ kind: 'grammar', message: problem, uri: grammar.base, line: reference.line, column: reference.column });
    }
  }
  return ok(linked);
}

/** Where a reference leads. */
export function targetOf(linked: LinkedGrammar, from: Grammar, reference: RuleReference): { grammar: Grammar; rule: Rule } | undefined {
  const grammar = reference.document === undefined ? from : linked.documents.get(reference.document);
  const rule = grammar?.rules.get(reference.rule ?? grammar.root ?? '');
  return grammar === undefined || rule === undefined ? undefined : { grammar, rule };
}

function targetProblem(linked: LinkedGrammar, from: Grammar, reference: RuleReference): string | undefined {
  const target = targetOf(linked, from, reference);
  if (target === undefined) return reference.rule === undefined ? `${reference.uri} declares no root rule` : `the rule ${reference.uri} is not declared`;
  const foreign = reference.document !== undefined && target.grammar !== from;
  // SRGS 1.0 §3.2: a private rule is referred to from outside only as the root, without its name.
  if (foreign && reference.rule !== undefined && target.rule.scope === 'private' && target.grammar.root !== target.rule.id) return `the rule ${reference.uri} is private`;
  return undefined;
}

function* references(grammar: Grammar): Generator<{ reference: RuleReference }> {
  for (const rule of grammar.rules.values()) {
    const open: Expansion[] = [rule.expansion];
    for (let e = open.pop(); e !== undefined; e = open.pop()) {
      if (e.kind === 'reference') yield { reference: e };
      else if (e.kind === 'sequence') open.push(...e.items);
      else if (e.kind === 'alternatives') for (const a of e.items) open.push(a.expansion);
      else if (e.kind === 'repeat') open.push(e.item);
    }
  }
}
