import { baseOf, resolveUri } from '../../xml/xml-tree.ts';
import type { VxmlNode } from './node.ts';

/**
 * A reference of a node as an absolute address. Handlers and links that were inherited resolve against the document that is
 * active (§5.2.4: "as if by copy"), with the xml:base given around the node.
 */
export function resolveAt(node: VxmlNode, reference: string, activeBase: string): string | undefined {
  return resolveUri(reference, baseOf(node.xml, activeBase));
}
