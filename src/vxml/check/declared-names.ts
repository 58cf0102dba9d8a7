import type { Node } from 'acorn';
import { parseScript } from '../../ecmascript/expression-syntax.ts';
import { formItems } from '../document/content.ts';
import { childrenOf, ownText, type VxmlNode } from '../document/node.ts';
import { nodesOf } from '../document/nodes.ts';

/** Names of the form items of a form. */
export function itemNames(form: VxmlNode): Set<string> {
  return new Set(childrenOf<{ name?: string }>(form, ...formItems).flatMap((i) => (i.attributes.name === undefined ? [] : [i.attributes.name])));
}

export interface Declared {
  readonly names: ReadonlySet<string>;
  /** A script that is fetched may declare anything. */
  readonly open: boolean;
}

/** Every variable that a subtree declares anywhere: what is not among them was never declared. */
export function declaredNames(root: VxmlNode): Declared {
  const names = new Set<string>();
  let open = false;
  for (const node of nodesOf(root)) {
    const { name, item, src, srcexpr } = node.attributes as { name?: string; item?: string; src?: string; srcexpr?: string };
    if (['var', 'data', ...formItems].includes(node.tag) && name !== undefined) {
      names.add(name);
      names.add(`${name}$`);
    } else if (node.tag === 'foreach' && item !== undefined) names.add(item);
    else if (node.tag === 'script') {
      if (src !== undefined || srcexpr !== undefined) open = true;
      else for (const declared of scriptNames(ownText(node))) names.add(declared);
    }
  }
  return { names, open };
}

function scriptNames(source: string): string[] {
  const parsed = parseScript(source);
  if (!parsed.ok) return [];
  const names: string[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const n = node as Node & { id?: { type: string; name?: string } };
    if ((n.type === 'VariableDeclarator' || n.type === 'FunctionDeclaration' || n.type === 'ClassDeclaration') && n.id?.type === 'Identifier' && n.id.name !== undefined) names.push(n.id.name);
    for (const value of Object.values(n)) visit(value);
  };
  visit(parsed.value.program);
  return names;
}
