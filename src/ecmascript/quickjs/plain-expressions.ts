import type { QuickJSHandle } from 'quickjs-emscripten';
import type { ScriptOutcome, ScriptScope } from '../ecmascript.ts';
import { decodeRealmValue } from '../host-value.ts';
import { anObject, needsRealm, simpleExpression, simpleTruth, simpleValue, type PathReader, type Primitive, type SimpleExpression, type SimplePath } from '../simple-expression.ts';
import type { HeldVariables } from './held-variables.ts';
import type { QuickjsScope } from './quickjs-scope.ts';
import { openScopeOf, type RealmScopes } from './realm-scopes.ts';
import { done, type Realm } from './realm.ts';

/** Works out the expressions that need no compiling: from what is held outside the realm, and from what the realm reads at single paths. */
export class PlainExpressions {
  readonly #realm: Realm;
  readonly #scopes: RealmScopes;
  readonly #held: HeldVariables;

  constructor(realm: Realm, scopes: RealmScopes) {
    this.#realm = realm;
    this.#scopes = scopes;
    this.#held = scopes.held;
  }

  /** Undefined, here and below: the expression must be compiled. */
  evaluate(scope: ScriptScope, expression: string): ScriptOutcome | undefined {
    const simple = simpleExpression(expression);
    return simple === undefined ? undefined : this.attempt(scope, (own) => {
      if (simple.kind !== 'path') return { ok: true, value: simpleValue(simple, this.#reader(own)) };
      const known = this.#known(own, simple);
      if (known !== undefined) return { ok: true, value: known.value };
      return this.#realm.enter(() => {
        const text = this.#readText(own, simple);
        if (text === 'x') throw needsRealm;
        const value = this.exported(text);
        if (text !== 'o') this.#held.learn(own, simple, value as Primitive);
        return { ok: true, value };
      });
    });
  }

  test(scope: ScriptScope, expression: string): ScriptOutcome | undefined {
    const simple = simpleExpression(expression);
    return simple === undefined ? undefined : this.attempt(scope, (own) => ({ ok: true, value: simpleTruth(simple, this.#reader(own)) }));
  }

  text(scope: ScriptScope, expression: string): ScriptOutcome | undefined {
    const simple = simpleExpression(expression);
    return simple === undefined ? undefined : this.attempt(scope, (own) => ({ ok: true, value: String(simpleValue(simple, this.#reader(own))) }));
  }

  /** Without compiling; undefined when the expression turns out to need the realm after all. */
  attempt(scope: ScriptScope, task: (own: QuickjsScope) => ScriptOutcome): ScriptOutcome | undefined {
    if (!this.#realm.usable) return this.#realm.enter(() => done);
    try {
      return task(openScopeOf(scope));
    } catch (reason) {
      if (reason === needsRealm) return undefined;
      if (reason instanceof FailedRead) return reason.outcome;
      throw reason;
    }
  }

  #reader(own: QuickjsScope): PathReader {
    return (path) => {
      const known = this.#known(own, path);
      if (known !== undefined) return known.value;
      let text = '';
      const outcome = this.#realm.enter(() => {
        text = this.#readText(own, path);
        return done;
      });
      if (!outcome.ok) throw new FailedRead(outcome);
      if (text === 'o' || text === 'x') return anObject;
      const value = decodeRealmValue(text) as Primitive;
      this.#held.learn(own, path, value);
      return value;
    };
  }

  /** What an expression comes to without asking the realm for anything. Undefined: it would have to be asked. */
  known(own: QuickjsScope, simple: SimpleExpression): { readonly value: Primitive } | undefined {
    try {
      return { value: simpleValue(simple, (path) => {
        const known = this.#known(own, path);
        if (known === undefined) throw needsRealm;
        return known.value;
      }) };
    } catch (reason) {
      if (reason === needsRealm) return undefined;
      throw reason;
    }
  }

  #known(own: QuickjsScope, path: SimplePath): { readonly value: Primitive } | undefined {
    return own.plainValue(path) ?? this.#held.read(own, path) ?? (this.#realm.started ? undefined : this.#missing(own, path));
  }

  /** A property that read-only data does not have. Before there is a realm, nothing authored has given one to all objects. */
  #missing(own: QuickjsScope, path: SimplePath): { readonly value: undefined } | undefined {
    const name = path.below.at(-1);
    if (name === undefined || name in Object.prototype) return undefined;
    const above = this.#held.dataAt(own, { ...path, below: path.below.slice(0, -1) });
    return above === undefined || Array.isArray(above) || Object.hasOwn(above, name) ? undefined : { value: undefined };
  }

  #readText(own: QuickjsScope, path: SimplePath): string {
    this.pay(own, path.root);
    this.#realm.reading = path;
    const text = this.#realm.named(path.text, (p) => this.#realm.string(this.#realm.call('read', this.#scopes.seen(own, path.text).handle, p)));
    this.#realm.reading = undefined;
    // The name is of no scope; it may be one of the language's own.
    if (text === 'm') throw needsRealm;
    return text;
  }

  /** The realm gets what it is owed before it is asked for a path that begins with `name`. */
  pay(from: QuickjsScope, name: string): void {
    if (this.#held.owes(from, name)) this.#scopes.settle();
  }

  /** What the realm's encoder wrote; an object waits there to be exported. */
  exported(text: string): unknown {
    if (text !== 'o' && text !== 'x') return decodeRealmValue(text);
    const flat = text === 'x' ? 'o' : this.#realm.string(this.#realm.call('flat'));
    return decodeRealmValue(flat === 'o' ? this.#realm.string(this.#realm.call('export')) : flat);
  }

  /** What a plain expression comes to. Undefined: what stands at its path is no primitive; the realm keeps it at hand. */
  primitive(own: QuickjsScope, simple: SimpleExpression): { readonly value: Primitive } | undefined {
    const read = this.#reader(own);
    if (simple.kind !== 'path') return { value: simpleValue(simple, read) };
    const value = read(simple);
    return value === anObject ? undefined : { value };
  }

  /** Puts a primitive, or what the realm keeps at hand, into a variable there. */
  put(operation: 'bind' | 'store', into: QuickjsScope, name: QuickJSHandle, known: { readonly value: Primitive } | undefined): ScriptOutcome {
    if (known !== undefined) return this.#realm.withPrimitive(known.value, (value) => this.#realm.run(operation, into.handle, name, value));
    return this.#realm.withNumber(1, (one) => this.#realm.run(operation, into.handle, name, this.#realm.vm.undefined, one));
  }
}

/** The outcome of a failed read, on its way out of an expression; never leaves this file. */
class FailedRead {
  readonly outcome: ScriptOutcome;

  constructor(outcome: ScriptOutcome) {
    this.outcome = outcome;
  }
}
