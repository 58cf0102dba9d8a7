import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Expansion, Grammar, GrammarError, Rule } from '../grammar.ts';
import { dtmfBuiltins } from './dtmf-builtins.ts';
import { spokenBuiltins } from './spoken-words.ts';
import { voiceBuiltins } from './voice-builtins.ts';

/** Parameters of a built-in grammar's address (`?y=7;n=9`); names in small letters. */
export type BuiltinParameters = ReadonlyMap<string, string>;

/** A built-in type in one mode: its expansion and how it reads what was matched, or why the parameters make no sense. */
export type BuiltinType = (parameters: BuiltinParameters) => { readonly expansion: Expansion; readonly meaning: NonNullable<Rule['meaning']> } | { readonly wrong: string };

/**
 * The built-in grammars (VoiceXML 2.0 App. P): `builtin:grammar/boolean`, `builtin:dtmf/digits?minlength=3;maxlength=5`, or the
 * value of a field's type attribute, `digits?length=4`. The mode of an address that does not say it is `mode`. Words are those of `language`:
 * English has all types, five others have boolean and digits, the rest have none.
 */
export function builtinGrammar(address: string, mode: 'voice' | 'dtmf', language = 'en-US'): Result<Grammar, GrammarError> {
  const refuse = (kind: GrammarError['kind'], message: string): Result<Grammar, GrammarError> => fail({ kind, message, uri: address, line: 1, column: 1 });
  const parts = /^(?:builtin:\/{0,2}(?:(grammar|voice|dtmf)\/)?)?([A-Za-z]\w*)(?:\?(.*))?$/i.exec(decoded(address.trim()));
  if (parts === null) return refuse('builtin', `${JSON.stringify(address)} names no built-in grammar`);
  const [, family, name = '', query = ''] = parts;
  const inMode = family === undefined ? mode : family.toLowerCase() === 'dtmf' ? 'dtmf' : 'voice';
  const types = inMode === 'dtmf' ? dtmfBuiltins : /^en\b/i.test(language) ? voiceBuiltins : (spokenBuiltins(language) ?? new Map<string, BuiltinType>());
  const type = types.get(name.toLowerCase());
  if (type === undefined) {
    const spoken = inMode === 'voice' ? ` of words in ${language}` : '';
    return refuse('builtin', `there is no built-in grammar ${name}${spoken}; there ${types.size === 0 ? 'is none' : `are ${[...types.keys()].join(', ')}`}`);
  }
  const parameters = new Map<string, string>();
  for (const pair of query.split(/[;&]/).filter((p) => p !== '')) {
    const at = pair.indexOf('=');
    if (at <= 0) return refuse('badfetch', `${JSON.stringify(pair)} is no parameter of a built-in grammar`);
    parameters.set(pair.slice(0, at).trim().toLowerCase(), pair.slice(at + 1).trim());
  }
  const made = type(parameters);
  if ('wrong' in made) return refuse('badfetch', made.wrong);
  const rule: Rule = { id: name.toLowerCase(), scope: 'public', line: 1, column: 1, ...made };
  return ok({
    form: 'builtin', mode: inMode, language: inMode === 'voice' ? language : undefined, root: rule.id, tagFormat: undefined, base: address,
    rules: new Map([[rule.id, rule]]), globalTags: [], warnings: [],
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
