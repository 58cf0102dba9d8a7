import { baseOf, resolveUri } from '../../xml/xml-tree.ts';
import type { VxmlNode } from './node.ts';

/**
 * A reference of a node as an absolute address, with the xml:base given around the node. `base`: the document that its references are
 * relative to.
 */
export function resolveAt(node: VxmlNode, reference: string, base: string): string | undefined {
  return resolveUri(reference, baseOf(node.xml, base));
}
