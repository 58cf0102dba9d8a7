import type { ScriptContext } from '../../ecmascript/ecmascript.ts';
import { builtinGrammar } from '../../grammar/builtin/builtin-grammar.ts';
import { compileGrammar, type CompiledGrammar as Compiled } from '../../grammar/compiled-grammar.ts';
import { grammarErrorEvent, grammarErrorLine, type Grammar, type GrammarError } from '../../grammar/grammar.ts';
import { linkGrammar, parseGrammar } from '../../grammar/linked-grammar.ts';
import type { InterpretationError } from '../../grammar/interpretation.ts';
import { DtmfMatcher as OneMatcher, matchText, type GrammarMatch, type MatchState } from '../../grammar/matcher.ts';
import { grammarOfElement } from '../../grammar/srgs-xml.ts';
import { srgsText } from '../../grammar/srgs-text.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { XmlElement } from '../../xml/xml-tree.ts';
import { eventOf, type VxmlEvent } from '../events/vxml-event.ts';
import type { CompiledGrammar, DtmfMatcher, GrammarSource, GrammarStore, LoadGrammar, Match, MatchProblem } from './grammar-store.ts';

class Ready implements CompiledGrammar {
  readonly mode: Compiled['mode'];
  readonly language: string;
  readonly builtin: string | undefined;
  readonly compiled: Compiled;
  readonly #start: string;
  #srgs: string | undefined;

  constructor(compiled: Compiled, language: string, start: string, builtin?: string) {
    this.mode = compiled.mode;
    this.language = language;
    this.compiled = compiled;
    this.builtin = builtin;
    this.#start = start;
  }

  get srgs(): string {
    return (this.#srgs ??= srgsText(this.compiled.linked, this.#start));
  }
}

/** External grammars by address, rule and text, shared by the sessions of a thread. */
export class GrammarCache {
  readonly #ready = new Map<string, Ready>();

  get(key: string): Ready | undefined {
    return this.#ready.get(key);
  }

  set(key: string, ready: Ready): void {
    this.#ready.set(key, ready);
    if (this.#ready.size > 1000) this.#ready.delete(this.#ready.keys().next().value as string);
  }
}

/** The grammar processor of `src/grammar`, for one session: semantic interpretation runs in its sandbox. */
export class SrgsGrammarStore implements GrammarStore {
  readonly #cache: GrammarCache;
  readonly #context: ScriptContext;

  constructor(cache: GrammarCache, context: ScriptContext) {
    this.#cache = cache;
    this.#context = context;
  }

  async inline(xml: XmlElement, source: Omit<GrammarSource, 'text'>, load: LoadGrammar): Promise<Result<CompiledGrammar, VxmlEvent>> {
    const text = xml.children.some((c) => c.kind === 'element') ? undefined : textOf(xml);
    const type = source.type?.toLowerCase() ?? '';
    const known = parseGrammar('', source.type ?? '', source.uri);
    if (!known.ok && known.error.kind === 'format') return fail(eventFor(known.error));
    if (text !== undefined && (/^\s*#ABNF/.test(text) || type.startsWith('application/srgs') && !type.includes('+xml'))) {
      return this.#finish(parseGrammar(text.trimStart(), source.type ?? '', source.uri), source, load);
    }
    const grammar = grammarOfElement(xml, source.uri, { ...(source.mode === undefined ? {} : { mode: source.mode }), language: source.language });
    return this.#finish(grammar, source, load);
  }

  async compile(source: GrammarSource, load: LoadGrammar): Promise<Result<CompiledGrammar, VxmlEvent>> {
    const key = `${source.uri}#${source.rule ?? ''} ${source.type ?? ''} ${source.text}`;
    const known = this.#cache.get(key);
    if (known !== undefined) return ok(known);
    const ready = await this.#finish(parseGrammar(source.text, source.type ?? '', source.uri), source, load);
    if (ready.ok) this.#cache.set(key, ready.value);
    return ready;
  }

  builtin(uri: string, language: string): Result<CompiledGrammar, VxmlEvent> {
    const key = `${uri} ${language}`;
    const known = this.#cache.get(key);
    if (known !== undefined) return ok(known);
    const mode = /^builtin:dtmf\//i.test(uri) ? 'dtmf' : 'voice';
    const grammar = builtinGrammar(uri, mode, language);
    if (!grammar.ok) return fail(eventOf(grammarErrorEvent(grammar.error), grammar.error.message));
    const compiled = compileGrammar({ main: grammar.value, documents: new Map() });
    if (!compiled.ok) return fail(eventFor(compiled.error));
    const ready = new Ready(compiled.value, language, grammar.value.root ?? '', uri);
    this.#cache.set(key, ready);
    return ok(ready);
  }

  matcher(grammars: readonly CompiledGrammar[]): DtmfMatcher {
    return new SetMatcher(grammars.map((g) => new OneMatcher((g as Ready).compiled)), this.#context);
  }

  matchWords(words: string, grammars: readonly CompiledGrammar[]): Match | MatchProblem | undefined {
    for (const [index, grammar] of grammars.entries()) {
      const match = matchOf(index, matchText((grammar as Ready).compiled, words, this.#context));
      if (match !== undefined) return match;
    }
    return undefined;
  }

  async #finish(parsed: Result<Grammar, GrammarError>, source: Omit<GrammarSource, 'text'>, load: LoadGrammar): Promise<Result<Ready, VxmlEvent>> {
    if (!parsed.ok) return fail(eventFor(parsed.error));
    const linked = await linkGrammar(parsed.value, async (uri) => {
      const loaded = await load(uri);
      if (loaded.ok) return ok({ text: loaded.value.text, contentType: loaded.value.type ?? '', uri: loaded.value.uri });
      return fail({ message: loaded.error.message ?? loaded.error.name, event: loaded.error.name });
    });
    if (!linked.ok) return fail(eventFor(linked.error));
    const named = source.rule === undefined ? undefined : parsed.value.rules.get(source.rule);
    // SRGS 1.0 §3.2: only public rules, and the root, are seen from outside.
    if (named?.scope === 'private' && parsed.value.root !== named.id) return fail(eventOf('error.badfetch', `${source.uri}:${named.line}:${named.column}: the rule ${named.id} is private`));
    const compiled = compileGrammar(linked.value, source.rule === undefined ? [] : [source.rule]);
    if (!compiled.ok) return fail(eventFor(compiled.error));
    return ok(new Ready(compiled.value, parsed.value.language ?? source.language, source.rule ?? parsed.value.root ?? ''));
  }
}

/** §5.2.6: a grammar that cannot be parsed is a fetched document that cannot be parsed. */
function eventFor(error: GrammarError): VxmlEvent {
  const name = error.kind === 'grammar' || error.kind === 'limit' ? 'error.badfetch' : grammarErrorEvent(error);
  return eventOf(name, grammarErrorLine(error));
}

const textOf = (xml: XmlElement): string => xml.children.map((c) => (c.kind === 'text' ? c.text : '')).join('');

function matchOf(index: number, found: Result<GrammarMatch, InterpretationError> | undefined): Match | MatchProblem | undefined {
  if (found === undefined) return undefined;
  if (!found.ok) return { problem: grammarErrorLine(found.error) };
  return { index, utterance: found.value.utterance, interpretation: found.value.interpretation };
}

/** Several grammars at once: together they match what any of them matches; the first that does counts. */
class SetMatcher implements DtmfMatcher {
  readonly #matchers: readonly OneMatcher[];
  readonly #alive: Set<number>;
  readonly #context: ScriptContext;

  constructor(matchers: readonly OneMatcher[], context: ScriptContext) {
    this.#matchers = matchers;
    this.#alive = new Set(matchers.keys());
    this.#context = context;
  }

  push(key: string): MatchState {
    let complete = false;
    let extendable = false;
    for (const index of [...this.#alive]) {
      const state = (this.#matchers[index] as OneMatcher).push(key);
      if (state === 'nomatch') this.#alive.delete(index);
      complete ||= state === 'match-may-extend' || state === 'match-final';
      extendable ||= state === 'partial' || state === 'match-may-extend';
    }
    if (complete) return extendable ? 'match-may-extend' : 'match-final';
    return extendable ? 'partial' : 'nomatch';
  }

  result(): Match | MatchProblem | undefined {
    for (const index of this.#alive) {
      const matcher = this.#matchers[index] as OneMatcher;
      if (matcher.state !== 'match-may-extend' && matcher.state !== 'match-final') continue;
      const match = matchOf(index, matcher.result(this.#context));
      if (match !== undefined) return match;
    }
    return undefined;
  }
}
