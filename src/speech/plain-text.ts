import { parseXml } from '../xml/parse-xml.ts';
import type { XmlElement } from '../xml/xml-tree.ts';

/** The words of an SSML document, for engines that know no markup: aliases for `<sub>`, nothing for `<desc>`. Undefined when not well-formed. */
export function plainTextOf(ssml: string): string | undefined {
  const document = parseXml(ssml);
  return document.ok ? textOf(document.value.root).replace(/\s+/g, ' ').trim() : undefined;
}

function textOf(element: XmlElement): string {
  if (element.localName === 'sub') return element.attributes.find((a) => a.localName === 'alias')?.value ?? '';
  if (element.localName === 'desc' || element.localName === 'metadata' || element.localName === 'meta' || element.localName === 'lexicon') return '';
  const inner = element.children.map((c) => (c.kind === 'text' ? c.text : c.kind === 'element' ? textOf(c) : '')).join('');
  return element.localName === 'break' ? ', ' : element.localName === 's' || element.localName === 'p' ? `${inner} ` : inner;
}
