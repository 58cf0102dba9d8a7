import type { ScriptContext, ScriptOutcome, ScriptScope } from '../ecmascript/ecmascript.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { RuleMatch } from './derivation.ts';
import type { Grammar, Tag } from './grammar.ts';
import { sisrFactory } from './sisr-realm.ts';

/** What an utterance means. */
export interface Interpretation {
  /** The words or keys; keys stand together, words apart. */
  readonly utterance: string;
  /** The result of the semantic interpretation, JSON-like; the utterance itself where the grammar says nothing. */
  readonly interpretation: unknown;
  /** Whether a tag or a built-in rule made the interpretation. */
  readonly tagged: boolean;
}

export interface InterpretationError {
  readonly message: string;
  readonly uri: string | undefined;
  readonly line: number;
  readonly column: number;
}

/** How the tags of a grammar are read. */
type TagReading = 'script' | 'literal' | 'quoted';

/**
 * Runs the tags of a parse (SISR 1.0). `semantics/1.0`: scripts with `out`, `rules` and `meta`, in the realm given;
 * `semantics/1.0-literals`: the last tag is the value. A rule without a tag takes the value of its last rule reference, or its
 * text. A grammar that names no format is read by what its tags look like. Undefined: a built-in rule does not know the value.
 */
export function interpret(match: RuleMatch, words: readonly string[], context?: ScriptContext): Result<Interpretation, InterpretationError> | undefined {
  const joint = match.grammar.mode === 'dtmf' ? '' : ' ';
  const utterance = words.join(joint);
  const run = new Run(words, joint, context);
  try {
    // Where nothing of the parse says what it means, it means its words; the last of many rules would be only a part of it.
    if (!run.says(match)) return ok({ utterance, interpretation: utterance, tagged: false });
    const value = run.rule(match);
    return ok({ utterance, interpretation: run.valueOf(value), tagged: true });
  } catch (problem) {
    if (problem instanceof TagProblem) return fail(problem.error);
    if (problem instanceof NoMeaning) return undefined;
    throw problem;
  } finally {
    run.close();
  }
}

class TagProblem {
  readonly error: InterpretationError;
  constructor(grammar: Grammar, tag: { line: number; column: number }, message: string) {
    this.error = { message, uri: grammar.base, line: tag.line, column: tag.column };
  }
}
class NoMeaning {}

/** A rule variable: either known here, or in the variable `out` of a scope of the realm. */
type Value = { readonly host: unknown } | { readonly scope: ScriptScope };

class Run {
  readonly #words: readonly string[];
  readonly #joint: string;
  readonly #context: ScriptContext | undefined;
  readonly #scopes: ScriptScope[] = [];
  readonly #globals = new Map<Grammar, ScriptScope>();
  readonly #saying = new Map<RuleMatch, boolean>();
  #top: ScriptScope | undefined;

  constructor(words: readonly string[], joint: string, context: ScriptContext | undefined) {
    this.#words = words;
    this.#joint = joint;
    this.#context = context;
  }

  /** Whether a tag or a built-in rule stands anywhere in the match. */
  says(match: RuleMatch): boolean {
    const known = this.#saying.get(match);
    if (known !== undefined) return known;
    const says = match.rule.meaning !== undefined || match.parts.some((p) => p.kind === 'tag' || (p.kind === 'rule' && this.says(p.match)));
    this.#saying.set(match, says);
    return says;
  }

  rule(match: RuleMatch): Value {
    const text = this.#text(match);
    if (match.rule.meaning !== undefined) {
      const meaning = match.rule.meaning(this.#words.slice(match.from, match.to));
      if (meaning === undefined) throw new NoMeaning();
      return { host: meaning };
    }
    const hasTag = match.parts.some((p) => p.kind === 'tag');
    if (!hasTag) {
      const last = match.parts.findLast((p) => p.kind === 'rule');
      return last?.kind === 'rule' ? this.rule(last.match) : { host: text };
    }
    const reading = readingOf(match.grammar);
    if (reading !== 'script') {
      const tag = match.parts.findLast((p) => p.kind === 'tag');
      const literal = tag?.kind === 'tag' ? tag.tag.text.trim() : text;
      return { host: reading === 'quoted' ? literal.replace(/^(['"])(.*)\1;?$/s, '$2') : literal };
    }
    return this.#script(match, text);
  }

  valueOf(value: Value): unknown {
    if ('host' in value) return value.host;
    const outcome = this.#realm().evaluate(value.scope, 'out');
    return outcome.ok ? outcome.value : undefined;
  }

  close(): void {
    for (const scope of this.#scopes.reverse()) this.#context?.closeScope(scope);
  }

  /** SISR 1.0 §3: `out` begins as an object; `rules.x` and `rules.latest()` are the variables of the rules matched so far. */
  #script(match: RuleMatch, text: string): Value {
    const realm = this.#realm();
    const scope = this.#open(this.#global(match.grammar), 'rule');
    const must = (outcome: ScriptOutcome, tag: Tag | undefined): void => {
      if (outcome.ok) return;
      const line = tag === undefined ? match.rule.line : tag.line + Math.max((outcome.line ?? 1) - 1, 0);
      throw new TagProblem(match.grammar, { line, column: tag?.column ?? 1 }, `the tag ${tag === undefined ? '' : JSON.stringify(tag.text.trim().slice(0, 60))} failed: ${outcome.message}`);
    };
    must(realm.setConstructed(scope, '$sisr', sisrFactory, text), undefined);
    must(realm.declare(scope, 'out', '({})'), undefined);
    must(realm.declare(scope, 'rules', '$sisr.rules'), undefined);
    must(realm.declare(scope, 'meta', '$sisr.meta'), undefined);
    for (const part of match.parts) {
      if (part.kind === 'tag') must(realm.run(scope, part.tag.text, 'tag'), part.tag);
      if (part.kind !== 'rule') continue;
      const value = this.rule(part.match);
      const name = part.match.rule.id;
      must(realm.set(scope, '$given', 'host' in value ? value.host : realm.reference(value.scope, 'out')), undefined);
      must(realm.set(scope, '$named', [name, this.#text(part.match)]), undefined);
      must(realm.evaluate(scope, '$sisr.leave($named, $given)'), undefined);
    }
    return { scope };
  }

  #realm(): ScriptContext {
    if (this.#context === undefined) throw new Error('a grammar with scripts in its tags was interpreted without a script context');
    return this.#context;
  }

  /** The scope of a document's header tags, run once. */
  #global(grammar: Grammar): ScriptScope {
    const known = this.#globals.get(grammar);
    if (known !== undefined) return known;
    const realm = this.#realm();
    this.#top ??= this.#open(realm.root, 'semantics');
    const scope = this.#open(this.#top, 'global');
    this.#globals.set(grammar, scope);
    for (const tag of grammar.globalTags) {
      const outcome = realm.run(scope, tag.text, 'tag');
      if (!outcome.ok) throw new TagProblem(grammar, tag, `the tag of the header failed: ${outcome.message}`);
    }
    return scope;
  }

  #open(parent: ScriptScope, name: string): ScriptScope {
    const scope = this.#realm().openScope(parent, name);
    this.#scopes.push(scope);
    return scope;
  }

  #text(match: RuleMatch): string {
    return this.#words.slice(match.from, match.to).join(this.#joint);
  }
}

const readings = new WeakMap<Grammar, TagReading>();

function readingOf(grammar: Grammar): TagReading {
  const known = readings.get(grammar);
  if (known !== undefined) return known;
  const format = grammar.tagFormat?.toLowerCase() ?? '';
  let reading: TagReading;
  if (/^semantics\/1\.0-literals|^.*string-literals?$/.test(format)) reading = 'literal';
  else if (/^semantics\/1\.0/.test(format)) reading = 'script';
  // No format, or one of another maker: scripts mention `out`; what else stands in tags of the wild are plain values.
  else reading = tagsOf(grammar).some((t) => /\bout\b/.test(t)) ? 'script' : 'quoted';
  readings.set(grammar, reading);
  return reading;
}

function tagsOf(grammar: Grammar): string[] {
  const texts = grammar.globalTags.map((t) => t.text);
  for (const rule of grammar.rules.values()) {
    const open = [rule.expansion];
    for (let e = open.pop(); e !== undefined; e = open.pop()) {
      if (e.kind === 'tag') texts.push(e.text);
      else if (e.kind === 'sequence') open.push(...e.items);
      else if (e.kind === 'alternatives') open.push(...e.items.map((a) => a.expansion));
      else if (e.kind === 'repeat') open.push(e.item);
    }
  }
  return texts;
}
