import type { NodeOf } from '../document/element-definition.ts';
import { childrenOf } from '../document/node.ts';
import type { LoadedDocument } from '../document/loaded-document.ts';
import type { param } from '../form-items/param.ts';
import type { subdialog } from '../form-items/subdialog.ts';
import { inheritedRoot } from '../scope/document-context.ts';
import { fill } from '../scope/item-variable.ts';
import type { Evaluated } from '../scope/scripts.ts';
import { submitFields } from '../scope/submit-fields.ts';
import type { Frame } from '../session/frame.ts';
import { isOver } from '../session/session.ts';
import { ended, thrown, type Completion } from './completion.ts';
import type { ItemState } from './dialog-state.ts';
import { leaveFor } from './leave-for.ts';
import { runFilled } from './run-filled.ts';

/** §2.3.4: runs the subdialog with its parameters, and takes what it returns as the properties of the form item variable. */
export async function callSubdialog(item: ItemState, frame: Frame): Promise<Completion> {
  const { session, dialog } = frame;
  const node = item.node as NodeOf<typeof subdialog>;
  if (session.call.subdialogDepth >= session.budget.limits.subdialogDepth) {
    session.budget.exceed(`subdialogs nested deeper than ${session.budget.limits.subdialogDepth}`);
    return ended;
  }
  const parameters = parametersOf(frame, item);
  if (!parameters.ok) return parameters.completion;
  const target = await targetOf(frame, node);
  if (!target.ok) return target.completion;
  session.call.subdialogDepth += 1;
  const completion = await frame.call(session, { ...target.value, parameters: parameters.value });
  session.call.subdialogDepth -= 1;
  for (const kept of parameters.value.values()) session.scripts.release(kept);
  if (isOver(session)) return ended;
  if (completion.kind !== 'return') return completion;
  if (completion.result.kind === 'event') return thrown(completion.result.event);
  if (dialog === undefined) return ended;
  const filled = fill(session, dialog, item, true);
  if (!filled.ok) return filled.completion;
  if (item.name !== undefined) {
    const assigned = session.scripts.assign(dialog.scope, item.name, completion.result.variable);
    if (!assigned.ok) return assigned.completion;
  }
  session.scripts.release(completion.result.variable);
  for (const other of dialog.items) other.justFilled = other === item;
  return runFilled(frame, dialog);
}

function parametersOf(frame: Frame, item: ItemState): Evaluated<ReadonlyMap<string, string>> {
  const parameters = new Map<string, string>();
  for (const { attributes } of childrenOf(item.node, 'param') as readonly NodeOf<typeof param>[]) {
    const kept = frame.session.scripts.keep(frame.scope, attributes.expr ?? JSON.stringify(attributes.value));
    if (!kept.ok) return kept;
    parameters.set(attributes.name, kept.value);
  }
  return { ok: true, value: parameters };
}

/** Where the subdialog stands: a dialog of this document, entered in a fresh context, or one that is fetched. */
async function targetOf(frame: Frame, node: NodeOf<typeof subdialog>): Promise<Evaluated<{ readonly document: LoadedDocument; readonly dialog: string | undefined }>> {
  const { src, srcexpr, method, enctype, namelist } = node.attributes;
  const { session, context } = frame;
  const address = srcexpr === undefined ? { ok: true as const, value: src ?? '' } : session.scripts.text(frame.scope, srcexpr);
  if (!address.ok) return address;
  const fields = submitFields(session, frame.scope, namelist ?? []);
  if (!fields.ok) return fields;
  const here = address.value.startsWith('#') && namelist === undefined;
  const completion = await leaveFor(frame, node, address.value, here ? {} : { submit: { method, enctype, fields: fields.value } });
  if (completion.kind !== 'transition') return { ok: false, completion };
  const { to } = completion;
  return { ok: true, value: { document: to.document ?? { document: context.document, root: inheritedRoot(context) }, dialog: to.dialog } };
}
