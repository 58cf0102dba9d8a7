import { ended, normal, type Completion } from '../fia/completion.ts';
import { placeText } from '../document/node.ts';
import type { Frame } from '../session/frame.ts';
import { isOver } from '../session/session.ts';
import { defaultHandler } from './default-handlers.ts';
import { queueDefaultMessage } from '../prompts/default-message.ts';
import { selectCatch } from './select-catch.ts';
import { prefixesOf, type VxmlEvent } from './vxml-event.ts';

/**
 * Finds and runs the handler of an event, as if it stood where the event was thrown (§5.2.4). An event that the handler throws is
 * handled from the same item again. Never completes with `throw`.
 */
export async function handleEvent(first: VxmlEvent, frame: Frame): Promise<Completion> {
  const { session, item, dialog } = frame;
  const counters = item?.eventCounters ?? dialog?.eventCounters ?? new Map<string, number>();
  let event = first;
  for (let nested = 0; ; nested += 1) {
    if (nested > session.budget.limits.nestedEvents) session.budget.exceed(`handlers threw events more than ${session.budget.limits.nestedEvents} times in a row, last ${event.name}`);
    if (isOver(session)) return ended;
    session.observe({ kind: 'event', event: event.name, message: event.message, place: event.place === undefined ? undefined : placeText(event.place) });
    if (event.name.startsWith('connection.disconnect')) session.call.hungUp = true;
    if (dialog !== undefined) {
      dialog.caught = true;
      dialog.reprompt = false;
    }
    for (const prefix of prefixesOf(event.name)) counters.set(prefix, (counters.get(prefix) ?? 0) + 1);
    const completion = await runHandler(event, frame, counters);
    if (completion.kind !== 'throw') return completion;
    event = completion.event;
  }
}

async function runHandler(event: VxmlEvent, frame: Frame, counters: ReadonlyMap<string, number>): Promise<Completion> {
  const { scripts, observe } = frame.session;
  const scope = scripts.context.openScope(frame.scope, 'anonymous');
  scripts.set(scope, '_event', event.name);
  scripts.set(scope, '_message', event.message);
  const selected = selectCatch(event, frame, counters, scope);
  let completion: Completion;
  if (!selected.ok) completion = selected.completion;
  else if (selected.value === undefined) completion = byDefault(event, frame);
  else {
    observe({ kind: 'step', step: 'catch', detail: `${event.name} at ${placeText(selected.value.place)}` });
    completion = await frame.execute(selected.value.children, { ...frame, scope });
  }
  scripts.context.closeScope(scope);
  return completion;
}

function byDefault(event: VxmlEvent, frame: Frame): Completion {
  const { message, then } = defaultHandler(event.name);
  if (message !== undefined) queueDefaultMessage(message, frame);
  if (then === 'exit') {
    frame.session.call.unhandled ??= event;
    return { kind: 'exit', values: { values: {} } };
  }
  if (then === 'reprompt' && frame.dialog !== undefined) frame.dialog.reprompt = true;
  return normal;
}
