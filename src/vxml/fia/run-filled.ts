import type { NodeOf } from '../document/element-definition.ts';
import { childrenOf, type VxmlNode } from '../document/node.ts';
import { badFetch } from '../events/vxml-event.ts';
import { isFilled } from '../scope/item-variable.ts';
import type { Frame } from '../session/frame.ts';
import { normal, thrown, type Completion } from './completion.ts';
import { itemNamed, type DialogState, type ItemState } from './dialog-state.ts';
import type { filled } from './filled.ts';

type Filled = NodeOf<typeof filled>;

/** App. C: the filled actions that the newly filled items set off, in document order, those of items and of the form alike. */
export async function runFilled(frame: Frame, dialog: DialogState): Promise<Completion> {
  const { session } = frame;
  for (const child of dialog.node.children) {
    if (child.kind !== 'element') continue;
    const item = dialog.items.find((i) => i.node === child);
    if (child.tag === 'filled') {
      const due = isDue(child as Filled, frame, dialog);
      if (!due.ok) return due.completion;
      const completion = due.value ? await run(child, { ...frame, item: undefined }) : normal;
      if (completion.kind !== 'normal') return completion;
    } else if (item?.justFilled === true) {
      for (const own of childrenOf(child, 'filled')) {
        session.observe({ kind: 'step', step: 'filled', detail: item.name ?? item.node.tag });
        const completion = await run(own, { ...frame, item });
        if (completion.kind !== 'normal') return completion;
      }
    }
  }
  return normal;
}

async function run(node: VxmlNode, frame: Frame): Promise<Completion> {
  const { scripts } = frame.session;
  const scope = scripts.context.openScope(frame.dialog?.scope ?? frame.scope, 'anonymous');
  const completion = await frame.execute(node.children, { ...frame, scope });
  scripts.context.closeScope(scope);
  // Events of an item's action belong to that item, those of a form-level action to the form (§5.2.2).
  return completion.kind === 'throw' && completion.from === undefined ? { ...completion, from: frame.item ?? 'dialog' } : completion;
}

function isDue(node: Filled, frame: Frame, dialog: DialogState): { readonly ok: true; readonly value: boolean } | { readonly ok: false; readonly completion: Completion } {
  const { mode, namelist } = node.attributes;
  const items: ItemState[] = [];
  for (const name of namelist ?? dialog.items.flatMap((i) => (i.behaviour.input && i.name !== undefined ? [i.name] : []))) {
    const item = itemNamed(dialog, name);
    if (item === undefined || !item.behaviour.input) return { ok: false, completion: thrown(badFetch(`<filled namelist> names "${name}", which is no input item of the form`)) };
    items.push(item);
  }
  if (!items.some((i) => i.justFilled)) return { ok: true, value: false };
  if (mode === 'any') return { ok: true, value: true };
  for (const item of items) {
    const has = isFilled(frame.session, dialog, item);
    if (!has.ok || !has.value) return has;
  }
  return { ok: true, value: true };
}
