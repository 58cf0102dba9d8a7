import type { QuickJSHandle, QuickJSWASMModule } from 'quickjs-emscripten';
import { ScriptReference, type ScopeOptions, type ScriptContext, type ScriptLimits, type ScriptOutcome, type ScriptScope } from '../ecmascript.ts';
import { literalOf } from '../expression-syntax.ts';
import { simpleExpression, type SimpleExpression } from '../simple-expression.ts';
import { decodeRealmValue } from '../host-value.ts';
import { CompiledExpressions, type ExpressionKind } from './compiled-expressions.ts';
import { preparedScript } from './prepared-script.ts';
import type { HeldVariables } from './held-variables.ts';
import { PlainExpressions } from './plain-expressions.ts';
import { PutOff } from './put-off.ts';
import { isPrimitive, type QuickjsScope } from './quickjs-scope.ts';
import { openScopeOf, RealmScopes } from './realm-scopes.ts';
import { done, Realm, type ContextHost } from './realm.ts';

export class QuickjsContext implements ScriptContext {
  readonly root: ScriptScope;
  readonly #realm: Realm;
  readonly #closed: (context: QuickjsContext) => void;
  readonly #compiled: CompiledExpressions;
  readonly #scopes: RealmScopes;
  readonly #held: HeldVariables;
  readonly #simple: PlainExpressions;
  readonly #putOff: PutOff;

  constructor(module: QuickJSWASMModule, limits: ScriptLimits, host: ContextHost, closed: (context: QuickjsContext) => void) {
    this.#closed = closed;
    this.#realm = new Realm(module, limits, host);
    this.#compiled = new CompiledExpressions(this.#realm);
    this.#scopes = new RealmScopes(this.#realm);
    this.#held = this.#scopes.held;
    this.#simple = new PlainExpressions(this.#realm, this.#scopes);
    this.#putOff = new PutOff(this.#realm, this.#scopes, this.#simple, this.#compiled);
    this.root = this.#scopes.root;
  }

  openScope(parent: ScriptScope, name: string, options: ScopeOptions = {}): ScriptScope {
    return this.#scopes.open(parent, name, options);
  }

  closeScope(scope: ScriptScope): void {
    this.#scopes.close(scope);
  }

  evaluate(scope: ScriptScope, expression: string): ScriptOutcome {
    const literal = literalOf(expression);
    if (literal !== undefined) return { ok: true, value: literal.value };
    this.#scopes.notice(expression);
    const waiting = this.#putOff.waiting(scope, simpleExpression(expression));
    if (waiting !== undefined) return { ok: true, value: waiting };
    const answer = this.#simple.evaluate(scope, expression);
    return answer ?? this.#withExpression(scope, expression, expression, 'value', (own, fn) => ({ ok: true, value: this.#simple.exported(this.#realm.string(this.#realm.call('run', own.handle, fn))) }));
  }

  test(scope: ScriptScope, expression: string): ScriptOutcome {
    const literal = literalOf(expression);
    if (literal !== undefined) return { ok: true, value: Boolean(literal.value) };
    this.#scopes.notice(expression);
    const answer = this.#simple.test(scope, expression);
    return answer ?? this.#withExpression(scope, expression, expression, 'boolean', (own, fn) => ({ ok: true, value: this.#realm.number(this.#plain(own, fn)) === 1 }));
  }

  text(scope: ScriptScope, expression: string): ScriptOutcome {
    const literal = literalOf(expression);
    if (literal !== undefined) return { ok: true, value: String(literal.value) };
    this.#scopes.notice(expression);
    const answer = this.#simple.text(scope, expression);
    return answer ?? this.#withExpression(scope, expression, expression, 'string', (own, fn) => ({ ok: true, value: decodeRealmValue(this.#realm.string(this.#realm.call('run', own.handle, fn))) }));
  }

  declare(scope: ScriptScope, name: string, expression?: string): ScriptOutcome {
    if (!isIdentifier(name)) return syntaxError(`${JSON.stringify(name)} is no name of a variable`);
    this.#scopes.notice(name);
    if (expression !== undefined) this.#scopes.notice(expression);
    const simple = expression === undefined ? plainUndefined : plainOrSimple(expression);
    if (expression !== undefined && this.#putOff.declare(scope, name, expression, simple)) return done;
    const answer = simple === undefined ? undefined : this.#simple.attempt(scope, (own) => {
      const known = this.#simple.primitive(own, simple);
      if (known !== undefined && this.#held.declare(own, name, known.value)) return done;
      const data = simple.kind === 'path' ? this.#held.dataAt(own, simple) : undefined;
      return this.#declared(own, name, (made, n) => this.#simple.put('bind', made, n, known), data);
    });
    return answer ?? this.#withExpression(scope, undefined, expression ?? 'undefined', 'value', (own, fn) => {
      const value = this.#plain(own, fn);
      try {
        return this.#declared(own, name, (made, n) => this.#realm.run('bind', made.handle, n, value));
      } finally {
        value.dispose();
      }
    });
  }

  assign(scope: ScriptScope, name: string, expression: string): ScriptOutcome {
    this.#scopes.notice(name);
    this.#scopes.notice(expression);
    const target = simpleExpression(name);
    const simple = target?.kind === 'path' ? plainOrSimple(expression) : undefined;
    const answer = target?.kind !== 'path' || simple === undefined ? undefined : this.#simple.attempt(scope, (own) => {
      const known = this.#simple.primitive(own, simple);
      if (known !== undefined && target.below.length === 0 && this.#held.assign(own, target.root, known.value)) return done;
      const outcome = this.#realm.enter(() => this.#realm.named(target.text, (to) => {
        this.#simple.pay(own, target.root);
        return this.#simple.put('store', this.#scopes.seen(own, target.text), to, known);
      }));
      if (target.below.length > 0) this.#held.objectsChanged();
      else if (outcome.ok) this.#held.stored(own, target.root, simple.kind === 'path' ? this.#held.dataAt(own, simple) : undefined);
      return outcome;
    });
    if (answer !== undefined) return answer;
    const undeclared = this.#undeclaredTarget(scope, name);
    if (undeclared !== undefined) return undeclared;
    return this.#withExpression(scope, `${name} ${expression}`, expression, 'value', (own, fn) => {
      // The value first, so that an error in it is reported at its own place; then the plain assignment.
      const value = this.#plain(own, fn);
      try {
        const compiled = this.#compiled.assignment(name, own.depth);
        if (!compiled.ok) return compiled.error;
        this.#plain(own, compiled.value, value).dispose();
        return done;
      } finally {
        value.dispose();
      }
    });
  }

  run(scope: ScriptScope, source: string, place = 'script'): ScriptOutcome {
    const prepared = preparedScript(source);
    if (!prepared.ok) return { ok: false, kind: 'syntax', ...prepared.error, place };
    this.#scopes.notice(source);
    const putOff = this.#putOff.run(scope, prepared.value, place);
    if (putOff !== undefined) return putOff;
    const { names } = prepared.value;
    return this.#authored(() => {
      const own = names.length > 0 ? this.#scopes.own(scope) : this.#scopes.seen(scope, source);
      if (names.length > 0) {
        if (own.readOnly) return { ok: false, kind: 'error', message: `TypeError: the scope ${own.name} is read-only`, place };
        const absent = Object.fromEntries(names.map((name) => [name, undefined]));
        this.#realm.named(this.#scopes.encode(absent), (v) => this.#realm.withNumber(1, (one) => this.#realm.run('fill', own.handle, v, one)));
        for (const name of names) if (!own.variables.has(name)) this.#held.inRealm(own, name);
      }
      const fn = this.#compiled.script(prepared.value, own.depth, place);
      if (!fn.ok) return fn.error;
      try {
        this.#plain(own, fn.value).dispose();
      } finally {
        fn.value.dispose();
      }
      this.#putOff.ran(prepared.value);
      return done;
    });
  }

  set(scope: ScriptScope, name: string, value: unknown): ScriptOutcome {
    if (isPrimitive(value) && this.#realm.usable && this.#held.declare(openScopeOf(scope), name, value)) return done;
    const outcome = this.#scopes.later(scope, () => this.#scopes.encode({ [name]: typeof value === 'function' ? undefined : value }), (own, v) => this.#realm.run('fill', own.handle, v));
    if (outcome.ok) this.#held.inRealm(openScopeOf(scope), name);
    return outcome;
  }

  setReadOnly(scope: ScriptScope, name: string, value: unknown): ScriptOutcome {
    const outcome = this.#scopes.later(scope, () => this.#scopes.encode(value), (own, v) => this.#realm.named(name, (n) => this.#realm.run('setReadOnly', own.handle, n, v)));
    if (outcome.ok) this.#held.inRealm(openScopeOf(scope), name, true, typeof value === 'object' && value !== null ? value : undefined);
    return outcome;
  }

  patchReadOnly(scope: ScriptScope, name: string, path: readonly string[], value: unknown): ScriptOutcome {
    if (path.length === 0) return this.setReadOnly(scope, name, value);
    this.#held.dataChanged();
    return this.#patched(scope, name, () => this.#scopes.encode(value), (own, n, v) => this.#realm.named(JSON.stringify(path), (p) => this.#realm.run('patch', own.handle, n, p, v)));
  }

  removeReadOnly(scope: ScriptScope, name: string, path: readonly string[]): ScriptOutcome {
    if (path.length === 0) return this.#removed(scope, name);
    this.#held.dataChanged();
    return this.#patched(scope, name, () => JSON.stringify(path), (own, n, p) => this.#realm.run('unpatch', own.handle, n, p));
  }

  reference(scope: ScriptScope, name: string, path: readonly string[] = []): ScriptReference {
    return new ScriptReference(scope, name, path);
  }

  setConstructed(scope: ScriptScope, name: string, factory: string, data: unknown): ScriptOutcome {
    const outcome = this.#scopes.later(scope, () => this.#scopes.encode(data), (own, v) => this.#realm.named(name, (n) => this.#realm.run('construct', own.handle, n, this.#compiled.factory(factory), v)));
    if (outcome.ok) this.#held.inRealm(openScopeOf(scope), name);
    return outcome;
  }

  has(scope: ScriptScope, name: string): boolean {
    this.#scopes.notice(name);
    const own = openScopeOf(scope);
    if (!this.#realm.started || own.variables.get(name)?.owed === true) return own.deferred?.variable === name || own.variables.has(name);
    return this.#realm.guarded(() => this.#realm.named(name, (n) => this.#realm.number(this.#realm.call('has', this.#scopes.own(scope).handle, n)) === 1), false);
  }

  remove(scope: ScriptScope, name: string): void {
    this.#removed(scope, name);
  }

  memoryBytes(): number {
    return this.#realm.memoryBytes();
  }

  dispose(): void {
    const first = this.#realm.dispose(() => {
      this.#compiled.dispose();
      this.#scopes.closeAll();
    });
    if (first) this.#closed(this);
  }

  /** Enters the realm to run what an author wrote. */
  #authored(task: () => ScriptOutcome): ScriptOutcome {
    return this.#realm.enter(() => {
      this.#scopes.settle();
      try {
        return task();
      } finally {
        this.#held.forget(this.#compiled.assigned);
      }
    });
  }

  /** Enters the realm to declare a variable there. */
  #declared(own: QuickjsScope, name: string, bind: (made: QuickjsScope, name: QuickJSHandle) => ScriptOutcome, data?: object): ScriptOutcome {
    return this.#realm.enter(() => {
      const made = this.#scopes.own(own);
      const outcome = this.#realm.named(name, (n) => bind(made, n));
      if (outcome.ok) this.#held.inRealm(made, name, false, data);
      return outcome;
    });
  }

  #removed(scope: ScriptScope, name: string): ScriptOutcome {
    const outcome = this.#scopes.later(scope, () => name, (own, n) => this.#realm.run('remove', own.handle, n));
    this.#held.removed(openScopeOf(scope), name);
    return outcome;
  }

  /** A patch fails where there is no read-only object: that one there is must be known for it to be put off. */
  #patched(scope: ScriptScope, name: string, encode: () => string, patch: (own: QuickjsScope, name: QuickJSHandle, text: QuickJSHandle) => ScriptOutcome): ScriptOutcome {
    const task = (own: QuickjsScope, t: QuickJSHandle): ScriptOutcome => this.#realm.named(name, (n) => patch(own, n, t));
    const known = this.#realm.usable ? openScopeOf(scope).variables.get(name) : undefined;
    if (known?.readOnly === true && known.data !== undefined) return this.#scopes.later(scope, encode, task);
    return this.#realm.enter(() => this.#realm.named(encode(), (t) => task(this.#scopes.own(scope), t)));
  }

  /** Runs a compiled function in a scope; its value as it is. */
  #plain(own: QuickjsScope, fn: QuickJSHandle, given = this.#realm.vm.undefined): QuickJSHandle {
    return this.#realm.withNumber(1, (one) => this.#realm.call('run', own.handle, fn, given, one));
  }

  /** `looksAt`: the text that says what of the scope is looked at, the expression among it. */
  #withExpression(scope: ScriptScope, looksAt: string | undefined, expression: string, kind: ExpressionKind, use: (own: QuickjsScope, fn: QuickJSHandle) => ScriptOutcome): ScriptOutcome {
    return this.#authored(() => {
      const own = looksAt === undefined ? this.#scopes.own(scope) : this.#scopes.seen(scope, looksAt);
      const fn = this.#compiled.expression(expression, own.depth, kind);
      return fn.ok ? use(own, fn.value) : fn.error;
    });
  }

  /** `<assign name="dialog.x">` must not make a variable; a plain name is looked after by strict code itself. */
  #undeclaredTarget(scope: ScriptScope, name: string): ScriptOutcome | undefined {
    const parts = /^\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*\.\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*$/u.exec(name);
    if (parts === null) return undefined;
    const [, first = '', second = ''] = parts;
    const missing = this.#realm.guarded(() => {
      this.#scopes.settle();
      return this.#realm.named(first, (f) => this.#realm.named(second, (s) => this.#realm.number(this.#realm.call('undeclared', this.#scopes.own(scope).handle, f, s)) === 1));
    }, false);
    return missing ? { ok: false, kind: 'error', message: `ReferenceError: ${first}.${second} is not declared` } : undefined;
  }
}

const plainUndefined: SimpleExpression = { kind: 'value', value: undefined };

/** A literal is taken without the parser: what identifiers and the like are written as would fill its memory. */
function plainOrSimple(expression: string): SimpleExpression | undefined {
  const literal = literalOf(expression);
  return literal === undefined ? simpleExpression(expression) : { kind: 'value', value: literal.value };
}

function isIdentifier(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(name);
}

function syntaxError(message: string): ScriptOutcome {
  return { ok: false, kind: 'syntax', message };
}
