import { isMainThread } from 'node:worker_threads';
import type { Intrinsics, QuickJSContext, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from 'quickjs-emscripten';
import type { ScriptLimits, ScriptOutcome } from '../ecmascript.ts';
import { needsRealm, type Primitive, type SimplePath } from '../simple-expression.ts';
import { coreFunctions, realmGroup, realmSource, type RealmFunction } from './realm-source.ts';
import { isWasmTrap } from './web-assembly.ts';

/** What a context asks of the engine it lives in. */
export interface ContextHost {
  exhausted(): boolean;
  isBroken(): boolean;
  /** The instance can no longer be trusted. */
  broke(reason: string): void;
  memoryBytes(): number;
}

/** The language without typed arrays and their buffers: pages have no use for them, and each context would carry them. */
const intrinsics: Intrinsics = { BaseObjects: true, Date: true, Eval: true, StringNormalize: true, RegExp: true, RegExpCompiler: true, JSON: true, Proxy: true, MapSet: true, Promise: true };

/** QuickJS keeps some slack of its own; a runtime below this cannot even hold its built-ins. */
const leastMemory = 512 * 1024;

/**
 * How deep scripts may nest and recurse. QuickJS counts its own stack, which must run out before the thread's does: a WebAssembly
 * frame takes several times as much there, and running out there breaks the instance. Measured with nested brackets, JSON, regular
 * expressions and recursion: a main thread (984 KB) overflows at 64 KB, a worker (4 MB) not at 128 KB.
 */
const maxStackBytes = (isMainThread ? 32 : 128) * 1024;

export const done: ScriptOutcome = { ok: true, value: undefined };

/** What may be put off until there is a realm, characters of text and a little for each task. */
const maxOwed = 64 * 1024;
const taskLength = 64;

interface LiveRealm {
  readonly runtime: QuickJSRuntime;
  readonly vm: QuickJSContext;
  readonly shared: QuickJSHandle;
}

/**
 * One realm of QuickJS, a runtime of its own, with what `realmSource` makes in it: entering it within the limits, calling its
 * functions, and telling its errors. Made when it is first entered: a session whose expressions are all plain never needs one.
 * Knows nothing of scopes and expressions.
 */
export class Realm {
  /** The path being read, for the place of an error. */
  reading: SimplePath | undefined;
  readonly #host: ContextHost;
  readonly #limits: ScriptLimits;
  readonly #module: QuickJSWASMModule;
  readonly #functions = new Map<RealmFunction, QuickJSHandle>();
  #live: LiveRealm | undefined;
  #owed: (() => void)[] = [];
  #owedLength = 0;
  #deadline = Number.POSITIVE_INFINITY;
  #interrupted: 'timeout' | 'memory' | undefined;
  #memoryAtStart = 0;
  #disposed = false;

  constructor(module: QuickJSWASMModule, limits: ScriptLimits, host: ContextHost) {
    this.#host = host;
    this.#limits = limits;
    this.#module = module;
  }

  get vm(): QuickJSContext {
    return (this.#live ?? this.#start()).vm;
  }

  get started(): boolean {
    return this.#live !== undefined;
  }

  get usable(): boolean {
    return !this.#disposed && !this.#host.isBroken();
  }

  memoryBytes(): number {
    const live = this.#live;
    return live === undefined ? 0 : this.guarded(() => {
      const usage = live.runtime.computeMemoryUsage();
      const used = live.vm.getProp(usage, 'memory_used_size');
      usage.dispose();
      return this.number(used);
    }, 0);
  }

  /** False when it was disposed of before. `release`: handles of others in this realm. */
  dispose(release: () => void): boolean {
    if (this.#disposed) return false;
    this.#disposed = true;
    const live = this.#live;
    this.#owed = [];
    if (live === undefined || this.#host.isBroken()) return true;
    try {
      release();
      for (const fn of this.#functions.values()) fn.dispose();
      live.shared.dispose();
      live.vm.dispose();
      live.runtime.removeInterruptHandler();
      live.runtime.dispose();
    } catch (error) {
      this.#host.broke(String(error));
    }
    return true;
  }

  /** Does to the realm what cannot fail there: at once, or before anything else once there is one. `length`: of the text that is kept for it. */
  later(length: number, task: () => ScriptOutcome): ScriptOutcome {
    if (this.started || !this.usable || this.#owedLength + length > maxOwed) return this.enter(task);
    this.#owed.push(task);
    this.#owedLength += length + taskLength;
    return done;
  }

  /** Makes the realm, and does what was put off. None of it is authored, and so none of it is measured. */
  #start(): LiveRealm {
    const [deadline, begun] = [this.#deadline, performance.now()];
    this.#deadline = Number.POSITIVE_INFINITY;
    const runtime = this.#module.newRuntime();
    runtime.setMemoryLimit(Math.max(this.#limits.memoryBytes, leastMemory));
    runtime.setMaxStackSize(maxStackBytes);
    runtime.setInterruptHandler(() => this.#interrupt());
    const vm = runtime.newContext({ intrinsics });
    const make = this.must(vm.evalCode(realmSource, 'realm', { type: 'global', strip: true }), vm);
    const made = this.must(vm.callFunction(make, vm.undefined), vm);
    const live: LiveRealm = { runtime, vm, shared: vm.getProp(made, 0) };
    coreFunctions.forEach((name, i) => this.#functions.set(name, vm.getProp(made, i + 1)));
    make.dispose();
    made.dispose();
    this.#live = live;
    const owed = this.#owed;
    this.#owed = [];
    for (const task of owed) task();
    this.#deadline = deadline + performance.now() - begun;
    return live;
  }

  /** Our own code does not fail; when it does, the error must not drag the whole memory along as QuickJS' own one does. */
  must(result: ReturnType<QuickJSContext['callFunction']>, vm = this.vm): QuickJSHandle {
    if (result.error === undefined) return result.value;
    const told: unknown = vm.dump(result.error);
    result.error.dispose();
    throw new Error(`the realm failed: ${JSON.stringify(told)}`);
  }

  /** A function of the realm, its source brought when it is first used. */
  fetchFunction(name: RealmFunction): QuickJSHandle {
    const { shared } = this.#live ?? this.#start();
    const known = this.#functions.get(name);
    if (known !== undefined) return known;
    const { source, makes } = realmGroup(name);
    const make = realmValue(this.vm.evalCode(source, 'realm', { type: 'global', strip: true }));
    const made = realmValue(this.vm.callFunction(make, this.vm.undefined, shared));
    for (const each of makes) this.#functions.set(each, this.vm.getProp(made, each));
    make.dispose();
    made.dispose();
    const fn = this.#functions.get(name);
    if (fn === undefined) throw new Error(`no realm function ${name}`);
    return fn;
  }

  /** Calls a realm function; an authored error comes out as a `RealmError`. */
  call(name: RealmFunction, ...args: QuickJSHandle[]): QuickJSHandle {
    const fn = this.fetchFunction(name);
    return realmValue(this.vm.callFunction(fn, this.vm.undefined, args));
  }

  run(name: RealmFunction, ...args: QuickJSHandle[]): ScriptOutcome {
    this.call(name, ...args).dispose();
    return done;
  }

  named<T>(text: string, use: (handle: QuickJSHandle) => T): T {
    const handle = this.vm.newString(text);
    try {
      return use(handle);
    } finally {
      handle.dispose();
    }
  }

  string(handle: QuickJSHandle): string {
    const text = this.vm.getString(handle);
    handle.dispose();
    return text;
  }

  number(handle: QuickJSHandle): number {
    const value = this.vm.getNumber(handle);
    handle.dispose();
    return value;
  }

  /** A handle of a primitive; undefined for what must travel as JSON. */
  primitive(value: unknown): QuickJSHandle | undefined {
    if (typeof value === 'string') return value.includes('\0') ? undefined : this.vm.newString(value);
    if (typeof value === 'number') return this.vm.newNumber(value);
    if (typeof value === 'boolean') return value ? this.vm.true : this.vm.false;
    if (value === undefined) return this.vm.undefined;
    return value === null ? this.vm.null : undefined;
  }

  withNumber<T>(value: number, use: (handle: QuickJSHandle) => T): T {
    const handle = this.vm.newNumber(value);
    try {
      return use(handle);
    } finally {
      handle.dispose();
    }
  }

  withPrimitive(value: Primitive, use: (handle: QuickJSHandle) => ScriptOutcome): ScriptOutcome {
    const handle = this.primitive(value);
    if (handle === undefined) throw needsRealm;
    try {
      return use(handle);
    } finally {
      handle.dispose();
    }
  }

  #interrupt(): boolean {
    // Only what is authored is measured; the host's own calls are short.
    if (this.#deadline === Number.POSITIVE_INFINITY) return false;
    if (performance.now() > this.#deadline) this.#interrupted = 'timeout';
    // The runtime's own count misses what the allocator loses to fragments; the growth of the whole memory does not lie
    // (it grows by a fifth at a time, whoever asked).
    else if (this.#host.memoryBytes() - this.#memoryAtStart > this.#limits.memoryBytes * 8 + 8 * 1024 * 1024 + this.#memoryAtStart * 0.3) this.#interrupted = 'memory';
    return this.#interrupted !== undefined;
  }

  /** One bounded entry into the realm. */
  enter(task: () => ScriptOutcome): ScriptOutcome {
    if (this.#disposed) return { ok: false, kind: 'error', message: 'the script context is closed' };
    if (this.#host.isBroken()) return { ok: false, kind: 'memory', message: 'the script engine broke' };
    if (this.#host.exhausted()) return { ok: false, kind: 'memory', message: 'the script engine has no memory left' };
    try {
      if (!this.started) this.#start();
      this.#interrupted = undefined;
      this.reading = undefined;
      this.#memoryAtStart = this.#host.memoryBytes();
      this.#deadline = performance.now() + this.#limits.evaluationMs;
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

  guarded<T>(task: () => T, otherwise: T): T {
    let value = otherwise;
    this.enter(() => {
      value = task();
      return done;
    });
    return value;
  }

  #describe(handle: QuickJSHandle): ScriptOutcome {
    const interrupted = this.#interrupted;
    const reading = this.reading;
    this.#interrupted = undefined;
    this.#deadline = performance.now() + 50;
    let parts: [name: string, message: string, stack: string] = ['InternalError', 'out of memory', ''];
    try {
      parts = JSON.parse(this.string(this.call('describe', handle))) as typeof parts;
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
    const found = /^at (?:.*\()?([^()]+):(\d+):(\d+)\)?$/.exec(frame.trim());
    // `<input>`: text that the script itself made, whose lines are nobody's.
    if (found === null || found[1] === 'realm' || found[1]?.startsWith('<') === true) continue;
    const [, place = '', line, column] = found;
    return { line: Math.max(Number(line) - 1, 1), column: Number(column), ...(place === 'expression' ? {} : { place }) };
  }
  return {};
}
