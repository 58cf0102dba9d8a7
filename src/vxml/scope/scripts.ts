import type { ScriptContext, ScriptOutcome, ScriptScope } from '../../ecmascript/ecmascript.ts';
import { semantic } from '../events/vxml-event.ts';
import { ended, thrown, type Completion } from '../fia/completion.ts';
import type { Budget } from '../session/limits.ts';
import { domSource } from './dom-source.ts';

/** A value, or the completion with which the surrounding content ends: error.semantic, or the end by a limit. */
export type Evaluated<T = unknown> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly completion: Completion };

const done: Evaluated<undefined> = { ok: true, value: undefined };

/**
 * The scripting of one session: authored expressions in scopes, with failures as completions (§5.1.1). A hidden `$nailup` object in
 * the outermost scope carries values by identity between scopes that do not see each other (subdialog parameters and results).
 */
export class Scripts {
  readonly context: ScriptContext;
  readonly #budget: Budget;
  /** Holds `session`; every application scope is below it. */
  readonly session: ScriptScope;
  readonly #platform: ScriptScope;
  #keys = 0;
  #hasDom = false;

  constructor(context: ScriptContext, budget: Budget) {
    this.context = context;
    this.#budget = budget;
    this.#platform = context.openScope(context.root, '$platform');
    context.set(this.#platform, '$nailup', {});
    this.session = context.openScope(this.#platform, 'session', { named: true, readOnly: true });
  }

  /** The expression that builds a read-only DOM of `domData`. Its source is compiled when the first document needs it. */
  dom(data: unknown): string {
    if (!this.#hasDom) this.context.run(this.#platform, domSource, 'dom');
    this.#hasDom = true;
    // A JSON text is an ECMAScript expression, but for two separators that end lines there.
    return `$nailupDom(${JSON.stringify(data).replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029')})`;
  }

  evaluate(scope: ScriptScope, expression: string): Evaluated {
    return this.#judge(this.context.evaluate(scope, expression), expression);
  }

  /** ToString of the value, as `<value>` and `<log>` need it. */
  text(scope: ScriptScope, expression: string): Evaluated<string> {
    const outcome = this.#judge(this.context.text(scope, expression), expression);
    return outcome.ok ? { ok: true, value: String(outcome.value) } : outcome;
  }

  test(scope: ScriptScope, expression: string): Evaluated<boolean> {
    const outcome = this.#judge(this.context.test(scope, expression), expression);
    return outcome.ok ? { ok: true, value: outcome.value === true } : outcome;
  }

  /** §5.1: a name with a dot, or one that ECMAScript does not allow, is error.semantic. */
  declare(scope: ScriptScope, name: string, expression?: string): Evaluated<undefined> {
    if (!isVariableName(name)) return { ok: false, completion: thrown(semantic(`"${name}" is no name for a variable`)) };
    const outcome = this.#judge(this.context.declare(scope, name, expression), expression ?? name);
    return outcome.ok ? done : outcome;
  }

  /** `<var>` (§5.3.1): without an expression a variable that is there keeps its value. */
  variable(scope: ScriptScope, name: string, expression: string | undefined): Evaluated<undefined> {
    return expression === undefined && this.context.has(scope, name) ? done : this.declare(scope, name, expression);
  }

  assign(scope: ScriptScope, name: string, expression: string): Evaluated<undefined> {
    const outcome = this.#judge(this.context.assign(scope, name, expression), `${name} = ${expression}`);
    return outcome.ok ? done : outcome;
  }

  run(scope: ScriptScope, source: string, place: string): Evaluated<undefined> {
    const outcome = this.#judge(this.context.run(scope, source, place), place);
    return outcome.ok ? done : outcome;
  }

  set(scope: ScriptScope, name: string, value: unknown): Evaluated<undefined> {
    const outcome = this.#judge(this.context.set(scope, name, value), name);
    return outcome.ok ? done : outcome;
  }

  /** Sets a variable to what a function of ours makes of the data. */
  construct(scope: ScriptScope, name: string, factory: string, data: unknown): Evaluated<undefined> {
    const outcome = this.#judge(this.context.setConstructed(scope, name, factory, data), name);
    return outcome.ok ? done : outcome;
  }

  /** Keeps the value of an expression under a name that every scope can read: `$nailup.k1`. */
  keep(scope: ScriptScope, expression: string): Evaluated<string> {
    const name = `$nailup.k${++this.#keys}`;
    const outcome = this.#judge(this.context.assign(scope, name, expression), expression);
    return outcome.ok ? { ok: true, value: name } : outcome;
  }

  release(name: string): void {
    this.context.assign(this.session, name, 'undefined');
  }

  #judge(outcome: ScriptOutcome, source: string): Evaluated {
    if (outcome.ok) return { ok: true, value: outcome.value };
    if (outcome.kind === 'timeout' || outcome.kind === 'memory') {
      const what = outcome.kind === 'timeout' ? `an evaluation took longer than ${this.#budget.limits.evaluationMs} ms of CPU` : 'ECMAScript memory is used up';
      this.#budget.exceed(`${what} (${clip(source)})`);
      return { ok: false, completion: ended };
    }
    return { ok: false, completion: thrown(semantic(`${outcome.message} (${clip(source)})`)) };
  }
}

const reserved = new Set(
  'break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield'.split(' '),
);
const isVariableName = (name: string): boolean => /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) && !reserved.has(name);

const clip = (source: string): string => {
  const line = source.replace(/\s+/g, ' ').trim();
  return line.length > 80 ? line.slice(0, 77) + '…' : line;
};
