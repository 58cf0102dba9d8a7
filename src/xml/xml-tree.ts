/** An immutable XML tree of plain objects (XML 1.0, Namespaces in XML 1.0). Lines and columns count from 1. */
export interface XmlDocument {
  readonly root: XmlElement;
  /** Processing instructions and comments before the root, in order. */
  readonly prolog: readonly (XmlInstruction | XmlComment)[];
  /** The address the document came from; the base of relative references where no xml:base says otherwise. */
  readonly uri: string | undefined;
  /** Public identifier of the DOCTYPE; its document is never fetched. */
  readonly doctype: { readonly name: string; readonly publicId: string; readonly systemId: string } | undefined;
}

export interface XmlElement {
  readonly kind: 'element';
  /** As written, with its prefix. */
  readonly name: string;
  readonly localName: string;
  readonly prefix: string | undefined;
  readonly namespace: string | undefined;
  /** In document order, namespace declarations included (their namespace is `http://www.w3.org/2000/xmlns/`). */
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlNode[];
  readonly parent: XmlElement | undefined;
  readonly line: number;
  readonly column: number;
}

export interface XmlAttribute {
  readonly name: string;
  readonly localName: string;
  readonly prefix: string | undefined;
  readonly namespace: string | undefined;
  readonly value: string;
  readonly line: number;
  readonly column: number;
}

/** Character data; a CDATA section is text like any other. Adjacent pieces are joined. */
export interface XmlText {
  readonly kind: 'text';
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export interface XmlComment {
  readonly kind: 'comment';
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export interface XmlInstruction {
  readonly kind: 'instruction';
  readonly target: string;
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export type XmlNode = XmlElement | XmlText | XmlComment | XmlInstruction;

export const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';
export const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/';

/** The value of an attribute by local name; without `namespace`, of an attribute that has none. */
export function attributeOf(element: XmlElement, localName: string, namespace?: string): string | undefined {
  return findAttribute(element, localName, namespace)?.value;
}

export function findAttribute(element: XmlElement, localName: string, namespace?: string): XmlAttribute | undefined {
  return element.attributes.find((a) => a.localName === localName && a.namespace === namespace);
}

export function childElements(element: XmlElement): readonly XmlElement[] {
  return element.children.filter((c): c is XmlElement => c.kind === 'element');
}

/** All character data below the element, in document order. */
export function textOf(element: XmlElement): string {
  let text = '';
  for (const child of element.children) {
    if (child.kind === 'text') text += child.text;
    else if (child.kind === 'element') text += textOf(child);
  }
  return text;
}

/** xml:lang in force at the element (XML 1.0 §2.12), the nearest one upwards. */
export function languageOf(element: XmlElement): string | undefined {
  for (let e: XmlElement | undefined = element; e !== undefined; e = e.parent) {
    const value = attributeOf(e, 'lang', xmlNamespace);
    if (value !== undefined) return value === '' ? undefined : value;
  }
  return undefined;
}

/** The base address at the element (XML Base): every xml:base upwards, resolved against the document's address. */
export function baseOf(element: XmlElement, documentUri: string | undefined): string | undefined {
  const own: string[] = [];
  for (let e: XmlElement | undefined = element; e !== undefined; e = e.parent) {
    const value = attributeOf(e, 'base', xmlNamespace);
    if (value !== undefined) own.unshift(value.trim());
  }
  return own.reduce<string | undefined>((base, value) => resolveUri(value, base) ?? base, documentUri);
}

/** A reference resolved against a base (RFC 3986 §5), or undefined when it is no address. */
export function resolveUri(reference: string, base: string | undefined): string | undefined {
  try {
    return base === undefined ? new URL(reference).href : new URL(reference, base).href;
  } catch {
    return undefined;
  }
}
