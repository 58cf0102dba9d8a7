/**
 * The sandboxed evaluator that both languages use: QuickJS compiled to WebAssembly, a context per session, inside a worker
 * thread that has a watchdog and a bounded memory. Authored code reaches nothing of the host. Values cross as JSON-like data;
 * host objects (`session`, `event$`) are set from data. ECMA-262 strict evaluation inside nested scopes.
 */
export interface ScriptEngine {
  /** A new global realm. `limits` bound one evaluation and the context's memory. */
  createContext(limits: ScriptLimits): ScriptContext;
}

export interface ScriptLimits {
  readonly memoryBytes: number;
  /** CPU time of one evaluation, milliseconds. */
  readonly evaluationMs: number;
}

export type ScriptOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly kind: 'error' | 'syntax' | 'timeout' | 'memory'; readonly message: string; readonly line?: number; readonly column?: number; readonly place?: string };

/** A named scope. Scopes form a chain (session → application → document → dialog → anonymous, or session → application → ccxml → transition). */
export interface ScriptScope {
  readonly name: string;
  readonly parent: ScriptScope | undefined;
}

export interface ScopeOptions {
  /** The scope is also visible under its own name from inside (`dialog.x`). */
  readonly named?: boolean;
  /** A named scope holds itself in a variable of this name too, until that is given another value. */
  readonly alias?: string;
  /** Refuses assignment (session, §8.2.1). */
  readonly readOnly?: boolean;
  /** A named scope with one variable, made only for a text that can look at it. Nothing else may be declared in it before. */
  readonly deferred?: DeferredVariable;
}

/** `value` may be asked more than once, and always answers the same. */
export interface DeferredVariable {
  readonly variable: string;
  readonly value: () => unknown;
}

/** Made by `ScriptContext.reference`. */
export class ScriptReference {
  readonly scope: ScriptScope;
  readonly name: string;
  readonly path: readonly string[];

  constructor(scope: ScriptScope, name: string, path: readonly string[]) {
    this.scope = scope;
    this.name = name;
    this.path = path;
  }
}

export interface ScriptContext {
  /** The outermost scope, holding the ECMAScript built-ins. */
  readonly root: ScriptScope;
  /** Opens a scope below `parent`. */
  openScope(parent: ScriptScope, name: string, options?: ScopeOptions): ScriptScope;
  closeScope(scope: ScriptScope): void;
  /** Evaluates an expression as seen from `scope`. An undeclared assignment is an error. The value is deep-copied out unless `keep`. */
  evaluate(scope: ScriptScope, expression: string): ScriptOutcome;
  /** Evaluates to a boolean by ToBoolean. */
  test(scope: ScriptScope, expression: string): ScriptOutcome;
  /** Evaluates to a string by ToString. */
  text(scope: ScriptScope, expression: string): ScriptOutcome;
  /** `<var name expr>`: declares in `scope` itself; without expression the value is undefined. Object values keep their identity. */
  declare(scope: ScriptScope, name: string, expression?: string): ScriptOutcome;
  /** `<assign name expr>`: `name` is a left-hand side (`x`, `dialog.x`, `o.p[1]`); undeclared is an error. Object values keep their identity. */
  assign(scope: ScriptScope, name: string, expression: string): ScriptOutcome;
  /** `<script>`: top-level var and function declarations land in `scope`. */
  run(scope: ScriptScope, source: string, place?: string): ScriptOutcome;
  /** Sets a variable of `scope` itself from host data (JSON-like; `undefined`, NaN and Infinity are kept). */
  set(scope: ScriptScope, name: string, value: unknown): ScriptOutcome;
  /** Like `set`, and protects it from authored writes, deeply. */
  setReadOnly(scope: ScriptScope, name: string, value: unknown): ScriptOutcome;
  /**
   * Changes a value that `setReadOnly` made, in place: authored references to it and to its parts see the change.
   * `path` leads from the variable down; undefined parts on the way are made. `removeReadOnly` takes the last key away.
   */
  patchReadOnly(scope: ScriptScope, name: string, path: readonly string[], value: unknown): ScriptOutcome;
  removeReadOnly(scope: ScriptScope, name: string, path: readonly string[]): ScriptOutcome;
  /** A stand-in for a live object of the realm, to be put inside a value that is set: both names then mean one object. */
  reference(scope: ScriptScope, name: string, path?: readonly string[]): ScriptReference;
  /**
   * Sets a variable to what a host-written function makes of the data: `factory` is the text of a function expression of
   * one parameter, run in the realm. For objects with methods (the read-only DOM of `<data>`).
   */
  setConstructed(scope: ScriptScope, name: string, factory: string, data: unknown): ScriptOutcome;
  /** Whether `scope` itself (not its parents) holds the variable. */
  has(scope: ScriptScope, name: string): boolean;
  remove(scope: ScriptScope, name: string): void;
  memoryBytes(): number;
  dispose(): void;
}
