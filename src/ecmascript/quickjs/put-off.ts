import type { ScriptOutcome, ScriptScope } from '../ecmascript.ts';
import { plainObject, type PlainObject } from '../plain-object.ts';
import type { Primitive, SimpleExpression } from '../simple-expression.ts';
import type { CompiledExpressions } from './compiled-expressions.ts';
import type { HeldVariables } from './held-variables.ts';
import type { PlainExpressions } from './plain-expressions.ts';
import type { PreparedScript } from './prepared-script.ts';
import type { QuickjsScope } from './quickjs-scope.ts';
import { openScopeOf, type RealmScopes } from './realm-scopes.ts';
import { done, type Realm } from './realm.ts';

/** Scripts that ran to their end on this thread: the engine takes them, too. */
const taken = new WeakSet<PreparedScript>();

/**
 * Authored declarations that can wait for the realm: a plain object in a variable, another name for read-only data, functions. What
 * they do hangs on nothing that may change meanwhile. What is the realm's to do after all is left undone.
 */
export class PutOff {
  readonly #realm: Realm;
  readonly #scopes: RealmScopes;
  readonly #held: HeldVariables;
  readonly #simple: PlainExpressions;
  readonly #compiled: CompiledExpressions;

  constructor(realm: Realm, scopes: RealmScopes, simple: PlainExpressions, compiled: CompiledExpressions) {
    this.#realm = realm;
    this.#scopes = scopes;
    this.#held = scopes.held;
    this.#simple = simple;
    this.#compiled = compiled;
  }

  /** `<var name expr>` of a plain object, or of read-only data. False: it is the realm's to do. */
  declare(scope: ScriptScope, name: string, expression: string, simple: SimpleExpression | undefined): boolean {
    const own = this.#open(scope);
    if (own === undefined || !writable(own, name)) return false;
    if (simple === undefined) {
      const object = plainObject(expression);
      const values = object === undefined ? undefined : this.#values(own, object);
      return values !== undefined && this.#give(own, name, values).ok;
    }
    const data = simple.kind === 'path' ? this.#held.dataAt(own, simple) : undefined;
    if (simple.kind !== 'path' || data === undefined) return false;
    const outcome = this.#scopes.later(own, () => simple.text, (made, path) => {
      this.#realm.call('read', made.handle, path).dispose();
      return this.#realm.named(name, (n) => this.#simple.put('bind', made, n, undefined));
    });
    if (outcome.ok) this.#held.inRealm(own, name, false, data);
    return outcome.ok;
  }

  /** A script that only declares, and that the engine is known to take. Undefined: it is the realm's to run. */
  run(scope: ScriptScope, script: PreparedScript, place: string): ScriptOutcome | undefined {
    const own = this.#open(scope);
    const { declaring } = script;
    if (own === undefined || declaring === undefined || !taken.has(script) || !script.names.every((name) => writable(own, name))) return undefined;
    const { object, functions } = declaring;
    const target = object === undefined ? undefined : this.#held.seen(own, object.name);
    const values = object === undefined ? undefined : this.#values(own, object.made);
    if (object !== undefined && (target === undefined || values === undefined || !writable(target.scope, object.name))) return undefined;
    const absent = this.#scopes.encode(Object.fromEntries(script.names.map((name) => [name, undefined])));
    const outcome = this.#scopes.later(own, () => absent + functions.body, (made) => {
      this.#realm.named(absent, (v) => this.#realm.withNumber(1, (one) => this.#realm.run('fill', made.handle, v, one)));
      const fn = this.#compiled.script(functions, made.depth, place);
      if (!fn.ok) return fn.error;
      this.#realm.withNumber(1, (one) => this.#realm.run('run', made.handle, fn.value, this.#realm.vm.undefined, one));
      fn.value.dispose();
      return done;
    });
    if (!outcome.ok) return outcome;
    for (const name of script.names) this.#held.inRealm(own, name);
    if (object !== undefined && target !== undefined && values !== undefined) return this.#give(target.scope, object.name, values);
    return done;
  }

  /** The script ran to its end. */
  ran(script: PreparedScript): void {
    if (script.declaring !== undefined) taken.add(script);
  }

  /** The object that waits in the variable that is seen from the scope; a new one each time. */
  waiting(scope: ScriptScope, simple: SimpleExpression | undefined): Record<string, Primitive> | undefined {
    if (this.#realm.started || !this.#realm.usable || simple?.kind !== 'path' || simple.below.length > 0) return undefined;
    const object = this.#held.seen(openScopeOf(scope), simple.root)?.variable.waiting;
    return object === undefined ? undefined : { ...object };
  }

  #open(scope: ScriptScope): QuickjsScope | undefined {
    if (this.#realm.started || !this.#realm.usable || !this.#held.on) return undefined;
    const own = openScopeOf(scope);
    return own.deferred === undefined ? own : undefined;
  }

  #give(own: QuickjsScope, name: string, values: Readonly<Record<string, Primitive>>): ScriptOutcome {
    const outcome = this.#scopes.later(own, () => this.#scopes.encode({ [name]: values }), (made, v) => this.#realm.run('fill', made.handle, v));
    if (outcome.ok) this.#held.inRealm(own, name);
    const variable = own.variables.get(name);
    if (outcome.ok && variable !== undefined) variable.waiting = values;
    return outcome;
  }

  #values(own: QuickjsScope, object: PlainObject): Readonly<Record<string, Primitive>> | undefined {
    if (object.byName && this.#held.seen(own, 'Object') !== undefined) return undefined;
    const values: Record<string, Primitive> = {};
    for (const [key, expression] of object.entries) {
      const known = this.#simple.known(own, expression);
      if (known === undefined) return undefined;
      values[key] = known.value;
    }
    return values;
  }
}

function writable(scope: QuickjsScope, name: string): boolean {
  return !scope.readOnly && scope.deferred === undefined && !name.startsWith('__') && scope.variables.get(name)?.readOnly !== true;
}
