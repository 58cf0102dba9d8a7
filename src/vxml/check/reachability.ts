import type { VxmlNode } from '../document/node.ts';
import type { Problem } from '../document/parse-document.ts';
import type { VxmlDocument } from '../document/vxml-document.ts';
import { itemNames } from './declared-names.ts';
import { nodesOf } from '../document/nodes.ts';

/** Dialogs that nothing leads to, and transitions to dialogs or items that are not there. */
export function reachabilityProblems(document: VxmlDocument): Problem[] {
  const problems: Problem[] = [];
  const ids = new Set(document.dialogs.map((d) => d.attributes.id));
  const led = new Set<string>();
  let anywhere = false;
  for (const dialog of [...document.dialogs, undefined]) {
    const nodes = dialog === undefined ? outsideDialogs(document) : [...nodesOf(dialog as VxmlNode)];
    const items = dialog === undefined ? new Set<string>() : itemNames(dialog as VxmlNode);
    for (const node of nodes) {
      const { next, src, expr, srcexpr, nextitem } = node.attributes as { next?: string; src?: string; expr?: string; srcexpr?: string; nextitem?: string };
      const leads = ['goto', 'choice', 'link', 'subdialog', 'submit'].includes(node.tag);
      if (!leads) continue;
      if ((node.tag === 'subdialog' ? srcexpr : expr) !== undefined) anywhere = true;
      if (nextitem !== undefined && dialog !== undefined && !items.has(nextitem)) problems.push({ severity: 'error', message: `<goto> to the form item "${nextitem}", which the form does not have`, place: node.place });
      const reference = next ?? src;
      if (reference === undefined || !reference.includes('#')) continue;
      const id = reference.slice(reference.indexOf('#') + 1);
      const own = reference.startsWith('#') || document.uri.endsWith(`/${reference.slice(0, reference.indexOf('#'))}`);
      if (!own) continue;
      led.add(id);
      if (!ids.has(id)) problems.push({ severity: 'error', message: `<${node.tag}> to "#${id}", which is no dialog of this page`, place: node.place });
    }
  }
  if (anywhere) return problems;
  for (const [at, dialog] of document.dialogs.entries()) {
    const { id, scope } = dialog.attributes;
    if (at === 0 || scope === 'document' || (id !== undefined && led.has(id))) continue;
    // A dialog with an id may be entered from another page.
    problems.push({ severity: 'warning', message: id === undefined ? `this ${dialog.tag} cannot be reached: it is not the first dialog and has no id` : `nothing on this page leads to the ${dialog.tag} "${id}"`, place: dialog.place });
  }
  return problems;
}

function outsideDialogs(document: VxmlDocument): VxmlNode[] {
  return document.root.children.flatMap((c) => (c.kind === 'element' && c.tag !== 'form' && c.tag !== 'menu' ? [...nodesOf(c)] : []));
}
