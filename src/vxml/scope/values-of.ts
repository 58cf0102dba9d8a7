import type { ScriptScope } from '../../ecmascript/ecmascript.ts';
import type { Values } from '../platform.ts';
import type { Session } from '../session/session.ts';
import type { Evaluated } from './scripts.ts';

/** The variables of a namelist by their names as given; an undeclared one is error.semantic. */
export function valuesOf(session: Session, scope: ScriptScope, names: readonly string[]): Evaluated<Values> {
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const value = session.scripts.evaluate(scope, name);
    if (!value.ok) return value;
    values[name] = value.value;
  }
  return { ok: true, value: values };
}
