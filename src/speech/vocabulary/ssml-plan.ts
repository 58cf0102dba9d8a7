import { parseXml } from '../../xml/parse-xml.ts';
import type { XmlElement } from '../../xml/xml-tree.ts';
import type { SayAs, Spoken } from './say-as.ts';

const BREAKS: Readonly<Record<string, number>> = { none: 0, 'x-small': 100, weak: 200, small: 200, medium: 400, strong: 700, large: 700, 'x-strong': 1000 };
/** Between the groups of a telephone number, and at a comma. */
const COMMA_MS = 180;
const SENTENCE_MS = 350;
const PUNCTUATION_MS: Readonly<Record<string, number>> = { ',': COMMA_MS, ':': COMMA_MS, ';': COMMA_MS, '.': SENTENCE_MS, '!': SENTENCE_MS, '?': SENTENCE_MS };

/** Reads SSML 1.0 or plain text into what is to be joined. Undefined when the document is not well-formed. */
export function planSpeech(text: string, ssml: boolean, language: SayAs, phrases: PhraseBook): Spoken[] | undefined {
  const plan: Spoken[] = [];
  if (!ssml) {
    planText(text, language, phrases, plan);
    return plan;
  }
  const document = parseXml(text);
  if (!document.ok) return undefined;
  planElement(document.value.root, language, phrases, plan);
  return plan;
}

/** The recorded phrases, looked up by their words. */
export interface PhraseBook {
  /** Longest phrase in words. */
  readonly longest: number;
  has(phrase: string): boolean;
}

const attribute = (element: XmlElement, name: string): string | undefined => element.attributes.find((a) => a.localName === name)?.value;
const contentOf = (element: XmlElement): string => element.children.map((c) => (c.kind === 'text' ? c.text : c.kind === 'element' ? contentOf(c) : '')).join('');

function planElement(element: XmlElement, language: SayAs, phrases: PhraseBook, plan: Spoken[]): void {
  for (const child of element.children) {
    if (child.kind === 'text') planText(child.text, language, phrases, plan);
    if (child.kind !== 'element') continue;
    switch (child.localName) {
      case 'say-as':
        planSayAs(contentOf(child), attribute(child, 'interpret-as') ?? attribute(child, 'type') ?? '', attribute(child, 'format') ?? '', language, phrases, plan);
        break;
      case 'sub':
        planText(attribute(child, 'alias') ?? contentOf(child), language, phrases, plan);
        break;
      case 'break': {
        const time = /^([\d.]+)(ms|s)$/.exec(attribute(child, 'time') ?? '');
        const ms = time !== null ? Number(time[1]) * (time[2] === 's' ? 1000 : 1) : (BREAKS[attribute(child, 'strength') ?? attribute(child, 'size') ?? 'medium'] ?? 400);
        plan.push({ kind: 'pause', ms: Math.min(ms, 60_000) });
        break;
      }
      case 'mark':
        plan.push({ kind: 'mark', name: attribute(child, 'name') ?? '' });
        break;
      case 'desc':
      case 'lexicon':
      case 'metadata':
      case 'meta':
        break;
      case 'p':
      case 's':
        planElement(child, language, phrases, plan);
        plan.push({ kind: 'pause', ms: SENTENCE_MS });
        break;
      default:
        planElement(child, language, phrases, plan);
    }
  }
}

function planSayAs(text: string, interpretAs: string, format: string, language: SayAs, phrases: PhraseBook, plan: Spoken[]): void {
  const bare = text.trim();
  const kind = interpretAs.replace(/^vxml:/, '').toLowerCase();
  const said = ((): readonly string[] | undefined => {
    switch (kind) {
      case 'date':
        return language.date(bare, format);
      case 'time':
        return language.time(bare);
      case 'digits':
        return language.digits(bare);
      case 'number':
        return format === 'ordinal' ? language.ordinal(Number(bare)) : format === 'digits' ? language.digits(bare) : format === 'telephone' ? language.telephone(bare) : language.number(bare);
      case 'cardinal':
        return language.number(bare);
      case 'ordinal':
        return language.ordinal(Number.parseInt(bare, 10));
      case 'currency':
        return language.currency(bare);
      case 'phone':
      case 'telephone':
        return language.telephone(bare);
      case 'boolean':
        return language.boolean(bare);
      case 'characters':
      case 'letters':
      case 'spell-out':
      case 'acronym':
        return language.characters(bare);
      default:
        return undefined;
    }
  })();
  if (said === undefined) planText(text, language, phrases, plan);
  else pushAll(said, phrases, plan);
}

function pushAll(said: readonly string[], phrases: PhraseBook, plan: Spoken[]): void {
  for (const phrase of said) {
    if (phrase === ',') plan.push({ kind: 'pause', ms: COMMA_MS });
    else plan.push(phrases.has(phrase) ? { kind: 'phrase', phrase } : { kind: 'unknown', text: phrase });
  }
}

/** The form in which phrases are compared: lower case, single spaces, no punctuation but the apostrophe. */
export const phraseKey = (text: string): string => text.toLowerCase().replace(/[’`]/g, "'").replace(/[^\p{L}\p{N}' -]+/gu, ' ').replace(/\s+/g, ' ').trim();

const NUMBERLIKE = /^(?:[$€£¥₹]?[+-]?[\d,]*\.?\d+%?|\d{1,2}:\d{2}|\d+(?:st|nd|rd|th)|[A-Z]{3}\d+(?:\.\d+)?)$/;

/** Plain text: longest known phrases first (across punctuation), then numbers, then acronyms in capitals letter by letter. */
function planText(text: string, language: SayAs, phrases: PhraseBook, plan: Spoken[]): void {
  const tokens = text.trim().split(/\s+/).filter((t) => t !== '');
  for (let i = 0; i < tokens.length; ) {
    let length = Math.min(phrases.longest, tokens.length - i);
    let key = '';
    for (; length > 0; length--) {
      key = phraseKey(tokens.slice(i, i + length).join(' '));
      if (key !== '' && phrases.has(key)) break;
    }
    if (length > 0) {
      plan.push({ kind: 'phrase', phrase: key });
      i += length;
    } else i += planToken(tokens, i, language, phrases, plan);
    const pause = PUNCTUATION_MS[/[.!?;:,]$/.exec(tokens[i - 1] ?? '')?.[0] ?? ''];
    if (pause !== undefined) plan.push({ kind: 'pause', ms: pause });
  }
}

/** One token that is no phrase; returns how many it took: a time may take the `pm` after it. */
function planToken(tokens: readonly string[], i: number, language: SayAs, phrases: PhraseBook, plan: Spoken[]): number {
  const token = (tokens[i] as string).replace(/[.,;:!?)"”]+$/, '').replace(/^[("“]+/, '');
  if (phraseKey(token) === '') return 1;
  const said = numberlike(token, tokens[i + 1], language);
  if (said !== undefined) {
    pushAll(said.words, phrases, plan);
    return said.tookNext ? 2 : 1;
  }
  if (/^[A-Z]{1,5}$/.test(token)) pushAll(language.characters(token) ?? [token], phrases, plan);
  else plan.push({ kind: 'unknown', text: token });
  return 1;
}

function numberlike(token: string, next: string | undefined, language: SayAs): { words: readonly string[]; tookNext: boolean } | undefined {
  if (/^\d{1,2}:\d{2}$/.test(token)) {
    const half = /^[ap]\.?m\.?[.,;]?$/i.test(next ?? '');
    const words = language.time(half ? `${token} ${(next ?? '')[0]}m` : token);
    return words === undefined ? undefined : { words, tookNext: half };
  }
  if (/^\d{4}-\d{2}-\d{2}$/.test(token)) return wrap(language.date(token, ''));
  if (!NUMBERLIKE.test(token)) return undefined;
  if (/(st|nd|rd|th)$/.test(token)) return wrap(language.ordinal(Number.parseInt(token, 10)));
  if (/^[$€£¥₹]|^[A-Z]{3}/.test(token)) return wrap(language.currency(token));
  if (token.endsWith('%')) {
    const words = language.number(token.slice(0, -1));
    return words === undefined ? undefined : { words: [...words, 'percent'], tookNext: false };
  }
  return wrap(language.number(token));
}

const wrap = (words: readonly string[] | undefined): { words: readonly string[]; tookNext: boolean } | undefined => (words === undefined ? undefined : { words, tookNext: false });
