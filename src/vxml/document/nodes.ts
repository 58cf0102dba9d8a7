import type { VxmlNode } from './node.ts';

/** The element and all below it, in document order. */
export function* nodesOf(node: VxmlNode): Generator<VxmlNode> {
  yield node;
  for (const child of node.children) if (child.kind === 'element') yield* nodesOf(child);
}
