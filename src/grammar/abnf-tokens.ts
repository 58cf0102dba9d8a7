/** The words of the ABNF form (SRGS 1.0 §1.4, App. D). Lines and columns count from 1. */
export interface AbnfToken {
  /** `word`: anything without a mark; `quoted`: `"…"` or `'…'`; `rule`: `$name`; `uri`: `$<…>` or `<…>` after a mark; `tag`: `{…}`; `mark`: one of `= ; | ( ) [ ] < > / ! ~`. */
  readonly kind: 'word' | 'quoted' | 'rule' | 'uri' | 'tag' | 'mark' | 'end';
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export interface AbnfProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

const marks = '=;|()[]/!~>';

/** Splits everything after the header line. */
export function abnfTokens(text: string, from: number): { readonly tokens: AbnfToken[]; readonly problem: AbnfProblem | undefined } {
  const tokens: AbnfToken[] = [];
  let line = 1;
  let lineStart = 0;
  for (let i = 0; i < from; i++) {
    if (text[i] === '\n') {
      line += 1;
      lineStart = i + 1;
    }
  }
  let at = from;
  const here = (): { line: number; column: number } => ({ line, column: at - lineStart + 1 });
  const moveTo = (end: number): void => {
    for (; at < end; at++) {
      if (text[at] === '\n') {
        line += 1;
        lineStart = at + 1;
      }
    }
  };
  while (at < text.length) {
    const c = text[at] as string;
    const place = here();
    const upTo = (mark: string, start: number): number => text.indexOf(mark, start);
    const unclosed = (what: string): { tokens: AbnfToken[]; problem: AbnfProblem } => ({ tokens, problem: { message: `${what} is not closed`, ...place } });
    if (/\s/.test(c)) moveTo(at + 1);
    else if (text.startsWith('//', at)) {
      const end = upTo('\n', at);
      moveTo(end < 0 ? text.length : end);
    } else if (text.startsWith('/*', at)) {
      const end = upTo('*/', at + 2);
      if (end < 0) return unclosed('a comment');
      moveTo(end + 2);
    } else if (c === '"' || c === "'") {
      const end = upTo(c, at + 1);
      if (end < 0) return unclosed('a quotation mark');
      tokens.push({ kind: 'quoted', text: text.slice(at + 1, end), ...place });
      moveTo(end + 1);
    } else if (text.startsWith('{!{', at)) {
      const end = upTo('}!}', at + 3);
      if (end < 0) return unclosed('a tag');
      tokens.push({ kind: 'tag', text: text.slice(at + 3, end), ...place });
      moveTo(end + 3);
    } else if (c === '{') {
      const end = upTo('}', at + 1);
      if (end < 0) return unclosed('a tag');
      tokens.push({ kind: 'tag', text: text.slice(at + 1, end), ...place });
      moveTo(end + 1);
    } else if (text.startsWith('$<', at)) {
      const end = upTo('>', at + 2);
      if (end < 0) return unclosed('an address');
      tokens.push({ kind: 'uri', text: text.slice(at + 2, end).trim(), ...place });
      moveTo(end + 1);
    } else if (c === '$') {
      const name = /^\$([^\s=;|()[\]<>/!~{}"'$]+)/.exec(text.slice(at, at + 256))?.[1];
      if (name === undefined) return { tokens, problem: { message: '$ is followed by no name of a rule', ...place } };
      tokens.push({ kind: 'rule', text: name, ...place });
      moveTo(at + 1 + name.length);
    } else if (c === '<') {
      const end = upTo('>', at + 1);
      if (end < 0) return unclosed('<');
      tokens.push({ kind: 'uri', text: text.slice(at, end + 1), ...place });
      moveTo(end + 1);
    } else if (marks.includes(c)) {
      tokens.push({ kind: 'mark', text: c, ...place });
      moveTo(at + 1);
    } else {
      let end = at;
      while (end < text.length && !/[\s=;|()[\]<>/!~{}"'$]/.test(text[end] as string)) end += 1;
      if (end === at) return { tokens, problem: { message: `${JSON.stringify(c)} does not stand here`, ...place } };
      tokens.push({ kind: 'word', text: text.slice(at, end), ...place });
      moveTo(end);
    }
  }
  tokens.push({ kind: 'end', text: '', ...here() });
  return { tokens, problem: undefined };
}
