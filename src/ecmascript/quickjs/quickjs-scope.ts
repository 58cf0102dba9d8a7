import type { QuickJSHandle } from 'quickjs-emscripten';
import { ScriptReference, type DeferredVariable, type ScopeOptions, type ScriptScope } from '../ecmascript.ts';
import type { Primitive, SimplePath } from '../simple-expression.ts';
import type { HeldVariable } from './held-variables.ts';

/** A scope of one realm, made there when it is first needed. A deferred one is made there when a text that can see it, or its variable, is first run. */
export class QuickjsScope implements ScriptScope {
  readonly name: string;
  readonly parent: QuickjsScope | undefined;
  readonly depth: number;
  /** What is not made yet: only a text that speaks of it needs it made. */
  deferred: DeferredVariable | undefined;
  /** Seen by its own name from inside, once a text says a scope's name. */
  readonly named: boolean;
  readonly readOnly: boolean;
  /** What is known of its variables outside the realm. */
  readonly variables = new Map<string, HeldVariable>();
  /** The round of `HeldVariables` in which it was opened. */
  openedAt = 0;
  /** Known to the realm by its number, for references into it. */
  referenced = false;
  /** Something waits to be done to it once there is a realm. */
  awaited = false;
  /** Its number in the realm. */
  readonly number: number;
  /** Another name that it is visible under, as a variable. */
  readonly alias: string | undefined;
  readonly #make: (scope: QuickjsScope) => QuickJSHandle;
  #handle: QuickJSHandle | undefined;
  #closed = false;

  /** `make` makes its object in the realm. */
  constructor(name: string, parent: QuickjsScope | undefined, options: ScopeOptions, number: number, make: (scope: QuickjsScope) => QuickJSHandle) {
    this.number = number;
    this.#make = make;
    this.alias = options.alias;
    this.name = name;
    this.parent = parent;
    this.depth = parent === undefined ? 1 : parent.depth + 1;
    this.deferred = options.deferred;
    this.named = options.named === true;
    this.readOnly = options.readOnly === true;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get handle(): QuickJSHandle {
    if (this.deferred !== undefined) throw new Error(`the scope ${this.name} is not made yet`);
    return (this.#handle ??= this.#make(this));
  }

  /** Lets the realm's object go. */
  close(): void {
    this.#closed = true;
    this.#handle?.dispose();
    this.#handle = undefined;
  }

  /** Whether running `text` may look at what is deferred here. */
  concerns(text: string): boolean {
    const { deferred } = this;
    return deferred !== undefined && (text.includes(deferred.variable) || text.includes(this.name) || runtimeNames.test(text));
  }

  /**
   * A path into the deferred variable, read without the realm: only down own properties of plain data to a primitive, where both
   * sides cannot differ. Undefined: ask the realm.
   */
  plainValue(path: SimplePath): { readonly value: Primitive } | undefined {
    const { deferred } = this;
    if (deferred === undefined || path.root !== deferred.variable) return undefined;
    const at = plainDown(deferred.value(), path.below);
    return isPrimitive(at) ? { value: at } : undefined;
  }
}

/** What stands below plain data, down own properties only; the symbol where the realm may see something else. */
export function plainDown(data: unknown, names: readonly string[]): unknown {
  let at = data;
  for (const name of names) {
    if (typeof at !== 'object' || at === null || at instanceof ScriptReference || at instanceof Date || !Object.hasOwn(at, name)) return elsewhere;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return at;
}

export const elsewhere = Symbol('elsewhere');

export function isPrimitive(value: unknown): value is Primitive {
  return value === null || value === undefined || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Text that can compute a name while it runs: `eval`, escapes inside names. What it may see cannot be told from reading it. */
export const runtimeNames = /\\|\beval\b|\bFunction\b|constructor|\bwith\b/;
