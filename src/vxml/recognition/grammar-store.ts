import type { Result } from '../../kernel/result.ts';
import type { XmlElement } from '../../xml/xml-tree.ts';
import type { VxmlEvent } from '../events/vxml-event.ts';

export type InputMode = 'dtmf' | 'voice';

/** A grammar ready to be matched. */
export interface CompiledGrammar {
  readonly mode: InputMode;
  readonly language: string;
  /** For a recogniser: SRGS XML of one document, without tags. */
  readonly srgs: string;
  /** The address of a built-in grammar (`builtin:grammar/boolean`). */
  readonly builtin: string | undefined;
}

/** Keys against an ordered set of grammars, one key at a time. */
export interface DtmfMatcher {
  push(key: string): 'nomatch' | 'partial' | 'match-may-extend' | 'match-final';
  /** Of the first grammar that matches what was pushed so far. */
  result(): Match | MatchProblem | undefined;
}

/** A grammar matched, and its tags failed: what it means is not known (error.semantic). */
export interface MatchProblem {
  /** With the place of the tag. */
  readonly problem: string;
}

export interface Match {
  /** Index in the set. */
  readonly index: number;
  readonly utterance: string;
  readonly interpretation: unknown;
}

export interface GrammarSource {
  readonly text: string;
  /** Base of its references. */
  readonly uri: string;
  /** Media type as given by the element or the response; undefined means SRGS XML or ABNF by its look. */
  readonly type: string | undefined;
  readonly mode: InputMode | undefined;
  readonly language: string;
  /** Rule to start from; undefined means its root. */
  readonly rule: string | undefined;
}

/** The grammar processor as the interpreter sees it. Failures are events: error.unsupported.format, .builtin, .language, error.badfetch, error.semantic. */
export interface GrammarStore {
  inline(xml: XmlElement, source: Omit<GrammarSource, 'text'>, load: LoadGrammar): Promise<Result<CompiledGrammar, VxmlEvent>>;
  compile(source: GrammarSource, load: LoadGrammar): Promise<Result<CompiledGrammar, VxmlEvent>>;
  /** `builtin:dtmf/digits?length=4` */
  builtin(uri: string, language: string): Result<CompiledGrammar, VxmlEvent>;
  matcher(grammars: readonly CompiledGrammar[]): DtmfMatcher;
  /** The first grammar that the words match whole. */
  matchWords(words: string, grammars: readonly CompiledGrammar[]): Match | MatchProblem | undefined;
}

/** Fetches a grammar that another one refers to. */
export type LoadGrammar = (uri: string) => Promise<Result<{ readonly text: string; readonly uri: string; readonly type: string | undefined }, VxmlEvent>>;
