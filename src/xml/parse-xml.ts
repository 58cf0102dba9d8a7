import { DOMParser, type Attr, type Document, type Element, type Node } from '@xmldom/xmldom';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { XmlAttribute, XmlComment, XmlDocument, XmlElement, XmlInstruction, XmlNode } from './xml-tree.ts';
import { expandEntities } from './document-type.ts';

/** Why a text is not taken as XML, and where. */
export interface XmlError {
  /** `limit`: larger or deeper than allowed; `entity`: declares or asks for what is refused; `syntax`: not well-formed. */
  readonly kind: 'syntax' | 'limit' | 'entity';
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly uri: string | undefined;
}

export interface XmlLimits {
  /** Characters of the whole text. */
  readonly maxLength: number;
  readonly maxDepth: number;
  /** Elements and attributes together. */
  readonly maxNodes: number;
  /** Characters that internal entities may add. */
  readonly maxExpansion: number;
}

export const defaultXmlLimits: XmlLimits = { maxLength: 8 * 1024 * 1024, maxDepth: 256, maxNodes: 200_000, maxExpansion: 64 * 1024 };

/**
 * Parses a document. No external entity and no external DTD is ever fetched; internal entities that only hold text are
 * expanded within `maxExpansion`, all others are refused. Anything not well-formed is an error: nothing is repaired.
 */
export function parseXml(text: string, uri?: string, limits: Partial<XmlLimits> = {}): Result<XmlDocument, XmlError> {
  const limit = { ...defaultXmlLimits, ...limits };
  const error = (kind: XmlError['kind'], message: string, line = 1, column = 1): Result<XmlDocument, XmlError> =>
    fail({ kind, message, line, column, uri });
  if (text.length > limit.maxLength) return error('limit', `the document has ${text.length} characters; at most ${limit.maxLength} are taken`);
  const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const beyond = beyondLimits(source, limit);
  if (beyond !== undefined) return error('limit', beyond.message, ...positionAt(source, beyond.at));
  const expanded = expandEntities(source, limit.maxExpansion);
  if (!expanded.ok) return error(expanded.error.kind, expanded.error.message, ...positionAt(source, expanded.error.at));
  const forbidden = forbiddenCharacter(expanded.value);
  if (forbidden !== undefined) return error('syntax', forbidden.message, ...positionAt(expanded.value, forbidden.at));

  let problem: { message: string; line: number; column: number } | undefined;
  let document: Document | undefined;
  try {
    document = new DOMParser({
      locator: true,
      onError: (_level, message, context: unknown) => {
        const at = (context as { locator?: { lineNumber?: number; columnNumber?: number } } | undefined)?.locator;
        problem ??= { message: plain(message), line: at?.lineNumber || 1, column: at?.columnNumber || 1 };
        throw new Error(message);
      },
    }).parseFromString(expanded.value, 'application/xml');
  } catch (thrown) {
    const found = problem ?? { message: plain(thrown instanceof Error ? thrown.message : String(thrown)), line: 1, column: 1 };
    return error('syntax', found.message, found.line, found.column);
  }
  const root = document.documentElement;
  if (root === null) return error('syntax', 'the document has no root element');
  const built = build(root, limit);
  if (built === undefined) return error('limit', `the document has more than ${limit.maxNodes} elements and attributes`);
  const prolog: (XmlInstruction | XmlComment)[] = [];
  for (let node = document.firstChild; node !== null && node !== root; node = node.nextSibling) {
    const leaf = leafOf(node);
    if (leaf !== undefined && leaf.kind !== 'text') prolog.push(leaf);
  }
  const type = document.doctype;
  return ok({
    root: built,
    prolog,
    uri,
    doctype: type === null ? undefined : { name: type.name, publicId: unquote(type.publicId), systemId: unquote(type.systemId) },
  });
}

/** The 1-based line and column of an offset. */
export function positionAt(text: string, offset: number): [line: number, column: number] {
  let line = 1;
  let start = 0;
  for (let i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) {
    line += 1;
    start = i + 1;
  }
  return [line, offset - start + 1];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Building = Mutable<Omit<XmlElement, 'children'>> & { children: XmlNode[] };

function build(root: Element, limit: XmlLimits): XmlElement | undefined {
  let nodes = 0;
  const start = (element: Element, parent: Building | undefined): Building => {
    const attributes: XmlAttribute[] = [];
    for (let i = 0; i < element.attributes.length; i++) {
      const a = element.attributes.item(i) as Attr & Positioned;
      attributes.push({
        name: a.name, localName: a.localName ?? a.name, prefix: a.prefix ?? undefined, namespace: a.namespaceURI ?? undefined, value: a.value,
        line: a.lineNumber ?? (element as Positioned).lineNumber ?? 1, column: a.columnNumber ?? (element as Positioned).columnNumber ?? 1,
      });
    }
    nodes += 1 + attributes.length;
    return {
      kind: 'element', name: element.tagName, localName: element.localName ?? element.tagName, prefix: element.prefix ?? undefined,
      namespace: element.namespaceURI ?? undefined, attributes, children: [], parent, ...place(element),
    };
  };
  const top = start(root, undefined);
  const open: { element: Building; next: Node | null }[] = [{ element: top, next: root.firstChild }];
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    const node = level.next;
    if (node === null) {
      open.pop();
      continue;
    }
    level.next = node.nextSibling;
    if (nodes > limit.maxNodes) return undefined;
    if (node.nodeType === 1) {
      const child = start(node as Element, level.element);
      level.element.children.push(child);
      open.push({ element: child, next: node.firstChild });
      continue;
    }
    const leaf = leafOf(node);
    if (leaf === undefined) continue;
    nodes += 1;
    const last = level.element.children.at(-1);
    if (leaf.kind === 'text' && last?.kind === 'text') level.element.children[level.element.children.length - 1] = { ...last, text: last.text + leaf.text };
    else level.element.children.push(leaf);
  }
  return top;
}

interface Positioned {
  lineNumber?: number;
  columnNumber?: number;
}

function place(node: Node): { line: number; column: number } {
  const { lineNumber, columnNumber } = node as Positioned;
  return { line: lineNumber ?? 1, column: columnNumber ?? 1 };
}

function leafOf(node: Node): Exclude<XmlNode, XmlElement> | undefined {
  const text = node.nodeValue ?? '';
  if (node.nodeType === 3 || node.nodeType === 4) return { kind: 'text', text, ...place(node) };
  if (node.nodeType === 8) return { kind: 'comment', text, ...place(node) };
  if (node.nodeType === 7 && node.nodeName !== 'xml') return { kind: 'instruction', target: node.nodeName, text, ...place(node) };
  return undefined;
}

/** Where tags nest too deep or become too many, found before anything is built. */
function beyondLimits(text: string, limit: XmlLimits): { message: string; at: number } | undefined {
  let depth = 0;
  let tags = 0;
  for (let i = text.indexOf('<'); i >= 0; i = text.indexOf('<', i + 1)) {
    if (text.startsWith('<!--', i)) i = skipTo(text, '-->', i + 4);
    else if (text.startsWith('<![CDATA[', i)) i = skipTo(text, ']]>', i + 9);
    else if (text[i + 1] === '?' || text[i + 1] === '!') continue;
    else if (text[i + 1] === '/') depth -= 1;
    else {
      const end = tagEnd(text, i + 1);
      if (text[end - 1] !== '/') depth += 1;
      if (depth > limit.maxDepth) return { message: `elements are nested deeper than ${limit.maxDepth}`, at: i };
      if (++tags > limit.maxNodes) return { message: `the document has more than ${limit.maxNodes} elements`, at: i };
      i = end;
    }
  }
  return undefined;
}

function skipTo(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at;
}

function tagEnd(text: string, from: number): number {
  let quote = '';
  for (let i = from; i < text.length; i++) {
    const c = text[i] as string;
    if (quote !== '') {
      if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '>') return i;
  }
  return text.length;
}

/** XML 1.0 §2.2: characters that may not stand in a document, written out or as a reference. */
function forbiddenCharacter(text: string): { message: string; at: number } | undefined {
  const raw = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.exec(text);
  if (raw !== null) return { message: `the character U+${raw[0].charCodeAt(0).toString(16).padStart(4, '0')} may not stand in XML`, at: raw.index };
  for (const reference of text.matchAll(/&#(x[0-9a-fA-F]+|[0-9]+);/g)) {
    const digits = reference[1] ?? '';
    const code = digits.startsWith('x') ? Number.parseInt(digits.slice(1), 16) : Number.parseInt(digits, 10);
    const legal = code === 9 || code === 10 || code === 13 || (code >= 0x20 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
    if (!legal) return { message: `the character reference ${reference[0]} is outside XML`, at: reference.index };
  }
  return undefined;
}

function plain(message: string): string {
  return message.replace(/^Error constructing the DOM: (\w+Error: )?/, '').replace(/^element parse error: (Error: )?/, '').replace(/[\r\n]+/g, ' ').trim();
}

function unquote(text: string): string {
  return text.replace(/^(["'])(.*)\1$/s, '$2');
}
