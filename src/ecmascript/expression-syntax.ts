import { parse, tokenizer, type Expression, type Program } from 'acorn';
import { fail, ok, type Result } from '../kernel/result.ts';

/** Where a text is no ECMAScript. Line and column count from 1. */
export interface SyntaxProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

const edition = 2023;

/** The whole text as one expression, or where it stops being one. */
export function parseExpression(text: string): Result<Expression, SyntaxProblem> {
  if (text.trim() === '') return fail({ message: 'the expression is empty', line: 1, column: 1 });
  try {
    const program = parse(`"use strict";(${text}\n)`, { ecmaVersion: edition, sourceType: 'script', locations: true, preserveParens: true });
    const statement = program.body[1];
    if (program.body.length === 2 && statement?.type === 'ExpressionStatement') {
      // Only when the outermost brackets are ours did the text not end early and go on as something else.
      const outer = statement.expression;
      if (outer.type === 'ParenthesizedExpression' && outer.start === strictOffset - 1 && outer.end === strictOffset + text.length + 2) return ok(unwrapped(outer.expression));
    }
    return fail(earlyEnd(text));
  } catch (error) {
    const problem = problemOf(error, 1, strictOffset);
    const lines = text.split('\n');
    if (problem.line <= lines.length) return fail(problem);
    return fail({ message: 'the expression ends too early', line: lines.length, column: (lines.at(-1) ?? '').length + 1 });
  }
}

const strictOffset = '"use strict";('.length;

function unwrapped(expression: Expression): Expression {
  return expression.type === 'ParenthesizedExpression' ? unwrapped(expression.expression) : expression;
}

/** The closing bracket that has no partner. */
function earlyEnd(text: string): SyntaxProblem {
  let depth = 0;
  for (const token of tokenizer(text, { ecmaVersion: edition })) {
    if (token.type.label === '(') depth += 1;
    if (token.type.label !== ')') continue;
    depth -= 1;
    if (depth < 0) {
      const [line, column] = lineAndColumn(text, token.start);
      return { message: 'unexpected ")"', line, column };
    }
  }
  return { message: 'this is no expression', line: 1, column: 1 };
}

/** A program of `<script>`; first as strict code, then as sloppy code when only that parses. */
export function parseScript(text: string): Result<{ readonly program: Program; readonly strict: boolean }, SyntaxProblem> {
  try {
    return ok({ program: parse(`"use strict";${text}`, { ecmaVersion: edition, sourceType: 'script', locations: true }), strict: true });
  } catch (strict) {
    try {
      return ok({ program: parse(`            ;${text}`, { ecmaVersion: edition, sourceType: 'script', locations: true }), strict: false });
    } catch {
      return fail(problemOf(strict, 1, scriptOffset));
    }
  }
}

/** Characters that `parseScript` puts before the text. */
export const scriptOffset = '"use strict";'.length;

/** The value of a text that is a plain literal, without asking an engine. */
export function literalOf(text: string): { readonly value: string | number | boolean | null } | undefined {
  const s = text.trim();
  const first = s.charCodeAt(0);
  if (first === 39 || first === 34) {
    const quote = s[0] as string;
    if (s.length < 2 || !s.endsWith(quote)) return undefined;
    const inside = s.slice(1, -1);
    return inside.includes(quote) || /[\\\n\r\u2028\u2029]/.test(inside) ? undefined : { value: inside };
  }
  if (first >= 48 && first <= 57) return /^(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?$/.test(s) ? { value: Number(s) } : undefined;
  if (s === 'true') return { value: true };
  if (s === 'false') return { value: false };
  if (s === 'null') return { value: null };
  return undefined;
}

function lineAndColumn(text: string, offset: number): [number, number] {
  const before = text.slice(0, offset).split('\n');
  return [before.length, (before.at(-1) ?? '').length + 1];
}

function problemOf(error: unknown, firstLine: number, shift: number): SyntaxProblem {
  const { message, loc } = error as { message: string; loc?: { line: number; column: number } };
  const line = loc?.line ?? firstLine;
  const column = (loc?.column ?? 0) + 1 - (line === firstLine ? shift : 0);
  return { message: message.replace(/ \(\d+:\d+\)$/, ''), line, column: Math.max(column, 1) };
}
