import type { Intrinsics, QuickJSContext, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from 'quickjs-emscripten';
import { ScriptReference, type ScriptContext, type ScriptLimits, type ScriptOutcome, type ScriptScope } from '../ecmascript.ts';
import { literalOf } from '../expression-syntax.ts';
import { anObject, needsRealm, simpleExpression, simpleTruth, simpleValue, type PathReader, type Primitive, type SimplePath } from '../simple-expression.ts';
import { decodeRealmValue, encodeHostValue } from '../host-value.ts';
import { CompiledExpressions, type ExpressionKind } from './compiled-expressions.ts';
import { realmFunctions, realmGroup, realmSource, type RealmFunction } from './realm-source.ts';
import { preparedScript } from './prepared-script.ts';
import { isWasmTrap } from './web-assembly.ts';

/** What a context asks of the engine it lives in. */
export interface ContextHost {
  exhausted(): boolean;
  isBroken(): boolean;
  /** The instance can no longer be trusted. */
  broke(reason: string): void;
  memoryBytes(): number;
  closed(context: QuickjsContext): void;
}

class QuickjsScope implements ScriptScope {
  readonly name: string;
  readonly parent: QuickjsScope | undefined;
  readonly depth: number;
  readonly number: number;
  readonly handle: QuickJSHandle;

  constructor(name: string, parent: QuickjsScope | undefined, number: number, handle: QuickJSHandle) {
    this.name = name;
    this.parent = parent;
    this.depth = parent === undefined ? 1 : parent.depth + 1;
    this.number = number;
    this.handle = handle;
  }
}

/** The language without typed arrays and their buffers: pages have no use for them, and each context would carry them. */
const intrinsics: Intrinsics = { BaseObjects: true, Date: true, Eval: true, StringNormalize: true, RegExp: true, RegExpCompiler: true, JSON: true, Proxy: true, MapSet: true, Promise: true };

const done: ScriptOutcome = { ok: true, value: undefined };
/** QuickJS keeps some slack of its own; a runtime below this cannot even hold its built-ins. */
const leastMemory = 512 * 1024;

export class QuickjsContext implements ScriptContext {
  readonly root: ScriptScope;
  readonly #host: ContextHost;
  readonly #limits: ScriptLimits;
  readonly #runtime: QuickJSRuntime;
  readonly #vm: QuickJSContext;
  readonly #functions = new Map<RealmFunction, QuickJSHandle>();
  readonly #shared: QuickJSHandle;
  readonly #compiled: CompiledExpressions;
  readonly #scopes = new Set<QuickjsScope>();
  #nextScope = 0;
  #deadline = Number.POSITIVE_INFINITY;
  #interrupted: 'timeout' | 'memory' | undefined;
  #memoryAtStart = 0;
  #disposed = false;
  /** The path being read, for the place of an error. */
  #reading: SimplePath | undefined;

  constructor(module: QuickJSWASMModule, limits: ScriptLimits, host: ContextHost) {
    this.#host = host;
    this.#limits = limits;
    this.#memoryAtStart = host.memoryBytes();
    this.#runtime = module.newRuntime();
    this.#runtime.setMemoryLimit(Math.max(limits.memoryBytes, leastMemory));
    this.#runtime.setMaxStackSize(256 * 1024);
    this.#runtime.setInterruptHandler(() => this.#interrupt());
    this.#vm = this.#runtime.newContext({ intrinsics });
    const make = this.#must(this.#vm.evalCode(realmSource, 'realm', { type: 'global' }));
    const made = this.#must(this.#vm.callFunction(make, this.#vm.undefined));
    for (const name of realmFunctions) this.#functions.set(name, this.#vm.getProp(made, name));
    this.#shared = this.#vm.getProp(made, 'shared');
    make.dispose();
    made.dispose();
    this.#compiled = new CompiledExpressions(this.#vm);
    this.root = this.#open(undefined, 'root', false, false);
  }

  openScope(parent: ScriptScope, name: string, options: { named?: boolean; readOnly?: boolean } = {}): ScriptScope {
    return this.#open(this.#own(parent), name, options.named === true, options.readOnly === true);
  }

  closeScope(scope: ScriptScope): void {
    const own = this.#own(scope);
    if (!this.#scopes.delete(own)) return;
    this.#guarded(() => this.#call('close', own.handle).dispose(), undefined);
    own.handle.dispose();
  }

  evaluate(scope: ScriptScope, expression: string): ScriptOutcome {
    const literal = literalOf(expression);
    if (literal !== undefined) return { ok: true, value: literal.value };
    const simple = simpleExpression(expression);
    const answer = simple === undefined ? undefined : this.#simply(scope, (own) => {
      if (simple.kind === 'path') {
        const text = this.#readText(own, simple);
        if (text === 'x') throw needsRealm;
        return { ok: true, value: this.#exported(text) };
      }
      return { ok: true, value: simpleValue(simple, this.#reader(own)) };
    });
    return answer ?? this.#withExpression(scope, expression, 'value', (own, fn) => ({ ok: true, value: this.#exported(this.#string(this.#call('evaluate', own.handle, fn))) }));
  }

  test(scope: ScriptScope, expression: string): ScriptOutcome {
    const literal = literalOf(expression);
    if (literal !== undefined) return { ok: true, value: Boolean(literal.value) };
    const simple = simpleExpression(expression);
    const answer = simple === undefined ? undefined : this.#simply(scope, (own) => ({ ok: true, value: simpleTruth(simple, this.#reader(own)) }));
    return answer ?? this.#withExpression(scope, expression, 'boolean', (own, fn) => ({ ok: true, value: this.#number(this.#call('plain', own.handle, fn)) === 1 }));
  }

  text(scope: ScriptScope, expression: string): ScriptOutcome {
    const literal = literalOf(expression);
    if (literal !== undefined) return { ok: true, value: String(literal.value) };
    const simple = simpleExpression(expression);
    const answer = simple === undefined ? undefined : this.#simply(scope, (own) => ({ ok: true, value: String(simpleValue(simple, this.#reader(own))) }));
    return answer ?? this.#withExpression(scope, expression, 'string', (own, fn) => ({ ok: true, value: decodeRealmValue(this.#string(this.#call('evaluate', own.handle, fn))) }));
  }

  declare(scope: ScriptScope, name: string, expression?: string): ScriptOutcome {
    if (!isIdentifier(name)) return syntaxError(`${JSON.stringify(name)} is no name of a variable`);
    if (expression === undefined) return this.#enter(() => this.#named(name, (n) => this.#run('bindValue', this.#own(scope).handle, n, this.#vm.undefined)));
    const simple = simpleExpression(expression);
    const answer = simple === undefined ? undefined : this.#simply(scope, (own) => this.#named(name, (n) => {
      if (simple.kind === 'path') return this.#stored(simple, (path) => this.#call('bind', own.handle, n, path));
      return this.#withPrimitive(simpleValue(simple, this.#reader(own)), (value) => this.#run('bindValue', own.handle, n, value));
    }));
    return answer ?? this.#withExpression(scope, expression, 'value', (own, fn) => this.#named(name, (n) => this.#run('declare', own.handle, n, fn)));
  }

  assign(scope: ScriptScope, name: string, expression: string): ScriptOutcome {
    const target = simpleExpression(name);
    const simple = target?.kind === 'path' ? simpleExpression(expression) : undefined;
    const answer = target?.kind !== 'path' || simple === undefined ? undefined : this.#simply(scope, (own) => this.#named(target.text, (to) => {
      if (simple.kind === 'path') return this.#stored(simple, (path) => this.#withNumber(1, (one) => this.#call('store', own.handle, to, path, one)));
      return this.#withPrimitive(simpleValue(simple, this.#reader(own)), (value) => this.#run('store', own.handle, to, value));
    }));
    if (answer !== undefined) return answer;
    const undeclared = this.#undeclaredTarget(scope, name);
    if (undeclared !== undefined) return undeclared;
    return this.#withExpression(scope, expression, 'value', (own, fn) => {
      // The value first, so that an error in it is reported at its own place; then the plain assignment.
      const value = this.#call('plain', own.handle, fn);
      try {
        const compiled = this.#compiled.assignment(name, own.depth);
        if (!compiled.ok) return compiled.error;
        this.#call('plain', own.handle, compiled.value, value).dispose();
        return done;
      } finally {
        value.dispose();
      }
    });
  }

  run(scope: ScriptScope, source: string, place = 'script'): ScriptOutcome {
    const prepared = preparedScript(source);
    if (!prepared.ok) return { ok: false, kind: 'syntax', ...prepared.error, place };
    return this.#enter(() => {
      const own = this.#own(scope);
      if (prepared.value.names.length > 0) this.#named(JSON.stringify(prepared.value.names), (n) => this.#run('hoist', own.handle, n));
      const fn = this.#compiled.script(prepared.value, own.depth, place);
      if (!fn.ok) return fn.error;
      try {
        this.#call('plain', own.handle, fn.value).dispose();
      } finally {
        fn.value.dispose();
      }
      return done;
    });
  }

  set(scope: ScriptScope, name: string, value: unknown): ScriptOutcome {
    return this.#enter(() => {
      const own = this.#own(scope);
      const plain = this.#primitive(value);
      if (plain !== undefined) {
        return this.#named(name, (n) => {
          const mode = this.#vm.newNumber(2);
          try {
            return this.#run('set', own.handle, n, plain, mode);
          } finally {
            plain.dispose();
          }
        });
      }
      return this.#named(name, (n) => this.#named(this.#encode(value), (v) => this.#run('set', own.handle, n, v)));
    });
  }

  setReadOnly(scope: ScriptScope, name: string, value: unknown): ScriptOutcome {
    return this.#enter(() => this.#named(name, (n) => this.#named(this.#encode(value), (v) => this.#run('setReadOnly', this.#own(scope).handle, n, v))));
  }

  patchReadOnly(scope: ScriptScope, name: string, path: readonly string[], value: unknown): ScriptOutcome {
    if (path.length === 0) return this.setReadOnly(scope, name, value);
    return this.#enter(() => this.#named(name, (n) => this.#named(JSON.stringify(path), (p) => this.#named(this.#encode(value), (v) => this.#run('patch', this.#own(scope).handle, n, p, v)))));
  }

  removeReadOnly(scope: ScriptScope, name: string, path: readonly string[]): ScriptOutcome {
    if (path.length === 0) return this.#enter(() => this.#named(name, (n) => this.#run('remove', this.#own(scope).handle, n)));
    return this.#enter(() => this.#named(name, (n) => this.#named(JSON.stringify(path), (p) => this.#run('unpatch', this.#own(scope).handle, n, p))));
  }

  reference(scope: ScriptScope, name: string, path: readonly string[] = []): ScriptReference {
    return new ScriptReference(scope, name, path);
  }

  setConstructed(scope: ScriptScope, name: string, factory: string, data: unknown): ScriptOutcome {
    return this.#enter(() => {
      const fn = this.#compiled.factory(factory);
      return this.#named(name, (n) => this.#named(this.#encode(data), (v) => this.#run('construct', this.#own(scope).handle, n, fn, v)));
    });
  }

  has(scope: ScriptScope, name: string): boolean {
    return this.#guarded(() => this.#named(name, (n) => this.#number(this.#call('has', this.#own(scope).handle, n)) === 1), false);
  }

  remove(scope: ScriptScope, name: string): void {
    this.#guarded(() => this.#named(name, (n) => this.#call('remove', this.#own(scope).handle, n).dispose()), undefined);
  }

  memoryBytes(): number {
    return this.#guarded(() => {
      const usage = this.#runtime.computeMemoryUsage();
      const used = this.#vm.getProp(usage, 'memory_used_size');
      usage.dispose();
      return this.#number(used);
    }, 0);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#host.closed(this);
    if (this.#host.isBroken()) return;
    try {
      this.#compiled.dispose();
      for (const scope of this.#scopes) scope.handle.dispose();
      for (const fn of this.#functions.values()) fn.dispose();
      this.#shared.dispose();
      this.#vm.dispose();
      this.#runtime.removeInterruptHandler();
      this.#runtime.dispose();
    } catch (error) {
      this.#host.broke(String(error));
    }
  }

  #open(parent: QuickjsScope | undefined, name: string, named: boolean, readOnly: boolean): QuickjsScope {
    const number = this.#nextScope++;
    const vm = this.#vm;
    const args = [parent?.handle ?? vm.undefined, vm.newNumber(number), vm.newString(name), vm.newNumber(named ? 1 : 0), vm.newNumber(readOnly ? 1 : 0)];
    const result = vm.callFunction(this.#function('open'), vm.undefined, args);
    args[2]?.dispose();
    const scope = new QuickjsScope(name, parent, number, this.#must(result));
    this.#scopes.add(scope);
    return scope;
  }

  #own(scope: ScriptScope): QuickjsScope {
    if (!(scope instanceof QuickjsScope) || !scope.handle.alive) throw new Error(`the scope ${scope.name} is closed or of another context`);
    return scope;
  }

  /** Our own code does not fail; when it does, the error must not drag the whole memory along as QuickJS' own one does. */
  #must(result: ReturnType<QuickJSContext['callFunction']>): QuickJSHandle {
    if (result.error === undefined) return result.value;
    const told: unknown = this.#vm.dump(result.error);
    result.error.dispose();
    throw new Error(`the realm failed: ${JSON.stringify(told)}`);
  }

  /** A function of the realm, its source brought when it is first used. */
  #function(name: RealmFunction): QuickJSHandle {
    const known = this.#functions.get(name);
    if (known !== undefined) return known;
    const { source, makes } = realmGroup(name);
    const make = realmValue(this.#vm.evalCode(source, 'realm', { type: 'global' }));
    const made = realmValue(this.#vm.callFunction(make, this.#vm.undefined, this.#shared));
    for (const each of makes) this.#functions.set(each, this.#vm.getProp(made, each));
    make.dispose();
    made.dispose();
    const fn = this.#functions.get(name);
    if (fn === undefined) throw new Error(`no realm function ${name}`);
    return fn;
  }

  /** Calls a realm function; an authored error comes out as a `RealmError`. */
  #call(name: RealmFunction, ...args: QuickJSHandle[]): QuickJSHandle {
    return realmValue(this.#vm.callFunction(this.#function(name), this.#vm.undefined, args));
  }

  #run(name: RealmFunction, ...args: QuickJSHandle[]): ScriptOutcome {
    this.#call(name, ...args).dispose();
    return done;
  }

  #named<T>(text: string, use: (handle: QuickJSHandle) => T): T {
    const handle = this.#vm.newString(text);
    try {
      return use(handle);
    } finally {
      handle.dispose();
    }
  }

  #string(handle: QuickJSHandle): string {
    const text = this.#vm.getString(handle);
    handle.dispose();
    return text;
  }

  #number(handle: QuickJSHandle): number {
    const value = this.#vm.getNumber(handle);
    handle.dispose();
    return value;
  }

  #primitive(value: unknown): QuickJSHandle | undefined {
    if (typeof value === 'string') return value.includes('\0') ? undefined : this.#vm.newString(value);
    if (typeof value === 'number') return this.#vm.newNumber(value);
    if (typeof value === 'boolean') return value ? this.#vm.true : this.#vm.false;
    if (value === undefined) return this.#vm.undefined;
    return value === null ? this.#vm.null : undefined;
  }

  #encode(value: unknown): string {
    return encodeHostValue(value, (scope) => {
      this.#function('reference');
      return this.#own(scope).number;
    });
  }

  /** Without compiling; undefined when the expression turns out to need the realm after all. */
  #simply(scope: ScriptScope, task: (own: QuickjsScope) => ScriptOutcome): ScriptOutcome | undefined {
    let unfit = false;
    const outcome = this.#enter(() => {
      try {
        return task(this.#own(scope));
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
      const text = this.#readText(own, path);
      return text === 'o' || text === 'x' ? anObject : (decodeRealmValue(text) as Primitive);
    };
  }

  #readText(own: QuickjsScope, path: SimplePath): string {
    this.#reading = path;
    const text = this.#named(path.text, (p) => this.#string(this.#call('read', own.handle, p)));
    this.#reading = undefined;
    // The name is of no scope; it may be one of the language's own.
    if (text === 'm') throw needsRealm;
    return text;
  }

  /** What the realm's encoder wrote; an object waits there to be exported. */
  #exported(text: string): unknown {
    return decodeRealmValue(text === 'o' ? this.#string(this.#call('export')) : text);
  }

  /** Runs an operation that takes a path and answers 0 when its first name is of no scope. */
  #stored(path: SimplePath, operation: (path: QuickJSHandle) => QuickJSHandle): ScriptOutcome {
    this.#reading = path;
    const found = this.#named(path.text, (p) => this.#number(operation(p)));
    this.#reading = undefined;
    if (found === 0) throw needsRealm;
    return done;
  }

  #withNumber<T>(value: number, use: (handle: QuickJSHandle) => T): T {
    const handle = this.#vm.newNumber(value);
    try {
      return use(handle);
    } finally {
      handle.dispose();
    }
  }

  #withPrimitive(value: Primitive, use: (handle: QuickJSHandle) => ScriptOutcome): ScriptOutcome {
    const handle = this.#primitive(value);
    if (handle === undefined) throw needsRealm;
    try {
      return use(handle);
    } finally {
      handle.dispose();
    }
  }

  #withExpression(scope: ScriptScope, expression: string, kind: ExpressionKind, use: (own: QuickjsScope, fn: QuickJSHandle) => ScriptOutcome): ScriptOutcome {
    return this.#enter(() => {
      const own = this.#own(scope);
      const fn = this.#compiled.expression(expression, own.depth, kind);
      return fn.ok ? use(own, fn.value) : fn.error;
    });
  }

  /** `<assign name="dialog.x">` must not make a variable; a plain name is looked after by strict code itself. */
  #undeclaredTarget(scope: ScriptScope, name: string): ScriptOutcome | undefined {
    const parts = /^\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*\.\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*$/u.exec(name);
    if (parts === null) return undefined;
    const [, first = '', second = ''] = parts;
    const missing = this.#guarded(() => this.#named(first, (f) => this.#named(second, (s) => this.#number(this.#call('undeclared', this.#own(scope).handle, f, s)) === 1)), false);
    return missing ? { ok: false, kind: 'error', message: `ReferenceError: ${first}.${second} is not declared` } : undefined;
  }

  #interrupt(): boolean {
    if (performance.now() > this.#deadline) this.#interrupted = 'timeout';
    // The runtime's own count misses what the allocator loses to fragments; the growth of the whole memory does not lie
    // (it grows by a fifth at a time, whoever asked).
    else if (this.#host.memoryBytes() - this.#memoryAtStart > this.#limits.memoryBytes * 8 + 8 * 1024 * 1024 + this.#memoryAtStart * 0.3) this.#interrupted = 'memory';
    return this.#interrupted !== undefined;
  }

  /** One bounded entry into the realm. */
  #enter(task: () => ScriptOutcome): ScriptOutcome {
    if (this.#disposed) return { ok: false, kind: 'error', message: 'the script context is closed' };
    if (this.#host.isBroken()) return { ok: false, kind: 'memory', message: 'the script engine broke' };
    if (this.#host.exhausted()) return { ok: false, kind: 'memory', message: 'the script engine has no memory left' };
    this.#interrupted = undefined;
    this.#reading = undefined;
    this.#memoryAtStart = this.#host.memoryBytes();
    this.#deadline = performance.now() + this.#limits.evaluationMs;
    try {
      return task();
    } catch (error) {
      if (error instanceof RealmError) return this.#describe(error.handle);
      if (isWasmTrap(error)) {
        this.#host.broke(String(error));
        return { ok: false, kind: 'memory', message: `the script engine broke: ${String(error)}` };
      }
      throw error;
    } finally {
      this.#deadline = Number.POSITIVE_INFINITY;
    }
  }

  #guarded<T>(task: () => T, otherwise: T): T {
    let value = otherwise;
    this.#enter(() => {
      value = task();
      return done;
    });
    return value;
  }

  #describe(handle: QuickJSHandle): ScriptOutcome {
    const interrupted = this.#interrupted;
    const reading = this.#reading;
    this.#interrupted = undefined;
    this.#deadline = performance.now() + 50;
    let parts: [name: string, message: string, stack: string] = ['InternalError', 'out of memory', ''];
    try {
      parts = JSON.parse(this.#string(this.#call('describe', handle))) as typeof parts;
    } catch (error) {
      if (error instanceof RealmError) error.handle.dispose();
      else if (isWasmTrap(error)) this.#host.broke(String(error));
    } finally {
      handle.dispose();
    }
    const [name, message, stack] = parts;
    const own = placeOf(stack);
    const where = own.line === undefined && reading !== undefined ? { line: reading.line, column: reading.column } : own;
    if (interrupted === 'timeout') return { ok: false, kind: 'timeout', message: `the evaluation took longer than ${this.#limits.evaluationMs} ms`, ...where };
    const memory = interrupted === 'memory' || (name === 'InternalError' && message === 'out of memory');
    if (memory) return { ok: false, kind: 'memory', message: `the evaluation needs more than ${this.#limits.memoryBytes} octets of memory`, ...where };
    return { ok: false, kind: 'error', message: name === '' ? message : `${name}: ${message}`, ...where };
  }
}

/** An exception of the realm on its way to `#enter`; never leaves this file. */
class RealmError {
  readonly handle: QuickJSHandle;

  constructor(handle: QuickJSHandle) {
    this.handle = handle;
  }
}

function realmValue(result: ReturnType<QuickJSContext['callFunction']>): QuickJSHandle {
  if (result.error !== undefined) throw new RealmError(result.error);
  return result.value;
}

/** The first line of a stack that is authored. Authored text stands on line 2 of what is compiled. */
function placeOf(stack: string): { line?: number; column?: number; place?: string } {
  for (const frame of stack.split('\n')) {
    const found = /\(?([^()\s][^()]*):(\d+):(\d+)\)?$/.exec(frame.trim().replace(/^at\s+(?:\S+\s+)?\(/, '('));
    if (found === null || found[1] === 'realm') continue;
    const [, place = '', line, column] = found;
    return { line: Math.max(Number(line) - 1, 1), column: Number(column), ...(place === 'expression' ? {} : { place }) };
  }
  return {};
}

function isIdentifier(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(name);
}

function syntaxError(message: string): ScriptOutcome {
  return { ok: false, kind: 'syntax', message };
}
