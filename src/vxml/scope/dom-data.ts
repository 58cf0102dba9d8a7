import type { XmlDocument, XmlNode } from '../../xml/xml-tree.ts';

/** A document as the nested arrays that `$nailupDom` builds a read-only DOM of (see dom-source.ts). */
export function domData(document: XmlDocument): unknown {
  return [...document.prolog, document.root].map(nodeData);
}

function nodeData(node: XmlNode): unknown {
  switch (node.kind) {
    case 'element':
      return [
        'e', node.name, node.prefix ?? null, node.localName, node.namespace ?? null,
        node.attributes.map((a) => [a.name, a.prefix ?? null, a.localName, a.namespace ?? null, a.value]),
        node.children.map(nodeData),
      ];
    case 'text':
      return ['t', node.text];
    case 'comment':
      return ['c', node.text];
    case 'instruction':
      return ['p', node.target, node.text];
  }
}
