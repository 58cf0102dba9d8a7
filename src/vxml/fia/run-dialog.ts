import { handleEvent } from '../events/handle-event.ts';
import { formItemRegistry } from '../form-items/registry.ts';
import type { DialogNode } from '../document/vxml-document.ts';
import { formItems } from '../document/content.ts';
import type { VxmlContent, VxmlNode } from '../document/node.ts';
import { semantic } from '../events/vxml-event.ts';
import { isFilled } from '../scope/item-variable.ts';
import type { DocumentContext } from '../scope/document-context.ts';
import type { Evaluated } from '../scope/scripts.ts';
import type { Frame } from '../session/frame.ts';
import { isOver, type Session } from '../session/session.ts';
import { ended, normal, thrown, type CarriedInput, type Completion } from './completion.ts';
import { itemNamed, type DialogState, type ItemState } from './dialog-state.ts';
import { processRecognition } from './process-input.ts';
import { queueItemPrompts } from './queue-item-prompts.ts';

export interface DialogEntry {
  readonly session: Session;
  readonly context: DocumentContext;
  readonly node: DialogNode;
  readonly parameters: ReadonlyMap<string, string>;
  readonly carried: CarriedInput | undefined;
  readonly execute: Frame['execute'];
  readonly call: Frame['call'];
}

/**
 * The form interpretation algorithm (VoiceXML 2.0 App. C): initialise, then select, collect and process until control leaves the dialog.
 * Completes with `normal` when no item is left to visit.
 */
export async function runDialog(entry: DialogEntry): Promise<Completion> {
  const { session, context, node } = entry;
  session.observe({ kind: 'step', step: 'dialog', detail: `${node.tag} ${node.attributes.id ?? '(no id)'} of ${context.document.uri}` });
  const scope = session.scripts.context.openScope(context.scope, 'dialog', { named: true });
  const dialog: DialogState = { node, scope, items: itemsOf(node), eventCounters: new Map(), nextItem: undefined, caught: false, reprompt: false };
  const frame: Frame = { session, context, dialog, item: undefined, scope, depth: 0, execute: entry.execute, call: entry.call };
  const completion = await run(entry, frame, dialog);
  session.scripts.context.closeScope(scope);
  return completion;
}

async function run(entry: DialogEntry, frame: Frame, dialog: DialogState): Promise<Completion> {
  const initialised = await settle(await initialise(entry, frame, dialog), frame, dialog);
  if (initialised.kind !== 'normal') return initialised;
  if (entry.carried !== undefined && entry.carried.dialog === entry.node) {
    const processed = await settle(await processRecognition(entry.carried.recognition, frame), frame, dialog);
    if (processed.kind !== 'normal') return processed;
  }
  for (;;) {
    const { session } = frame;
    if (isOver(session) || !session.budget.step()) return ended;
    const pause = session.budget.pause();
    if (pause !== undefined) await pause;
    if (isOver(session)) return ended;
    const selected = select(frame, dialog);
    if (!selected.ok) {
      const completion = await settle(selected.completion, frame, dialog);
      if (completion.kind !== 'normal') return completion;
      continue;
    }
    if (selected.value === undefined) return normal;
    const completion = await settle(await visit(selected.value, frame, dialog), { ...frame, item: selected.value }, dialog);
    if (completion.kind !== 'normal') return completion;
  }
}

/** Turns what the iteration left into going on here (`normal`), or leaving the dialog. */
async function settle(first: Completion, frame: Frame, dialog: DialogState): Promise<Completion> {
  let completion = first;
  if (completion.kind === 'throw') {
    const from = completion.from ?? frame.item;
    completion = await handleEvent(completion.event, { ...frame, item: from === 'dialog' ? undefined : from, scope: dialog.scope });
  }
  if (completion.kind !== 'nextitem') return completion;
  dialog.nextItem = completion.name;
  return normal;
}

/** App. C, initialisation: variables, scripts, data and form items in document order; a subdialog's parameters set the variables they name. */
async function initialise({ parameters }: DialogEntry, frame: Frame, dialog: DialogState): Promise<Completion> {
  const unused = new Set(parameters.keys());
  for (const child of dialog.node.tag === 'menu' ? [] : dialog.node.children) {
    if (child.kind !== 'element') continue;
    let completion: Completion = normal;
    if (child.tag === 'var') completion = declareVar(child, frame, parameters, unused);
    else if (child.tag === 'script' || child.tag === 'data') completion = await frame.execute([child], frame);
    else if ((formItems as readonly string[]).includes(child.tag)) completion = declareItem(child, frame, dialog);
    if (completion.kind !== 'normal') return completion;
  }
  // §2.3.4: a parameter for an undeclared variable, or for that of a form item, is an error.
  const [undeclared] = unused;
  if (undeclared !== undefined) return thrown(semantic(`<param> ${undeclared} has no <var> in the subdialog's form`));
  return normal;
}

function declareVar(child: VxmlNode, frame: Frame, parameters: ReadonlyMap<string, string>, unused: Set<string>): Completion {
  const { name, expr } = child.attributes as { name: string; expr?: string };
  const given = parameters.get(name);
  unused.delete(name);
  const declared = frame.session.scripts.variable(frame.scope, name, given ?? expr);
  return declared.ok ? normal : declared.completion;
}

function declareItem(child: VxmlNode, frame: Frame, dialog: DialogState): Completion {
  const { scripts } = frame.session;
  const { name, expr } = child.attributes as { name?: string; expr?: string };
  const item = dialog.items.find((i) => i.node === child);
  if (name === undefined) {
    const value: Evaluated = expr === undefined ? { ok: true, value: undefined } : scripts.evaluate(frame.scope, expr);
    if (!value.ok) return value.completion;
    if (item !== undefined) item.hidden = value.value;
    return normal;
  }
  const declared = scripts.declare(frame.scope, name, expr);
  if (!declared.ok) return declared.completion;
  if (item?.behaviour.input === true) {
    const shadow = scripts.set(frame.scope, `${name}$`, {});
    if (!shadow.ok) return shadow.completion;
  }
  return normal;
}

function itemsOf(node: DialogNode): readonly ItemState[] {
  const nodes: readonly VxmlContent[] = node.tag === 'menu' ? [node] : node.children;
  return nodes.flatMap((child): ItemState[] => {
    const behaviour = child.kind === 'element' ? formItemRegistry.get(child.tag) : undefined;
    if (child.kind !== 'element' || behaviour === undefined) return [];
    const { name } = child.attributes as { name?: string };
    return [{ node: child, behaviour, name, hidden: undefined, promptCounter: 1, eventCounters: new Map(), justFilled: false }];
  });
}

/** App. C, select phase: the item that `<goto nextitem>` named, or the first that has no value and whose condition holds. */
function select(frame: Frame, dialog: DialogState): Evaluated<ItemState | undefined> {
  const { session } = frame;
  if (dialog.nextItem !== undefined) {
    const item = itemNamed(dialog, dialog.nextItem);
    dialog.nextItem = undefined;
    if (item !== undefined) return { ok: true, value: item };
  }
  for (const item of dialog.items) {
    const filled = isFilled(session, dialog, item);
    if (!filled.ok) return filled;
    if (filled.value) continue;
    const { cond } = item.node.attributes as { cond?: string };
    const holds = cond === undefined ? { ok: true as const, value: true } : session.scripts.test(dialog.scope, cond);
    if (!holds.ok) return { ok: false, completion: holds.completion.kind === 'throw' ? { ...holds.completion, from: item } : holds.completion };
    if (holds.value) return { ok: true, value: item };
  }
  return { ok: true, value: undefined };
}

/** App. C, collect phase, and what the item itself does. */
async function visit(item: ItemState, outer: Frame, dialog: DialogState): Promise<Completion> {
  const frame: Frame = { ...outer, item };
  outer.session.observe({ kind: 'step', step: 'visit', detail: `${item.node.tag} ${item.name ?? '(no name)'}` });
  const silent = dialog.caught && !dialog.reprompt;
  dialog.caught = false;
  dialog.reprompt = false;
  if (item.behaviour.prompts && !silent) {
    const queued = await queueItemPrompts(item, frame);
    if (queued.kind !== 'normal') return queued;
  }
  return item.behaviour.visit(item, frame);
}

