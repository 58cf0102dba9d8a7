import { parseXml } from '../../xml/parse-xml.ts';
import { attributeOf, baseOf, languageOf, type XmlDocument, type XmlElement } from '../../xml/xml-tree.ts';
import type { AnyElement } from './element-definition.ts';
import type { Place, VxmlContent, VxmlNode } from './node.ts';
import { registry } from './registry.ts';
import { vxmlDocument, type VxmlDocument } from './vxml-document.ts';

export const vxmlNamespace = 'http://www.w3.org/2001/vxml';

/** Something that is wrong with a document. An `error` makes it invalid (error.badfetch); a `warning` is for its author. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly place: Place;
}

export interface Parsed {
  /** Absent when a problem is an error. */
  readonly document: VxmlDocument | undefined;
  readonly problems: readonly Problem[];
}

/** Text → validated model. Nothing is fetched and no ECMAScript is compiled here. */
export function parseDocument(source: string, uri: string, limits: { readonly documentElements: number }): Parsed {
  const xml = parseXml(source, uri, { maxNodes: limits.documentElements * 8 });
  if (!xml.ok) {
    const { line, column } = xml.error;
    return { document: undefined, problems: [{ severity: 'error', message: xml.error.message, place: { uri, line, column } }] };
  }
  return modelOf(xml.value, uri);
}

function modelOf(xml: XmlDocument, uri: string): Parsed {
  const problems: Problem[] = [];
  const model = new Modeller(uri, problems);
  const root = xml.root;
  if (root.localName !== 'vxml') model.error(root, `the document element is <${root.name}>, not <vxml>`);
  else if (root.namespace !== vxmlNamespace && root.namespace !== undefined) model.error(root, `the namespace of <vxml> is ${root.namespace}, not ${vxmlNamespace}`);
  const node = problems.length === 0 ? model.node(root, registry.get('vxml') as AnyElement) : undefined;
  if (node === undefined || problems.some((p) => p.severity === 'error')) return { document: undefined, problems };
  const base = baseOf(root, uri) ?? uri;
  const document = vxmlDocument(node, uri, base, languageOf(root));
  for (const { message, place } of document.problems) problems.push({ severity: 'error', message, place });
  return { document: problems.some((p) => p.severity === 'error') ? undefined : document, problems };
}

class Modeller {
  readonly #uri: string;
  readonly #problems: Problem[];

  constructor(uri: string, problems: Problem[]) {
    this.#uri = uri;
    this.#problems = problems;
  }

  error(at: XmlElement, message: string): void {
    this.#report('error', at, message);
  }

  node(xml: XmlElement, definition: AnyElement): VxmlNode {
    const attributes = this.#attributes(xml, definition);
    const children = this.#children(xml, definition);
    const node: VxmlNode = { kind: 'element', tag: definition.tag, attributes, children, xml, place: this.#place(xml) };
    const contradiction = definition.check?.(node);
    if (contradiction !== undefined) this.error(xml, `<${definition.tag}> ${contradiction}`);
    return node;
  }

  #attributes(xml: XmlElement, definition: AnyElement): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (const [name, attribute] of Object.entries(definition.attributes)) {
      const text = attributeOf(xml, name);
      if (text === undefined) {
        if (attribute.required) this.error(xml, `<${definition.tag}> needs the attribute ${name}`);
        values[name] = attribute.fallback;
        continue;
      }
      const read = attribute.parse(text);
      if ('problem' in read) this.error(xml, `<${definition.tag}> ${name} ${read.problem}`);
      else values[name] = read.value;
    }
    for (const given of xml.attributes) {
      if (given.namespace === undefined && !(given.name in definition.attributes) && !definition.content.includes('#any')) {
        this.#report('warning', xml, `<${definition.tag}> has no attribute ${given.name}; it is ignored`);
      }
    }
    return values;
  }

  #children(xml: XmlElement, definition: AnyElement): VxmlContent[] {
    if (definition.content.includes('#any')) return [];
    const children: VxmlContent[] = [];
    for (const child of xml.children) {
      if (child.kind === 'text') {
        if (definition.content.includes('#text')) children.push({ kind: 'text', text: child.text, place: { uri: this.#uri, line: child.line, column: child.column } });
        else if (child.text.trim() !== '') this.#report('error', xml, `<${definition.tag}> has text in it: "${child.text.trim().slice(0, 40)}"`);
      } else if (child.kind === 'element') {
        const own = child.namespace === xml.namespace;
        const known = own ? registry.get(child.localName) : undefined;
        if (known !== undefined && definition.content.includes(known.tag)) children.push(this.node(child, known));
        else if (own && known === undefined) this.error(child, `<${child.name}> is no element of VoiceXML 2.1`);
        else if (known !== undefined) this.error(child, `<${child.name}> may not stand in <${definition.tag}>`);
        else if (child.localName === 'grammar' && definition.content.includes('grammar')) children.push(this.node(child, registry.get('grammar') as AnyElement));
        else this.#report('warning', child, `<${child.name}> is not of the VoiceXML namespace; it is ignored`);
      }
    }
    return children;
  }

  #place(xml: XmlElement): Place {
    return { uri: this.#uri, line: xml.line, column: xml.column };
  }

  #report(severity: Problem['severity'], at: XmlElement, message: string): void {
    this.#problems.push({ severity, message, place: this.#place(at) });
  }
}
