import type { Program } from 'acorn';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseScript, scriptOffset, type SyntaxProblem } from '../expression-syntax.ts';
import { assignedNames } from '../assigned-names.ts';
import { plainObjectOf, type PlainObject } from '../plain-object.ts';
import { hoistScript, type HoistedScript } from '../script-hoisting.ts';

export interface PreparedScript extends HoistedScript {
  readonly strict: boolean;
  /** Names that it may give another value. */
  readonly assigned: readonly string[];
  readonly declaring: DeclaringScript | undefined;
}

/** What a script does that only declares functions, and gives at most one variable a new plain object. */
export interface DeclaringScript {
  readonly object: { readonly name: string; readonly made: PlainObject } | undefined;
  /** The script without what makes the object, every line where it was. */
  readonly functions: Omit<PreparedScript, 'declaring'>;
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
  const whole = parsedScript(source);
  return whole.ok ? ok({ ...whole.value.script, declaring: declaringScript(whole.value.program, whole.value.script, source) }) : whole;
}

function parsedScript(source: string): Result<{ readonly program: Program; readonly script: Omit<PreparedScript, 'declaring'> }, SyntaxProblem> {
  // The old habit of hiding scripts from browsers: `<!-- … -->` lines are comments in scripts (ECMA-262 B.1.1).
  const parsed = parseScript(source);
  if (!parsed.ok) return fail({ ...parsed.error, message: `SyntaxError: ${parsed.error.message}` });
  const { program, strict } = parsed.value;
  const { names, functions, body } = hoistScript(program, ' '.repeat(scriptOffset) + source);
  return ok({ program, script: { names, functions, body: body.slice(scriptOffset), strict, assigned: assignedNames(program) } });
}

function declaringScript(program: Program, script: Omit<PreparedScript, 'declaring'>, source: string): DeclaringScript | undefined {
  // The first statement is what makes the program strict.
  const others = program.body.slice(1).filter((statement) => statement.type !== 'FunctionDeclaration');
  const [statement] = others;
  if (!script.strict || others.length > 1) return undefined;
  if (statement === undefined) return { object: undefined, functions: script };
  if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'AssignmentExpression') return undefined;
  const { left, operator, right } = statement.expression;
  const made = operator === '=' && left.type === 'Identifier' ? plainObjectOf(right) : undefined;
  if (made === undefined || left.type !== 'Identifier' || script.names.includes(left.name)) return undefined;
  const [from, to] = [statement.start - scriptOffset, statement.end - scriptOffset];
  const blank = source.slice(from, to).replace(/[^\n\r\u2028\u2029]/g, ' ');
  const functions = parsedScript(source.slice(0, from) + blank + source.slice(to));
  return functions.ok ? { object: { name: left.name, made }, functions: functions.value.script } : undefined;
}
