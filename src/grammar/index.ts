/** Grammars: SRGS 1.0 in both forms, SISR 1.0, the built-in grammars, and exact matchers for keys and words. */
export { grammarErrorEvent, grammarErrorLine, type Grammar, type GrammarError, type GrammarWarning } from './grammar.ts';
export { grammarOfDocument, grammarOfElement, parseSrgsXml, srgsNamespace } from './srgs-xml.ts';
export { isAbnf, parseSrgsAbnf } from './srgs-abnf.ts';
export { builtinGrammar } from './builtin/builtin-grammar.ts';
export { srgsText } from './srgs-text.ts';
export { linkGrammar, parseGrammar, type GrammarLoader, type LinkedGrammar, type LoadedGrammar } from './linked-grammar.ts';
export { compileGrammar, type CompiledGrammar } from './compiled-grammar.ts';
export { DtmfMatcher, matchText, stateOfText, type GrammarMatch, type MatchState } from './matcher.ts';
export type { InterpretationError } from './interpretation.ts';
