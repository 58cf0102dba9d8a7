import type { ScriptScope } from '../../ecmascript/ecmascript.ts';
import type { SubmitField } from '../resources.ts';
import type { Session } from '../session/session.ts';
import type { Evaluated } from './scripts.ts';

/**
 * The variables of a namelist as they are sent (§5.3.8), by their names as given. A recording is sent as a file; an object, for
 * which the specification has no rule, as one field per leaf: `name.part`.
 */
export function submitFields(session: Session, scope: ScriptScope, names: readonly string[]): Evaluated<readonly SubmitField[]> {
  const fields: SubmitField[] = [];
  for (const name of names) {
    const value = session.scripts.evaluate(scope, name);
    if (!value.ok) return value;
    const recording = session.recordings.of(value.value);
    if (recording !== undefined) fields.push({ name, path: recording.path, contentType: recording.contentType });
    else fields.push(...leaves(name, value.value, 0));
  }
  return { ok: true, value: fields };
}

function leaves(name: string, value: unknown, depth: number): SubmitField[] {
  if (typeof value !== 'object' || value === null || depth > 16) return [{ name, value: String(value) }];
  return Object.entries(value).flatMap(([key, part]) => leaves(`${name}.${key}`, part, depth + 1));
}
