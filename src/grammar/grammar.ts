/**
 * A grammar document as a model, whatever form it was written in: SRGS 1.0 XML, SRGS 1.0 ABNF, or built in. References are not
 * followed here; `LinkedGrammar` holds what they lead to.
 */
export interface Grammar {
  readonly form: 'xml' | 'abnf' | 'builtin';
  readonly mode: 'voice' | 'dtmf';
  readonly language: string | undefined;
  readonly root: string | undefined;
  readonly tagFormat: string | undefined;
  /** Where the document came from; base of its references unless the document says otherwise. */
  readonly base: string | undefined;
  readonly rules: ReadonlyMap<string, Rule>;
  /** Tags of the header (SISR 1.0 §4): scripts that run before any rule's. */
  readonly globalTags: readonly Tag[];
  readonly warnings: readonly GrammarWarning[];
}

export interface Rule {
  readonly id: string;
  readonly scope: 'public' | 'private';
  readonly expansion: Expansion;
  readonly line: number;
  readonly column: number;
  /** A built-in rule reads its tokens itself. Undefined: the tokens fit the form, but mean nothing (the 31st of February). */
  readonly meaning?: (tokens: readonly string[]) => unknown;
}

export type Expansion =
  | { readonly kind: 'token'; readonly text: string; readonly line: number; readonly column: number }
  | { readonly kind: 'sequence'; readonly items: readonly Expansion[] }
  | { readonly kind: 'alternatives'; readonly items: readonly Alternative[] }
  /** `max` may be Infinity. `probability`: of each further repetition (SRGS 1.0 §2.5.1). */
  | { readonly kind: 'repeat'; readonly min: number; readonly max: number; readonly probability: number | undefined; readonly item: Expansion }
  | RuleReference
  | { readonly kind: 'special'; readonly name: 'NULL' | 'VOID' | 'GARBAGE' }
  | Tag;

export interface Alternative {
  readonly weight: number;
  readonly expansion: Expansion;
}

export interface Tag {
  readonly kind: 'tag';
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export interface RuleReference {
  readonly kind: 'reference';
  /** As written: `#local`, `other.grxml#rule`, `other.grxml`. */
  readonly uri: string;
  /** Absolute address without fragment; undefined for a rule of the same document. */
  readonly document: string | undefined;
  /** The rule's name; undefined for the root of another document. */
  readonly rule: string | undefined;
  readonly mediaType: string | undefined;
  readonly line: number;
  readonly column: number;
}

export interface GrammarWarning {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

export interface GrammarError {
  /**
   * `grammar`: the text is no legal grammar; `format`: a type or version nobody here reads; `builtin`: no such built-in grammar;
   * `badfetch`: a document it needs cannot be had; `limit`: larger than allowed; `semantic`: a tag's script failed.
   */
  readonly kind: 'grammar' | 'format' | 'builtin' | 'badfetch' | 'limit' | 'semantic';
  readonly message: string;
  readonly uri: string | undefined;
  readonly line: number;
  readonly column: number;
  /** The event of a failed fetch (`error.badfetch.http.404`). */
  readonly event?: string;
}

/** The event VoiceXML throws (VoiceXML 2.0 §5.2.6). */
export function grammarErrorEvent(error: GrammarError): string {
  switch (error.kind) {
    case 'grammar': return 'error.grammar';
    case 'limit': return 'error.grammar';
    case 'format': return 'error.unsupported.format';
    case 'builtin': return 'error.unsupported.builtin';
    case 'badfetch': return error.event ?? 'error.badfetch';
    case 'semantic': return 'error.semantic';
  }
}

/** `place:line:column: message`. */
export function grammarErrorLine(error: Pick<GrammarError, 'uri' | 'line' | 'column' | 'message'>): string {
  return `${error.uri ?? 'grammar'}:${error.line}:${error.column}: ${error.message}`;
}

/** What text stands between two pieces of a rule is words; each becomes a token (SRGS 1.0 §2.1), `"…"` a token of several words. */
export function tokensOf(text: string): { readonly tokens: readonly { text: string; at: number }[]; readonly unclosed: number | undefined } {
  const tokens: { text: string; at: number }[] = [];
  const pattern = /"([^"]*)"|"|[^\s"]+/g;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    if (found[0] === '"') return { tokens, unclosed: found.index };
    const words = (found[1] ?? found[0]).replace(/\s+/g, ' ').trim();
    if (words !== '') tokens.push({ text: words, at: found.index });
  }
  return { tokens, unclosed: undefined };
}

/** `3`, `2-5`, `2-` (SRGS 1.0 §2.5); undefined when it is none. */
export function repeatOf(text: string): { readonly min: number; readonly max: number } | undefined {
  const found = /^\s*(\d{1,9})\s*(?:(-)\s*(\d{1,9})?)?\s*$/.exec(text);
  if (found === null) return undefined;
  const min = Number(found[1]);
  const max = found[2] === undefined ? min : found[3] === undefined ? Number.POSITIVE_INFINITY : Number(found[3]);
  return max < min ? undefined : { min, max };
}

/** A rule reference taken apart and resolved; undefined when the address is none. */
export function referenceOf(uri: string, base: string | undefined): { document: string | undefined; rule: string | undefined } | undefined {
  const at = uri.indexOf('#');
  const address = at < 0 ? uri : uri.slice(0, at);
  const rule = at < 0 || at === uri.length - 1 ? undefined : uri.slice(at + 1);
  if (address === '') return rule === undefined ? undefined : { document: undefined, rule };
  try {
    return { document: base === undefined || /^builtin:/i.test(address) ? new URL(address).href : new URL(address, base).href, rule };
  } catch {
    return undefined;
  }
}
