import { xmlNamespace, xmlnsNamespace, type XmlElement, type XmlNode } from './xml-tree.ts';

/** The element as a text of its own: namespace declarations, xml:lang in force above it are carried along. */
export function serializeXml(element: XmlElement): string {
  const inherited = new Map<string, string>();
  for (let e = element.parent; e !== undefined; e = e.parent) {
    for (const a of e.attributes) {
      const carried = a.namespace === xmlnsNamespace || a.name === 'xmlns' || (a.namespace === xmlNamespace && a.localName === 'lang');
      if (carried && !inherited.has(a.name)) inherited.set(a.name, a.value);
    }
  }
  for (const a of element.attributes) inherited.delete(a.name);
  return write(element, [...inherited]);
}

/** The children of the element, as they would stand inside it. */
export function serializeContent(element: XmlElement): string {
  return element.children.map((child) => write(child, [])).join('');
}

function write(node: XmlNode, extra: readonly (readonly [string, string])[]): string {
  if (node.kind === 'text') return node.text.replace(/[&<>]/g, escape);
  if (node.kind === 'comment') return `<!--${node.text}-->`;
  if (node.kind === 'instruction') return `<?${node.target} ${node.text}?>`;
  const attributes = [...extra, ...node.attributes.map((a) => [a.name, a.value] as const)]
    .map(([name, value]) => ` ${name}="${value.replace(/[&<>"\n\r\t]/g, escape)}"`).join('');
  if (node.children.length === 0) return `<${node.name}${attributes}/>`;
  return `<${node.name}${attributes}>${serializeContent(node)}</${node.name}>`;
}

function escape(c: string): string {
  switch (c) {
    case '&': return '&amp;';
    case '<': return '&lt;';
    case '>': return '&gt;';
    case '"': return '&quot;';
    default: return `&#${c.charCodeAt(0)};`;
  }
}
