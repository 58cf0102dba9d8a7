import type { ScriptScope } from '../../ecmascript/ecmascript.ts';
import { ended, normal, thrown, type Completion } from '../fia/completion.ts';
import { semantic } from '../events/vxml-event.ts';
import { isOver, type Session } from '../session/session.ts';

/** VoiceXML 2.1 §8: declares the item variable unless it exists, and walks a shallow copy of the array. */
export async function eachItem(session: Session, scope: ScriptScope, item: string, array: string, body: () => Promise<Completion>): Promise<Completion> {
  const { scripts } = session;
  const copy = scripts.keep(scope, array);
  if (!copy.ok) return copy.completion;
  const isArray = scripts.evaluate(scope, `Array.isArray(${copy.value})`);
  if (!isArray.ok) return isArray.completion;
  if (isArray.value !== true) return thrown(semantic(`<foreach> over ${array}, which is no array`));
  scripts.assign(scope, copy.value, `Array.prototype.slice.call(${copy.value})`);
  const length = scripts.evaluate(scope, `${copy.value}.length`);
  if (!length.ok) return length.completion;
  const known = scripts.evaluate(scope, item);
  if (!known.ok) {
    const declared = scripts.declare(scope, item);
    if (!declared.ok) return declared.completion;
  }
  for (let i = 0; i < Number(length.value); i++) {
    if (!session.budget.step()) return ended;
    const pause = session.budget.pause();
    if (pause !== undefined) await pause;
    if (isOver(session)) return ended;
    const assigned = scripts.assign(scope, item, `${copy.value}[${i}]`);
    if (!assigned.ok) return assigned.completion;
    const completion = await body();
    if (completion.kind !== 'normal') return completion;
  }
  scripts.release(copy.value);
  return normal;
}
