import { fail, ok, type Result } from '../kernel/result.ts';
import { abnfTokens, type AbnfToken } from './abnf-tokens.ts';
import { referenceOf, repeatOf, type Alternative, type Expansion, type Grammar, type GrammarError, type Rule, type Tag } from './grammar.ts';

class Illegal {
  readonly at: AbnfToken;
  readonly message: string;
  readonly kind: GrammarError['kind'];

  constructor(at: AbnfToken, message: string, kind: GrammarError['kind'] = 'grammar') {
    this.at = at;
    this.message = message;
    this.kind = kind;
  }
}

/** Whether a text says of itself that it is of the ABNF form. */
export function isAbnf(text: string): boolean {
  return /^\ufeff?#ABNF\b/.test(text);
}

/** Parses a document of the ABNF form (SRGS 1.0 App. D). */
export function parseSrgsAbnf(text: string, uri?: string): Result<Grammar, GrammarError> {
  const header = /^\ufeff?#ABNF\s+(\d+\.\d+)(?:[ \t]+([\w.:-]+))?[ \t]*;/.exec(text);
  if (header === null) return fail({ kind: 'grammar', message: 'the document does not begin with "#ABNF 1.0;"', uri, line: 1, column: 1 });
  if (header[1] !== '1.0') return fail({ kind: 'format', message: `version ${header[1] ?? ''} is not known; 1.0 is`, uri, line: 1, column: 7 });
  const { tokens, problem } = abnfTokens(text, header[0].length);
  if (problem !== undefined) return fail({ kind: 'grammar', ...problem, uri });
  try {
    return ok(new AbnfReader(tokens, uri).grammar());
  } catch (illegal) {
    if (illegal instanceof Illegal) return fail({ kind: illegal.kind, message: illegal.message, uri, line: illegal.at.line, column: illegal.at.column });
    throw illegal;
  }
}

const maxNesting = 200;

class AbnfReader {
  readonly #tokens: readonly AbnfToken[];
  #at = 0;
  #depth = 0;
  #base: string | undefined;

  constructor(tokens: readonly AbnfToken[], uri: string | undefined) {
    this.#tokens = tokens;
    this.#base = uri;
  }

  grammar(): Grammar {
    let mode: 'voice' | 'dtmf' = 'voice';
    let language: string | undefined;
    let root: AbnfToken | undefined;
    let tagFormat: string | undefined;
    const globalTags: Tag[] = [];
    const rules = new Map<string, Rule>();
    while (this.#peek().kind !== 'end') {
      const token = this.#next();
      if (token.kind === 'tag') {
        globalTags.push(tagOf(token));
        this.#mark(';');
        continue;
      }
      const following = this.#peek();
      const isRule = token.kind === 'rule' || (token.kind === 'word' && (token.text === 'public' || token.text === 'private') && following.kind === 'rule');
      if (isRule) {
        const rule = this.#rule(token);
        if (rules.has(rule.id)) throw new Illegal(token, `the rule $${rule.id} is declared twice`);
        rules.set(rule.id, rule);
        continue;
      }
      if (token.kind !== 'word') throw new Illegal(token, `${JSON.stringify(token.text)} begins neither a declaration nor a rule`);
      switch (token.text) {
        case 'language': language = this.#next().text; break;
        case 'mode': {
          const value = this.#next();
          if (value.text !== 'voice' && value.text !== 'dtmf') throw new Illegal(value, `mode ${JSON.stringify(value.text)} is neither voice nor dtmf`);
          mode = value.text;
          break;
        }
        case 'root': {
          root = this.#next();
          if (root.kind !== 'rule') throw new Illegal(root, 'root names no rule');
          break;
        }
        case 'tag-format': tagFormat = bare(this.#next()); break;
        case 'base': {
          const value = bare(this.#next());
          try {
            this.#base = new URL(value, this.#base).href;
          } catch {
            throw new Illegal(token, `${JSON.stringify(value)} is no address`);
          }
          break;
        }
        case 'lexicon':
        case 'meta':
        case 'http-equiv':
          while (this.#peek().kind !== 'end' && this.#peek().text !== ';') this.#next();
          break;
        default:
          throw new Illegal(token, `${token.text} is no declaration`);
      }
      this.#mark(';');
    }
    const end = this.#peek();
    if (rules.size === 0) throw new Illegal(end, 'the grammar has no rule');
    if (root !== undefined && !rules.has(root.text)) throw new Illegal(root, `the root rule $${root.text} is not declared`);
    return { form: 'abnf', mode, language, root: root?.text, tagFormat: tagFormat?.replace(/^<|>$/g, ''), base: this.#base, rules, globalTags, warnings: [] };
  }

  #rule(first: AbnfToken): Rule {
    const name = first.kind === 'rule' ? first : this.#next();
    if (['NULL', 'VOID', 'GARBAGE'].includes(name.text)) throw new Illegal(name, `$${name.text} is a rule of its own meaning and cannot be declared`);
    this.#mark('=');
    const expansion = this.#alternatives();
    this.#mark(';');
    return { id: name.text, scope: first.text === 'public' && first.kind === 'word' ? 'public' : 'private', expansion, line: name.line, column: name.column };
  }

  #alternatives(): Expansion {
    this.#depth += 1;
    if (this.#depth > maxNesting) throw new Illegal(this.#peek(), `groups are nested deeper than ${maxNesting}`, 'limit');
    const items: Alternative[] = [];
    let weighted = false;
    do {
      let weight = 1;
      if (this.#peek().text === '/' && this.#peek().kind === 'mark') {
        weight = this.#weight();
        weighted = true;
      }
      items.push({ weight, expansion: this.#sequence() });
    } while (this.#take('|'));
    this.#depth -= 1;
    const [only] = items;
    return items.length === 1 && only !== undefined && !weighted ? only.expansion : { kind: 'alternatives', items };
  }

  #weight(): number {
    const open = this.#next();
    const value = this.#next();
    if (!/^(\d+\.?\d*|\.\d+)$/.test(value.text)) throw new Illegal(value, `weight ${JSON.stringify(value.text)} is no number`);
    if (!this.#take('/')) throw new Illegal(open, 'a weight is not closed');
    return Number(value.text);
  }

  #sequence(): Expansion {
    const items: Expansion[] = [];
    for (;;) {
      const item = this.#item();
      if (item === undefined) break;
      items.push(this.#suffixed(item));
    }
    if (items.length === 0) throw new Illegal(this.#peek(), 'an alternative is empty; $NULL says so explicitly');
    const [only] = items;
    return items.length === 1 && only !== undefined ? only : { kind: 'sequence', items };
  }

  #item(): Expansion | undefined {
    const token = this.#peek();
    const { line, column } = token;
    switch (token.kind) {
      case 'word':
        this.#next();
        return { kind: 'token', text: token.text, line, column };
      case 'quoted': {
        this.#next();
        const words = token.text.replace(/\s+/g, ' ').trim();
        return words === '' ? { kind: 'special', name: 'NULL' } : { kind: 'token', text: words, line, column };
      }
      case 'tag':
        this.#next();
        return tagOf(token);
      case 'rule':
        this.#next();
        if (token.text === 'NULL' || token.text === 'VOID' || token.text === 'GARBAGE') return { kind: 'special', name: token.text };
        return { kind: 'reference', uri: `#${token.text}`, document: undefined, rule: token.text, mediaType: undefined, line, column };
      case 'uri': {
        if (token.text.startsWith('<')) throw new Illegal(token, `${token.text} repeats nothing`);
        this.#next();
        const target = referenceOf(token.text, this.#base);
        if (target === undefined) throw new Illegal(token, `${JSON.stringify(token.text)} is no address of a rule`);
        let mediaType: string | undefined;
        if (this.#take('~')) mediaType = this.#next().text.replace(/^<|>$/g, '');
        return { kind: 'reference', uri: token.text, ...target, mediaType, line, column };
      }
      case 'mark':
        if (token.text === '(') {
          this.#next();
          if (this.#take(')')) return { kind: 'special', name: 'NULL' };
          const inner = this.#alternatives();
          this.#mark(')');
          return inner;
        }
        if (token.text === '[') {
          this.#next();
          const inner = this.#alternatives();
          this.#mark(']');
          return { kind: 'repeat', min: 0, max: 1, probability: undefined, item: inner };
        }
        return undefined;
      default:
        return undefined;
    }
  }

  /** Repeats and language attachments behind an item. */
  #suffixed(item: Expansion): Expansion {
    let result = item;
    for (;;) {
      const token = this.#peek();
      if (token.kind === 'uri' && token.text.startsWith('<')) {
        this.#next();
        const parts = /^<\s*([\d\s-]+?)\s*(?:\/\s*([\d.]+)\s*\/)?\s*>$/.exec(token.text);
        const range = parts === null ? undefined : repeatOf(parts[1] ?? '');
        const probability = parts?.[2] === undefined ? undefined : Number(parts[2]);
        if (range === undefined || (probability !== undefined && !(probability <= 1))) throw new Illegal(token, `${token.text} is no repeat`);
        result = { kind: 'repeat', ...range, probability, item: result };
      } else if (token.kind === 'mark' && token.text === '!') {
        this.#next();
        const language = this.#next();
        if (language.kind !== 'word' || !/^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(language.text)) throw new Illegal(language, `${JSON.stringify(language.text)} is no language`);
      } else return result;
    }
  }

  #peek(): AbnfToken {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Error('read past the end of an ABNF document');
    return token;
  }

  #next(): AbnfToken {
    const token = this.#peek();
    if (token.kind === 'end') throw new Illegal(token, 'the document ends too early');
    this.#at += 1;
    return token;
  }

  #take(mark: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'mark' || token.text !== mark) return false;
    this.#at += 1;
    return true;
  }

  #mark(mark: string): void {
    const token = this.#peek();
    if (!this.#take(mark)) throw new Illegal(token, `${mark} is missing before ${token.kind === 'end' ? 'the end' : JSON.stringify(token.text)}`);
  }
}

function bare(token: AbnfToken): string {
  return token.text.replace(/^<|>$/g, '').trim();
}

function tagOf(token: AbnfToken): Tag {
  return { kind: 'tag', text: token.text.trim(), line: token.line, column: token.column };
}
