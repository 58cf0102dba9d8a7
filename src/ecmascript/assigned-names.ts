import type { Node } from 'acorn';

/**
 * The names that a program or expression may give another value: what stands left of an assignment, in an update, or in the head of a
 * loop, and what it declares; too many rather than too few. Code that makes code is not seen through.
 * @param target the node itself stands left of an assignment
 */
export function assignedNames(root: Node, target = false): readonly string[] {
  const names = new Set<string>();
  const waiting: { readonly node: unknown; readonly assigned: boolean }[] = [{ node: root, assigned: target }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, assigned } = next;
    if (Array.isArray(node)) {
      for (const item of node) waiting.push({ node: item, assigned });
      continue;
    }
    if (!isNode(node)) continue;
    if (assigned && node.type === 'Identifier') names.add(String(node['name']));
    const written = targets[node.type];
    for (const [key, child] of Object.entries(node)) if (typeof child === 'object') waiting.push({ node: child, assigned: assigned || key === written });
  }
  return [...names];
}

/** The part of a node whose identifiers get a value. */
const targets: Readonly<Record<string, string>> = {
  AssignmentExpression: 'left', UpdateExpression: 'argument', ForInStatement: 'left', ForOfStatement: 'left', VariableDeclarator: 'id', FunctionDeclaration: 'id', ClassDeclaration: 'id',
};

function isNode(value: unknown): value is Readonly<Record<string, unknown>> & { readonly type: string } {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}
