import type { VxmlNode } from '../document/node.ts';
import { eventNamed } from '../events/event-named.ts';
import { eventOf } from '../events/vxml-event.ts';
import type { InputOutcome } from '../recognition/wait-for-input.ts';
import type { Recognition } from '../recognition/recognition.ts';
import { inheritedRoot } from '../scope/document-context.ts';
import { fill, setShadow } from '../scope/item-variable.ts';
import { isSecret } from '../scope/properties.ts';
import type { Frame } from '../session/frame.ts';
import { ended, normal, thrown, type Completion } from './completion.ts';
import type { DialogState, ItemState } from './dialog-state.ts';
import { runFilled } from './run-filled.ts';
import { forgetLastResult, setLastResult, shadowOf } from './last-result.ts';
import { leaveFor } from './leave-for.ts';

/** App. C, process phase: what the collected input does. */
export async function processInput(outcome: InputOutcome, frame: Frame): Promise<Completion> {
  const { session } = frame;
  switch (outcome.kind) {
    case 'over':
      return session.call.hungUp && !session.inbox.terminated && session.budget.passed === undefined ? { kind: 'exit', values: { values: {} } } : ended;
    case 'event':
      if (outcome.heard === undefined) forgetLastResult(frame);
      else setLastResult(frame, outcome.heard.readings, outcome.heard);
      return thrown(outcome.event);
    case 'match':
      return processRecognition(outcome.recognition, frame);
  }
}

export async function processRecognition(recognition: Recognition, frame: Frame): Promise<Completion> {
  const { session, dialog, item } = frame;
  const { target } = recognition;
  // A page that asks for card digits says so by the property, and no trace or log shows them.
  const heard = isSecret(frame) ? '*'.repeat(recognition.utterance.length) : recognition.utterance;
  session.observe({ kind: 'step', step: 'collect', detail: `${recognition.inputmode} "${heard}" for ${target.kind}` });
  const set = setLastResult(frame, recognition.readings, recognition);
  if (!set.ok) return set.completion;
  switch (target.kind) {
    case 'universal':
      return thrown(eventOf(target.event));
    case 'link':
      return follow(target.node, frame);
    case 'choice':
      // §2.2: a choice of another menu hands control to what it names, just the same.
      return follow(target.node, frame);
    case 'form': {
      if (dialog !== undefined && target.dialog === dialog.node) return fillForm(recognition, frame, dialog);
      const root = inheritedRoot(frame.context);
      const carried = { dialog: target.dialog, recognition };
      if (target.document !== root) return { kind: 'transition', to: { bySubmit: false, carried } };
      return { kind: 'transition', to: { document: { document: root, root: undefined }, bySubmit: false, carried } };
    }
    case 'option':
    case 'item':
      if (dialog === undefined || item === undefined) return normal;
      return fillItem(recognition, frame, dialog, item);
  }
}

/** A link or a choice: an event, or somewhere else. */
async function follow(node: VxmlNode, frame: Frame): Promise<Completion> {
  const attributes = node.attributes as { next?: string; expr?: string; event?: string; eventexpr?: string };
  const { scripts } = frame.session;
  if (attributes.event !== undefined || attributes.eventexpr !== undefined) {
    const event = eventNamed(scripts, frame.scope, attributes, node.place);
    return event.ok ? thrown(event.value) : event.completion;
  }
  if (attributes.expr === undefined) return leaveFor(frame, node, attributes.next ?? '', {});
  const address = scripts.text(frame.scope, attributes.expr);
  return address.ok ? leaveFor(frame, node, address.value, {}) : address.completion;
}

/** §3.1.6.2: an input item's own grammar: the slot of its name where the result has one, else the whole result. */
async function fillItem(recognition: Recognition, frame: Frame, dialog: DialogState, item: ItemState): Promise<Completion> {
  const { session } = frame;
  for (const other of dialog.items) other.justFilled = false;
  if (item.node.tag === 'initial') return fillForm(recognition, frame, dialog);
  const { target, interpretation } = recognition;
  const slot = target.kind === 'option' ? { found: true, value: target.value } : slotOf(interpretation, slotName(item));
  const value = slot.found ? slot.value : interpretation;
  const filled = fill(session, dialog, item, value ?? recognition.utterance);
  if (!filled.ok) return filled.completion;
  const shadow = setShadow(session, dialog, item, shadowOf(frame, target.kind === 'option' ? { ...reading(recognition), interpretation: target.value } : reading(recognition), recognition));
  if (!shadow.ok) return shadow.completion;
  item.justFilled = true;
  return runFilled(frame, dialog);
}

/** §3.1.6.1: a form-level grammar fills every input item whose slot the result has. */
async function fillForm(recognition: Recognition, frame: Frame, dialog: DialogState): Promise<Completion> {
  const { session } = frame;
  for (const item of dialog.items) item.justFilled = false;
  for (const item of dialog.items) {
    if (!item.behaviour.input || item.name === undefined) continue;
    const slot = slotOf(recognition.interpretation, slotName(item));
    if (!slot.found || slot.value === undefined || slot.value === null) continue;
    const filled = fill(session, dialog, item, slot.value);
    if (!filled.ok) return filled.completion;
    const shadow = setShadow(session, dialog, item, shadowOf(frame, reading(recognition), recognition));
    if (!shadow.ok) return shadow.completion;
    item.justFilled = true;
  }
  if (dialog.items.some((i) => i.justFilled)) {
    // App. C: once a form-level grammar has filled something, the initials have done their work.
    for (const item of dialog.items) if (item.node.tag === 'initial') fill(session, dialog, item, true);
  }
  return runFilled(frame, dialog);
}

const reading = (r: Recognition): Recognition['readings'][number] => ({ utterance: r.utterance, confidence: r.confidence, inputmode: r.inputmode, interpretation: r.interpretation });

const slotName = (item: ItemState): string => (item.node.attributes as { slot?: string }).slot ?? item.name ?? '';

/** `date.month` leads into the result (§2.3.1). */
function slotOf(interpretation: unknown, slot: string): { readonly found: boolean; readonly value: unknown } {
  let value = interpretation;
  for (const part of slot.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return { found: false, value: undefined };
    value = (value as Readonly<{ [name: string]: unknown }>)[part];
  }
  return { found: true, value };
}
