import { fail, ok, type Result } from '../kernel/result.ts';
import { parseXml } from '../xml/parse-xml.ts';
import { attributeOf, baseOf, childElements, findAttribute, languageOf, textOf, xmlNamespace, xmlnsNamespace, type XmlDocument, type XmlElement, type XmlNode } from '../xml/xml-tree.ts';
import { referenceOf, repeatOf, tokensOf, type Expansion, type Grammar, type GrammarError, type GrammarWarning, type Rule, type Tag } from './grammar.ts';

export const srgsNamespace = 'http://www.w3.org/2001/06/grammar';

/** Thrown inside this file only; the parser's door turns it into a result. */
class Illegal {
  readonly error: Pick<GrammarError, 'kind' | 'message' | 'line' | 'column'>;

  constructor(at: { line: number; column: number }, message: string, kind: GrammarError['kind'] = 'grammar') {
    this.error = { kind, message, line: at.line, column: at.column };
  }
}

/** Parses a document of the XML form (SRGS 1.0). */
export function parseSrgsXml(text: string, uri?: string): Result<Grammar, GrammarError> {
  const parsed = parseXml(text, uri);
  if (!parsed.ok) return fail({ kind: parsed.error.kind === 'limit' ? 'limit' : 'grammar', message: parsed.error.message, uri, line: parsed.error.line, column: parsed.error.column });
  return grammarOfDocument(parsed.value);
}

export function grammarOfDocument(document: XmlDocument): Result<Grammar, GrammarError> {
  const { root, uri } = document;
  if (root.localName !== 'grammar' || root.namespace !== srgsNamespace) {
    const what = root.localName === 'grammar' ? `<grammar> stands in the namespace ${root.namespace ?? '(none)'}, not in ${srgsNamespace}` : `the root element is <${root.name}>, not <grammar>`;
    return fail({ kind: 'grammar', message: what, uri, line: root.line, column: root.column });
  }
  if (attributeOf(root, 'version') === undefined) return fail({ kind: 'grammar', message: '<grammar> has no version', uri, line: root.line, column: root.column });
  return grammarOfElement(root, uri);
}

/** An inline `<grammar>`: its elements may stand in the host's namespace; mode and language may come from the host. */
export function grammarOfElement(element: XmlElement, uri: string | undefined, inherited: { mode?: 'voice' | 'dtmf'; language?: string } = {}): Result<Grammar, GrammarError> {
  try {
    return ok(readGrammar(element, uri, inherited));
  } catch (problem) {
    if (problem instanceof Illegal) return fail({ ...problem.error, uri });
    throw problem;
  }
}

interface Reading {
  readonly namespace: string | undefined;
  readonly uri: string | undefined;
  readonly warnings: GrammarWarning[];
}

function readGrammar(element: XmlElement, uri: string | undefined, inherited: { mode?: 'voice' | 'dtmf'; language?: string }): Grammar {
  const reading: Reading = { namespace: element.namespace, uri, warnings: [] };
  const version = attributeOf(element, 'version');
  if (version !== undefined && version.trim() !== '1.0') throw new Illegal(findAttribute(element, 'version') ?? element, `version ${JSON.stringify(version)} is not known; 1.0 is`, 'format');
  const mode = attributeOf(element, 'mode') ?? inherited.mode ?? 'voice';
  if (mode !== 'voice' && mode !== 'dtmf') throw new Illegal(findAttribute(element, 'mode') ?? element, `mode ${JSON.stringify(mode)} is neither voice nor dtmf`);
  const rules = new Map<string, Rule>();
  const globalTags: Tag[] = [];
  for (const child of element.children) {
    if (child.kind === 'text' && child.text.trim() !== '') throw new Illegal(child, `text stands outside of a rule: ${JSON.stringify(child.text.trim().slice(0, 40))}`);
    if (child.kind !== 'element' || !ours(child, reading)) continue;
    switch (child.localName) {
      case 'rule': {
        const rule = readRule(child, reading);
        const other = rules.get(rule.id);
        if (other !== undefined) throw new Illegal(child, `the rule ${rule.id} is declared on line ${other.line} already`);
        rules.set(rule.id, rule);
        break;
      }
      case 'tag':
        globalTags.push(tagOf(child));
        break;
      case 'meta':
      case 'metadata':
      case 'lexicon':
        break;
      default:
        throw new Illegal(child, `<${child.name}> does not stand in <grammar>`);
    }
  }
  if (rules.size === 0) throw new Illegal(element, '<grammar> has no rule');
  const root = attributeOf(element, 'root')?.trim();
  if (root !== undefined && !rules.has(root)) throw new Illegal(findAttribute(element, 'root') ?? element, `the root rule ${root} is not declared`);
  return {
    form: 'xml', mode, root, rules, globalTags, language: languageOf(element) ?? inherited.language, tagFormat: attributeOf(element, 'tag-format')?.trim(), base: baseOf(element, uri),
    warnings: reading.warnings,
  };
}

function ours(element: XmlElement, reading: Reading): boolean {
  return element.namespace === reading.namespace || element.namespace === srgsNamespace || element.namespace === undefined;
}

function readRule(element: XmlElement, reading: Reading): Rule {
  const id = attributeOf(element, 'id')?.trim() ?? attributeOf(element, 'id', xmlNamespace)?.trim();
  if (id === undefined || id === '') throw new Illegal(element, '<rule> has no id');
  if (['NULL', 'VOID', 'GARBAGE'].includes(id) || /[.:\s#-]/.test(id)) throw new Illegal(findAttribute(element, 'id') ?? element, `${JSON.stringify(id)} is no name of a rule`);
  const scope = attributeOf(element, 'scope') ?? 'private';
  if (scope !== 'public' && scope !== 'private') throw new Illegal(findAttribute(element, 'scope') ?? element, `scope ${JSON.stringify(scope)} is neither public nor private`);
  known(element, ['id', 'scope'], reading);
  return { id, scope, expansion: readContent(element, reading), line: element.line, column: element.column };
}

/** The content of a rule or an item: tokens and elements one after the other. */
function readContent(element: XmlElement, reading: Reading): Expansion {
  const items: Expansion[] = [];
  let text = '';
  let start: XmlNode | undefined;
  const flush = (): void => {
    if (start === undefined) return;
    const { tokens, unclosed } = tokensOf(text);
    if (unclosed !== undefined) throw new Illegal(start, 'a quotation mark is not closed');
    for (const token of tokens) items.push({ kind: 'token', text: token.text, line: start.line, column: start.column });
    text = '';
    start = undefined;
  };
  for (const child of element.children) {
    if (child.kind === 'text') {
      start ??= child;
      text += child.text;
    } else if (child.kind === 'element') {
      flush();
      const item = readElement(child, reading);
      if (item !== undefined) items.push(item);
    }
  }
  flush();
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : { kind: 'sequence', items };
}

function readElement(element: XmlElement, reading: Reading): Expansion | undefined {
  if (!ours(element, reading)) throw new Illegal(element, `<${element.name}> is of another namespace; what it means inside a rule is not known`);
  switch (element.localName) {
    case 'token': {
      known(element, [], reading);
      if (childElements(element).length > 0) throw new Illegal(element, '<token> holds an element');
      const words = textOf(element).replace(/\s+/g, ' ').trim();
      return words === '' ? undefined : { kind: 'token', text: words, line: element.line, column: element.column };
    }
    case 'tag':
      return tagOf(element);
    case 'item':
      return readItem(element, reading);
    case 'one-of': {
      known(element, [], reading);
      const items = element.children.flatMap((child) => {
        if (child.kind === 'text' && child.text.trim() !== '') throw new Illegal(child, 'text stands in <one-of> outside of an <item>');
        if (child.kind !== 'element') return [];
        if (!ours(child, reading) || child.localName !== 'item') throw new Illegal(child, `<${child.name}> stands in <one-of>; only <item> may`);
        return [{ weight: weightOf(child), expansion: readItem(child, reading) }];
      });
      if (items.length === 0) throw new Illegal(element, '<one-of> has no <item>');
      return { kind: 'alternatives', items };
    }
    case 'ruleref':
      return readReference(element, reading);
    case 'example':
      return undefined;
    default:
      throw new Illegal(element, `<${element.name}> is no element of a rule`);
  }
}

function readItem(element: XmlElement, reading: Reading): Expansion {
  known(element, ['repeat', 'repeat-prob', 'weight'], reading);
  const content = readContent(element, reading);
  const repeat = findAttribute(element, 'repeat');
  const probability = findAttribute(element, 'repeat-prob');
  const chance = probability === undefined ? undefined : Number(probability.value);
  if (probability !== undefined && (chance === undefined || !/^\s*(\d+\.?\d*|\.\d+)\s*$/.test(probability.value) || chance > 1)) throw new Illegal(probability, `repeat-prob ${JSON.stringify(probability.value)} is no number from 0 to 1`);
  if (repeat === undefined) return content;
  const range = repeatOf(repeat.value);
  if (range === undefined) throw new Illegal(repeat, `repeat ${JSON.stringify(repeat.value)} is neither n, m-n nor m-`);
  return { kind: 'repeat', ...range, probability: chance, item: content };
}

function weightOf(item: XmlElement): number {
  const weight = findAttribute(item, 'weight');
  if (weight === undefined) return 1;
  if (!/^\s*(\d+\.?\d*|\.\d+)\s*$/.test(weight.value)) throw new Illegal(weight, `weight ${JSON.stringify(weight.value)} is no number`);
  return Number(weight.value);
}

function readReference(element: XmlElement, reading: Reading): Expansion {
  known(element, ['uri', 'special', 'type'], reading);
  const uri = attributeOf(element, 'uri')?.trim();
  const special = attributeOf(element, 'special')?.trim();
  if ((uri === undefined) === (special === undefined)) throw new Illegal(element, '<ruleref> takes either uri or special');
  if (special !== undefined) {
    if (special !== 'NULL' && special !== 'VOID' && special !== 'GARBAGE') throw new Illegal(element, `special ${JSON.stringify(special)} is none of NULL, VOID and GARBAGE`);
    return { kind: 'special', name: special };
  }
  const target = referenceOf(uri ?? '', baseOf(element, reading.uri));
  if (target === undefined) throw new Illegal(findAttribute(element, 'uri') ?? element, `${JSON.stringify(uri)} is no address of a rule`);
  return { kind: 'reference', uri: uri ?? '', ...target, mediaType: attributeOf(element, 'type')?.trim(), line: element.line, column: element.column };
}

function tagOf(element: XmlElement): Tag {
  if (childElements(element).length > 0) throw new Illegal(element, '<tag> holds an element');
  return { kind: 'tag', text: textOf(element), line: element.line, column: element.column };
}

/** An attribute of ours that does not belong is said, not refused: hosts add theirs. */
function known(element: XmlElement, names: readonly string[], reading: Reading): void {
  for (const a of element.attributes) {
    if (a.namespace !== undefined || a.namespace === xmlnsNamespace || a.name === 'xmlns' || names.includes(a.localName)) continue;
    reading.warnings.push({ message: `${a.name} is no attribute of <${element.name}>`, line: a.line, column: a.column });
  }
}
