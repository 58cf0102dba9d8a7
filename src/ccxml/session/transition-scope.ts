import type { ScriptContext, ScriptScope } from '../../ecmascript/ecmascript.ts';
import type { EventData } from '../events/event-data.ts';
import type { SessionObjects } from './session-objects.ts';

/** A scope and event$ are made for those who look at them. What is declared in a scope must find it made: functions keep the scopes they were made in. */
export function openTransitionScope(context: ScriptContext, objects: SessionObjects, parent: ScriptScope, event: EventData, declares: boolean): ScriptScope {
  if (!declares) {
    let value: Record<string, unknown> | undefined;
    return context.openScope(parent, 'transition', { named: true, deferred: { variable: 'event$', value: () => (value ??= eventValue(objects, event)) } });
  }
  const scope = context.openScope(parent, 'transition', { named: true });
  context.set(scope, 'event$', eventValue(objects, event));
  return scope;
}

/** The event with the objects that it is of, live. */
function eventValue(objects: SessionObjects, event: EventData): Record<string, unknown> {
  const value: Record<string, unknown> = { ...event };
  for (const [kind, property, id] of [['connections', 'connection', event['connectionid']], ['dialogs', 'dialog', event['dialogid']], ['conferences', 'conference', event['conferenceid']]] as const) {
    if (typeof id === 'string' && value[property] === undefined) {
      const object = objects.reference(kind, id);
      if (object !== undefined) value[property] = object;
    }
  }
  return value;
}
