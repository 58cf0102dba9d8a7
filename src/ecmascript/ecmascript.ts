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
  | { readonly ok: false; readonly kind: 'error' | 'syntax' | 'timeout' | 'memory'; readonly message: string; readonly line?: number; readonly column?: number };

/** A named scope. Scopes form a chain (session → application → document → dialog → anonymous, or session → application → ccxml → transition). */
export interface ScriptScope {
  readonly name: string;
  readonly parent: ScriptScope | undefined;
}

export interface ScriptContext {
  /** The outermost scope, holding the ECMAScript built-ins. */
  readonly root: ScriptScope;
  /**
   * Opens a scope below `parent`. With `named` the scope is also visible under its own name from inside (`dialog.x`).
   * `readOnly` scopes refuse assignment (session, §8.2.1).
   */
  openScope(parent: ScriptScope, name: string, options?: { named?: boolean; readOnly?: boolean }): ScriptScope;
  closeScope(scope: ScriptScope): void;
  /** Evaluates an expression as seen from `scope`. An undeclared assignment is an error. The value is deep-copied out unless `keep`. */
  evaluate(scope: ScriptScope, expression: string): ScriptOutcome;
  /** Evaluates to a boolean by ToBoolean. */
  test(scope: ScriptScope, expression: string): ScriptOutcome;
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
  has(scope: ScriptScope, name: string): boolean;
  remove(scope: ScriptScope, name: string): void;
  memoryBytes(): number;
  dispose(): void;
}
