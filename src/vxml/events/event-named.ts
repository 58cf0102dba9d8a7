import type { ScriptScope } from '../../ecmascript/ecmascript.ts';
import type { Place } from '../document/node.ts';
import type { Evaluated, Scripts } from '../scope/scripts.ts';
import { eventOf, type VxmlEvent } from './vxml-event.ts';

/** The event that the four event attributes of `<throw>`, `<return>`, `<link>` and `<choice>` name. */
export function eventNamed(
  scripts: Scripts,
  scope: ScriptScope,
  attributes: { readonly event?: string | undefined; readonly eventexpr?: string | undefined; readonly message?: string | undefined; readonly messageexpr?: string | undefined },
  place: Place,
): Evaluated<VxmlEvent> {
  const name = attributes.eventexpr === undefined ? { ok: true as const, value: attributes.event ?? '' } : scripts.text(scope, attributes.eventexpr);
  if (!name.ok) return name;
  const message = attributes.messageexpr === undefined ? { ok: true as const, value: attributes.message } : scripts.text(scope, attributes.messageexpr);
  if (!message.ok) return message;
  return { ok: true, value: eventOf(name.value.trim(), message.value, place) };
}
