import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseScript, scriptOffset, type SyntaxProblem } from '../expression-syntax.ts';
import { assignedNames } from '../assigned-names.ts';
import { hoistScript, type HoistedScript } from '../script-hoisting.ts';

export interface PreparedScript extends HoistedScript {
  readonly strict: boolean;
  /** Names that it may give another value. */
  readonly assigned: readonly string[];
}

/** Scripts of documents that many sessions run, parsed once per thread. */
const prepared = new Map<string, Result<PreparedScript, SyntaxProblem>>();
let keptLength = 0;

export function preparedScript(source: string): Result<PreparedScript, SyntaxProblem> {
  const kept = prepared.get(source);
  if (kept !== undefined) return kept;
  const fresh = prepare(source);
  keptLength += source.length;
  if (keptLength > 16 * 1024 * 1024) {
    prepared.clear();
    keptLength = source.length;
  }
  prepared.set(source, fresh);
  return fresh;
}

function prepare(source: string): Result<PreparedScript, SyntaxProblem> {
  // The old habit of hiding scripts from browsers: `<!-- … -->` lines are comments in scripts (ECMA-262 B.1.1).
  const parsed = parseScript(source);
  if (!parsed.ok) return fail({ ...parsed.error, message: `SyntaxError: ${parsed.error.message}` });
  const padded = ' '.repeat(scriptOffset) + source;
  const { names, functions, body } = hoistScript(parsed.value.program, padded);
  return ok({ names, functions, body: body.slice(scriptOffset), strict: parsed.value.strict, assigned: assignedNames(parsed.value.program) });
}
