import type { QuickJSHandle, QuickJSWASMModule } from 'quickjs-emscripten';
import { ScriptReference, type ScopeOptions, type ScriptContext, type ScriptLimits, type ScriptOutcome, type ScriptScope } from '../ecmascript.ts';
import { literalOf } from '../expression-syntax.ts';
import { anObject, needsRealm, simpleExpression, simpleTruth, simpleValue, type PathReader, type Primitive, type SimpleExpression, type SimplePath } from '../simple-expression.ts';
import { decodeRealmValue, encodeHostValue } from '../host-value.ts';
import { CompiledExpressions, type ExpressionKind } from './compiled-expressions.ts';
import { preparedScript } from './prepared-script.ts';
import { QuickjsScope } from './quickjs-scope.ts';
import { ScopeNames } from './scope-names.ts';
import { done, Realm, type ContextHost } from './realm.ts';


export class QuickjsContext implements ScriptContext {
  readonly root: ScriptScope;
  readonly #realm: Realm;
  readonly #closed: (context: QuickjsContext) => void;
  readonly #compiled: CompiledExpressions;
  readonly #scopes = new Set<QuickjsScope>();
  readonly #names = new ScopeNames();
  #nextScope = 0;
  #naming = false;

  constructor(module: QuickJSWASMModule, limits: ScriptLimits, host: ContextHost, closed: (context: QuickjsContext) => void) {
    this.#closed = closed;
    this.#realm = new Realm(module, limits, host);
    this.#compiled = new CompiledExpressions(this.#realm.vm);
    this.root = this.#make(new QuickjsScope('root', undefined), false);
  }

  openScope(parent: ScriptScope, name: string, options: ScopeOptions = {}): ScriptScope {
    const scope = new QuickjsScope(name, this.#own(parent), options);
    if (scope.named) this.#names.add(name);
    return options.deferred === undefined ? this.#make(scope, options.readOnly === true) : scope;
  }

  closeScope(scope: ScriptScope): void {
    if (!(scope instanceof QuickjsScope) || scope.closed) return;
    if (this.#scopes.delete(scope) && scope.referenced) this.#realm.guarded(() => this.#realm.call('forget', scope.handle).dispose(), undefined);
    scope.close();
  }

  evaluate(scope: ScriptScope, expression: string): ScriptOutcome {
    const literal = literalOf(expression);
    if (literal !== undefined) return { ok: true, value: literal.value };
    this.#notice(expression);
    const simple = simpleExpression(expression);
    const answer = simple === undefined ? undefined : this.#simply(scope, (own) => {
      if (simple.kind === 'path') {
        const plain = own.plainValue(simple);
        if (plain !== undefined) return { ok: true, value: plain.value };
        const text = this.#readText(own, simple);
        if (text === 'x') throw needsRealm;
        return { ok: true, value: this.#exported(text) };
      }
      return { ok: true, value: simpleValue(simple, this.#reader(own)) };
    });
    return answer ?? this.#withExpression(scope, expression, expression, 'value', (own, fn) => ({ ok: true, value: this.#exported(this.#realm.string(this.#realm.call('evaluate', own.handle, fn))) }));
  }

  test(scope: ScriptScope, expression: string): ScriptOutcome {
    const literal = literalOf(expression);
    if (literal !== undefined) return { ok: true, value: Boolean(literal.value) };
    this.#notice(expression);
    const simple = simpleExpression(expression);
    const answer = simple === undefined ? undefined : this.#simply(scope, (own) => ({ ok: true, value: simpleTruth(simple, this.#reader(own)) }));
    return answer ?? this.#withExpression(scope, expression, expression, 'boolean', (own, fn) => ({ ok: true, value: this.#realm.number(this.#realm.call('plain', own.handle, fn)) === 1 }));
  }

  text(scope: ScriptScope, expression: string): ScriptOutcome {
    const literal = literalOf(expression);
    if (literal !== undefined) return { ok: true, value: String(literal.value) };
    this.#notice(expression);
    const simple = simpleExpression(expression);
    const answer = simple === undefined ? undefined : this.#simply(scope, (own) => ({ ok: true, value: String(simpleValue(simple, this.#reader(own))) }));
    return answer ?? this.#withExpression(scope, expression, expression, 'string', (own, fn) => ({ ok: true, value: decodeRealmValue(this.#realm.string(this.#realm.call('evaluate', own.handle, fn))) }));
  }

  declare(scope: ScriptScope, name: string, expression?: string): ScriptOutcome {
    if (!isIdentifier(name)) return syntaxError(`${JSON.stringify(name)} is no name of a variable`);
    this.#notice(name);
    if (expression !== undefined) this.#notice(expression);
    if (expression === undefined) return this.#realm.enter(() => this.#realm.named(name, (n) => this.#realm.run('bindValue', this.#own(scope).handle, n, this.#realm.vm.undefined)));
    const simple = plainOrSimple(expression);
    const answer = simple === undefined ? undefined : this.#simply(scope, (read) => this.#realm.named(name, (n) => {
      const own = this.#own(read);
      if (simple.kind === 'path') return this.#stored(simple, (path) => this.#realm.call('bind', own.handle, n, path));
      return this.#realm.withPrimitive(simpleValue(simple, this.#reader(own)), (value) => this.#realm.run('bindValue', own.handle, n, value));
    }));
    return answer ?? this.#withExpression(scope, undefined, expression, 'value', (own, fn) => {
      const value = this.#realm.call('plain', own.handle, fn);
      try {
        return this.#realm.named(name, (n) => this.#realm.run('bindValue', own.handle, n, value));
      } finally {
        value.dispose();
      }
    });
  }

  assign(scope: ScriptScope, name: string, expression: string): ScriptOutcome {
    this.#notice(name);
    this.#notice(expression);
    const target = simpleExpression(name);
    const simple = target?.kind === 'path' ? plainOrSimple(expression) : undefined;
    const answer = target?.kind !== 'path' || simple === undefined ? undefined : this.#simply(scope, (read) => this.#realm.named(target.text, (to) => {
      const plain = simple.kind === 'path' ? read.plainValue(simple) : { value: simpleValue(simple, this.#reader(read)) };
      if (plain !== undefined) return this.#realm.withPrimitive(plain.value, (value) => this.#realm.run('store', this.#seen(read, target.text).handle, to, value));
      const own = this.#seen(read, `${target.text} ${expression}`);
      return this.#stored(simple as SimplePath, (path) => this.#realm.withNumber(1, (one) => this.#realm.call('store', own.handle, to, path, one)));
    }));
    if (answer !== undefined) return answer;
    const undeclared = this.#undeclaredTarget(scope, name);
    if (undeclared !== undefined) return undeclared;
    return this.#withExpression(scope, `${name} ${expression}`, expression, 'value', (own, fn) => {
      // The value first, so that an error in it is reported at its own place; then the plain assignment.
      const value = this.#realm.call('plain', own.handle, fn);
      try {
        const compiled = this.#compiled.assignment(name, own.depth);
        if (!compiled.ok) return compiled.error;
        this.#realm.call('plain', own.handle, compiled.value, value).dispose();
        return done;
      } finally {
        value.dispose();
      }
    });
  }

  run(scope: ScriptScope, source: string, place = 'script'): ScriptOutcome {
    const prepared = preparedScript(source);
    if (!prepared.ok) return { ok: false, kind: 'syntax', ...prepared.error, place };
    this.#notice(source);
    return this.#realm.enter(() => {
      const own = prepared.value.names.length > 0 ? this.#own(scope) : this.#seen(scope, source);
      if (prepared.value.names.length > 0) this.#realm.named(JSON.stringify(prepared.value.names), (n) => this.#realm.run('hoist', own.handle, n));
      const fn = this.#compiled.script(prepared.value, own.depth, place);
      if (!fn.ok) return fn.error;
      try {
        this.#realm.call('plain', own.handle, fn.value).dispose();
      } finally {
        fn.value.dispose();
      }
      return done;
    });
  }

  set(scope: ScriptScope, name: string, value: unknown): ScriptOutcome {
    return this.#realm.enter(() => {
      const own = this.#own(scope);
      const plain = this.#realm.primitive(value);
      if (plain !== undefined) {
        try {
          return this.#realm.named(name, (n) => this.#realm.run('put', own.handle, n, plain));
        } finally {
          plain.dispose();
        }
      }
      return this.#realm.named(name, (n) => this.#realm.named(this.#encode(value), (v) => this.#realm.run('set', own.handle, n, v)));
    });
  }

  setReadOnly(scope: ScriptScope, name: string, value: unknown): ScriptOutcome {
    return this.#realm.enter(() => this.#realm.named(name, (n) => this.#realm.named(this.#encode(value), (v) => this.#realm.run('setReadOnly', this.#own(scope).handle, n, v))));
  }

  patchReadOnly(scope: ScriptScope, name: string, path: readonly string[], value: unknown): ScriptOutcome {
    if (path.length === 0) return this.setReadOnly(scope, name, value);
    return this.#realm.enter(() => this.#realm.named(name, (n) => this.#realm.named(JSON.stringify(path), (p) => this.#realm.named(this.#encode(value), (v) => this.#realm.run('patch', this.#own(scope).handle, n, p, v)))));
  }

  removeReadOnly(scope: ScriptScope, name: string, path: readonly string[]): ScriptOutcome {
    if (path.length === 0) return this.#realm.enter(() => this.#realm.named(name, (n) => this.#realm.run('remove', this.#own(scope).handle, n)));
    return this.#realm.enter(() => this.#realm.named(name, (n) => this.#realm.named(JSON.stringify(path), (p) => this.#realm.run('unpatch', this.#own(scope).handle, n, p))));
  }

  reference(scope: ScriptScope, name: string, path: readonly string[] = []): ScriptReference {
    return new ScriptReference(scope, name, path);
  }

  setConstructed(scope: ScriptScope, name: string, factory: string, data: unknown): ScriptOutcome {
    return this.#realm.enter(() => {
      const fn = this.#compiled.factory(factory);
      return this.#realm.named(name, (n) => this.#realm.named(this.#encode(data), (v) => this.#realm.run('construct', this.#own(scope).handle, n, fn, v)));
    });
  }

  has(scope: ScriptScope, name: string): boolean {
    return this.#realm.guarded(() => this.#realm.named(name, (n) => this.#realm.number(this.#realm.call('has', this.#own(scope).handle, n)) === 1), false);
  }

  remove(scope: ScriptScope, name: string): void {
    this.#realm.guarded(() => this.#realm.named(name, (n) => this.#realm.call('remove', this.#own(scope).handle, n).dispose()), undefined);
  }

  memoryBytes(): number {
    return this.#realm.memoryBytes();
  }

  dispose(): void {
    const first = this.#realm.dispose(() => {
      this.#compiled.dispose();
      for (const scope of this.#scopes) scope.close();
    });
    if (first) this.#closed(this);
  }

  #make(scope: QuickjsScope, readOnly: boolean): QuickjsScope {
    const number = this.#nextScope++;
    const { vm } = this.#realm;
    const args = [vm.newNumber(number), vm.newString(scope.name), vm.newNumber(readOnly ? 1 : 0)];
    const result = vm.callFunction(this.#realm.fetchFunction('open'), vm.undefined, [scope.parent === undefined ? vm.undefined : this.#own(scope.parent).handle, ...args]);
    for (const arg of args) arg.dispose();
    scope.make(number, this.#realm.must(result));
    this.#scopes.add(scope);
    if (this.#naming && scope.named) this.#realm.must(vm.callFunction(this.#realm.fetchFunction('name'), vm.undefined, [scope.handle])).dispose();
    return scope;
  }

  /** Scopes are seen by their names from the first text on that says one, or that can make names while it runs. */
  #notice(text: string): void {
    if (this.#naming || !this.#names.concern(text)) return;
    this.#naming = true;
    this.#realm.guarded(() => {
      for (const scope of this.#scopes) if (scope.named) this.#realm.call('name', scope.handle).dispose();
    }, undefined);
  }

  /** The scope, made in the realm if it was put off so far. */
  #own(scope: ScriptScope): QuickjsScope {
    const own = openScopeOf(scope);
    const { deferred } = own;
    if (deferred === undefined) return own;
    this.#make(own, false);
    this.#realm.named(deferred.variable, (n) => this.#realm.named(this.#encode(deferred.value()), (v) => this.#realm.run('set', own.handle, n, v)));
    return own;
  }

  /** The scope that `text` runs in: one that is put off, and that the text cannot see, is passed over. */
  #seen(scope: ScriptScope, text: string): QuickjsScope {
    const own = openScopeOf(scope);
    return own.deferred === undefined || own.parent === undefined || own.concerns(text) ? this.#own(own) : this.#own(own.parent);
  }

  #encode(value: unknown): string {
    return encodeHostValue(value, (scope) => {
      const own = this.#own(scope);
      if (!own.referenced) this.#realm.call('reference', own.handle).dispose();
      own.referenced = true;
      return own.number;
    });
  }

  /** Without compiling; undefined when the expression turns out to need the realm after all. */
  #simply(scope: ScriptScope, task: (own: QuickjsScope) => ScriptOutcome): ScriptOutcome | undefined {
    let unfit = false;
    const outcome = this.#realm.enter(() => {
      try {
        return task(openScopeOf(scope));
      } catch (reason) {
        if (reason !== needsRealm) throw reason;
        unfit = true;
        return done;
      }
    });
    return unfit ? undefined : outcome;
  }

  #reader(own: QuickjsScope): PathReader {
    return (path) => {
      const plain = own.plainValue(path);
      if (plain !== undefined) return plain.value;
      const text = this.#readText(own, path);
      return text === 'o' || text === 'x' ? anObject : (decodeRealmValue(text) as Primitive);
    };
  }

  #readText(own: QuickjsScope, path: SimplePath): string {
    this.#realm.reading = path;
    const text = this.#realm.named(path.text, (p) => this.#realm.string(this.#realm.call('read', this.#seen(own, path.text).handle, p)));
    this.#realm.reading = undefined;
    // The name is of no scope; it may be one of the language's own.
    if (text === 'm') throw needsRealm;
    return text;
  }

  /** What the realm's encoder wrote; an object waits there to be exported. */
  #exported(text: string): unknown {
    return decodeRealmValue(text === 'o' ? this.#realm.string(this.#realm.call('export')) : text);
  }

  /** Runs an operation that takes a path and answers 0 when its first name is of no scope. */
  #stored(path: SimplePath, operation: (path: QuickJSHandle) => QuickJSHandle): ScriptOutcome {
    this.#realm.reading = path;
    const found = this.#realm.named(path.text, (p) => this.#realm.number(operation(p)));
    this.#realm.reading = undefined;
    if (found === 0) throw needsRealm;
    return done;
  }

  /** `looksAt`: the text that says what of the scope is looked at, the expression among it. */
  #withExpression(scope: ScriptScope, looksAt: string | undefined, expression: string, kind: ExpressionKind, use: (own: QuickjsScope, fn: QuickJSHandle) => ScriptOutcome): ScriptOutcome {
    return this.#realm.enter(() => {
      const own = looksAt === undefined ? this.#own(scope) : this.#seen(scope, looksAt);
      const fn = this.#compiled.expression(expression, own.depth, kind);
      return fn.ok ? use(own, fn.value) : fn.error;
    });
  }

  /** `<assign name="dialog.x">` must not make a variable; a plain name is looked after by strict code itself. */
  #undeclaredTarget(scope: ScriptScope, name: string): ScriptOutcome | undefined {
    const parts = /^\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*\.\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*$/u.exec(name);
    if (parts === null) return undefined;
    const [, first = '', second = ''] = parts;
    const missing = this.#realm.guarded(() => this.#realm.named(first, (f) => this.#realm.named(second, (s) => this.#realm.number(this.#realm.call('undeclared', this.#own(scope).handle, f, s)) === 1)), false);
    return missing ? { ok: false, kind: 'error', message: `ReferenceError: ${first}.${second} is not declared` } : undefined;
  }

}

function openScopeOf(scope: ScriptScope): QuickjsScope {
  if (!(scope instanceof QuickjsScope) || scope.closed) throw new Error(`the scope ${scope.name} is closed or of another context`);
  return scope;
}

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
