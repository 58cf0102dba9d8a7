import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { ScriptOutcome } from '../ecmascript.ts';
import { parseExpression, type SyntaxProblem } from '../expression-syntax.ts';
import { assignedNames } from '../assigned-names.ts';
import { hoistedPrefix } from '../script-hoisting.ts';
import type { PreparedScript } from './prepared-script.ts';

/** What the compiled function answers: the value itself, 1 or 0 by ToBoolean, a string by ToString. */
export type ExpressionKind = 'value' | 'boolean' | 'string';

/** The variable that holds the chain of scope objects; no keyboard writes it. */
const chain = '$\u200c\u200d';
const given = '$\u200d\u200c';
const maxKept = 500;

/** What the parser says of an expression: a problem, or the names that it may give another value. */
type Verdict = { readonly problem: SyntaxProblem } | { readonly problem?: undefined; readonly assigned: readonly string[] };

/** Verdicts, shared by all contexts of a thread: the same documents run again and again. */
const verdicts = new Map<string, Verdict>();

/**
 * The functions of one realm that stand for authored texts, compiled once each; the least recently used are let go.
 * `0,` and not brackets around them: QuickJS reads ahead to the partner of each opening bracket.
 */
export class CompiledExpressions {
  readonly #realm: { readonly vm: QuickJSContext };
  readonly #kept = new Map<string, QuickJSHandle>();

  /** Names to which something that was compiled here may give another value. */
  readonly assigned = new Set<string>();

  constructor(realm: { readonly vm: QuickJSContext }) {
    this.#realm = realm;
  }

  expression(text: string, depth: number, kind: ExpressionKind): Result<QuickJSHandle, ScriptOutcome> {
    const key = `${kind[0] ?? ''}${depth} ${text}`;
    const kept = this.#recall(key);
    if (kept !== undefined) return ok(kept);
    const verdict = verdictOf(text);
    if (verdict.problem !== undefined) return fail({ ok: false, kind: 'syntax', ...verdict.problem, message: `SyntaxError: ${verdict.problem.message}` });
    this.#assigns(verdict.assigned);
    const value = kind === 'boolean' ? `((\n${text}\n))?1:0` : kind === 'string' ? `\`\${(\n${text}\n)}\`` : `(\n${text}\n)`;
    return this.#compile(key, `0,function(${chain}){${withs(depth)}{return function(){"use strict";return ${value};}();}}`, 'expression');
  }

  /** `target = given`, for a left-hand side such as `x`, `dialog.x` or `o.p[1]`. */
  assignment(target: string, depth: number): Result<QuickJSHandle, ScriptOutcome> {
    const key = `a${depth} ${target}`;
    const kept = this.#recall(key);
    if (kept !== undefined) return ok(kept);
    const parsed = parseExpression(target);
    if (!parsed.ok) return fail({ ok: false, kind: 'syntax', ...parsed.error, message: `SyntaxError: ${parsed.error.message}` });
    if (parsed.value.type !== 'Identifier' && parsed.value.type !== 'MemberExpression') return fail({ ok: false, kind: 'syntax', message: `${JSON.stringify(target)} cannot be assigned to` });
    this.#assigns(assignedNames(parsed.value, true));
    return this.#compile(key, `0,function(${chain},${given}){${withs(depth)}{return function(){"use strict";return (\n${target}\n)=${given};}();}}`, 'expression');
  }

  /** Compiled for this one run: scripts are long and run once per document. The caller disposes of it. */
  script(script: Omit<PreparedScript, 'declaring'>, depth: number, place: string): Result<QuickJSHandle, ScriptOutcome> {
    this.#assigns(script.assigned);
    const assign = script.functions.map((name) => `${name}=${hoistedPrefix}${name};Object.defineProperty(${name},"name",{value:${JSON.stringify(name)}});`).join('');
    const code = `0,function(${chain}){${withs(depth)}{return function(){${script.strict ? '"use strict";' : ''}${assign}\n${script.body}\n}();}}`;
    return this.#evalFunction(code, place);
  }

  factory(text: string): QuickJSHandle {
    const key = `f ${text}`;
    const kept = this.#recall(key);
    if (kept !== undefined) return kept;
    const compiled = this.#compile(key, `(${text})`, 'realm');
    if (!compiled.ok) throw new Error(`a factory does not compile: ${compiled.error.ok ? '' : compiled.error.message}`);
    return compiled.value;
  }

  #assigns(names: readonly string[]): void {
    for (const name of names) this.assigned.add(name);
  }

  dispose(): void {
    for (const handle of this.#kept.values()) handle.dispose();
    this.#kept.clear();
  }

  #recall(key: string): QuickJSHandle | undefined {
    const kept = this.#kept.get(key);
    if (kept !== undefined && this.#kept.size > maxKept / 2) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
    }
    return kept;
  }

  #compile(key: string, code: string, place: string): Result<QuickJSHandle, ScriptOutcome> {
    const compiled = this.#evalFunction(code, place);
    if (!compiled.ok) return compiled;
    if (this.#kept.size >= maxKept) {
      const [oldest, handle] = this.#kept.entries().next().value ?? [];
      if (oldest !== undefined) this.#kept.delete(oldest);
      handle?.dispose();
    }
    this.#kept.set(key, compiled.value);
    return compiled;
  }

  #evalFunction(code: string, place: string): Result<QuickJSHandle, ScriptOutcome> {
    const { vm } = this.#realm;
    const result = vm.evalCode(code, place);
    if (result.error !== undefined) {
      const dumped: unknown = vm.dump(result.error);
      result.error.dispose();
      const { name = 'SyntaxError', message = String(dumped) } = (dumped ?? {}) as { name?: string; message?: string };
      const memory = name === 'InternalError' && message === 'out of memory';
      return fail({ ok: false, kind: memory ? 'memory' : 'syntax', message: `${name}: ${message}` });
    }
    return ok(result.value);
  }
}

function withs(depth: number): string {
  let text = '';
  for (let i = 0; i < depth; i++) text += `with(${chain}[${i}])`;
  return text;
}

function verdictOf(text: string): Verdict {
  const known = verdicts.get(text);
  if (known !== undefined) return known;
  const parsed = parseExpression(text);
  const verdict: Verdict = parsed.ok ? { assigned: assignedNames(parsed.value) } : { problem: parsed.error };
  if (verdicts.size > 20_000) verdicts.clear();
  if (text.length < 4096) verdicts.set(text, verdict);
  return verdict;
}
