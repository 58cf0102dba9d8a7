import type { ScriptContext, ScriptScope } from '../../ecmascript/ecmascript.ts';
import type { CcxmlDocument } from '../document/ccxml-document.ts';

/** The document's state now; undefined where its state variable has no value. */
export function stateOf(context: ScriptContext, scope: ScriptScope, { stateVariable }: CcxmlDocument): string | undefined {
  const outcome = context.evaluate(scope, stateVariable);
  return outcome.ok && outcome.value !== undefined && outcome.value !== null ? String(outcome.value) : undefined;
}

/** Makes the state variable where the document did not declare it; a warning where it named one all the same. */
export function declareState(context: ScriptContext, scope: ScriptScope, { stateVariable, stateVariableNamed }: CcxmlDocument): string | undefined {
  const name = stateVariable.replace(/^(ccxml|application)\./, '');
  if (name.includes('.') || context.evaluate(scope, name).ok) return undefined;
  context.declare(scope, name);
  return stateVariableNamed ? `the state variable ${name} is not declared; it begins undefined` : undefined;
}
