import type { QuickJSHandle } from 'quickjs-emscripten';
import type { ScopeOptions, ScriptOutcome, ScriptScope } from '../ecmascript.ts';
import { encodeHostValue } from '../host-value.ts';
import { HeldVariables } from './held-variables.ts';
import { QuickjsScope } from './quickjs-scope.ts';
import { done, type Realm } from './realm.ts';
import { ScopeNames } from './scope-names.ts';

/** The scopes of one realm: made there when they are needed, by their own names visible once a text says one, and their variables given what is owed. */
export class RealmScopes {
  readonly root: QuickjsScope;
  readonly held = new HeldVariables();
  readonly #realm: Realm;
  readonly #open = new Set<QuickjsScope>();
  readonly #names = new ScopeNames();
  #next = 0;
  #naming = false;

  constructor(realm: Realm) {
    this.#realm = realm;
    this.root = this.#scope('root', undefined, {});
  }

  open(parent: ScriptScope, name: string, options: ScopeOptions): QuickjsScope {
    const scope = this.#scope(name, this.own(parent), options);
    scope.openedAt = this.held.round;
    if (scope.named) this.#names.add(name);
    if (scope.alias !== undefined) this.#names.add(scope.alias);
    return scope;
  }

  close(scope: ScriptScope): void {
    if (!(scope instanceof QuickjsScope) || scope.closed) return;
    // A function that was made while the scope was open may see its variables for longer.
    if (scope.openedAt !== this.held.round && this.held.owing.includes(scope)) this.#realm.guarded(() => this.settle(), undefined);
    this.held.closed(scope);
    if (this.#open.delete(scope) && scope.referenced) this.#realm.guarded(() => this.#realm.call('forget', scope.handle).dispose(), undefined);
    scope.close();
    if (scope.awaited && !this.#realm.started) this.#realm.later(0, () => {
      this.#open.delete(scope);
      scope.close();
      return done;
    });
  }

  /** Does to a scope what cannot fail in the realm, before anything else there; the text goes along. */
  later(scope: ScriptScope, encode: () => string, task: (own: QuickjsScope, text: QuickJSHandle) => ScriptOutcome): ScriptOutcome {
    if (!this.#realm.usable) return this.#realm.enter(() => done);
    const asked = openScopeOf(scope);
    if (this.#realm.started || asked.deferred !== undefined) return this.#realm.enter(() => this.#realm.named(encode(), (t) => task(this.own(asked), t)));
    const text = encode();
    asked.awaited = true;
    return this.#realm.later(text.length, () => this.#realm.named(text, (t) => task(asked, t)));
  }

  /** Lets everything go with the realm. */
  closeAll(): void {
    for (const scope of this.#open) scope.close();
  }

  /** Scopes are seen by their names from the first text on that says one, that can make names while it runs, or that can reach a scope otherwise. */
  notice(text: string): void {
    if (this.#naming || !(this.#names.concern(text) || HeldVariables.ends(text))) return;
    this.#realm.guarded(() => {
      for (const scope of this.#open) this.#name(scope);
    }, undefined);
    this.#naming = true;
    this.held.end();
  }

  /** The scope, made in the realm if it was put off so far. */
  own(scope: ScriptScope): QuickjsScope {
    const own = openScopeOf(scope);
    const { deferred } = own;
    if (deferred === undefined) return own;
    own.deferred = undefined;
    this.#realm.named(this.encode({ [deferred.variable]: deferred.value() }), (v) => this.#realm.run('fill', own.handle, v));
    this.held.inRealm(own, deferred.variable);
    return own;
  }

  /** The scope that `text` runs in: one that is put off, and that the text cannot see, is passed over. */
  seen(scope: ScriptScope, text: string): QuickjsScope {
    const own = openScopeOf(scope);
    return own.deferred === undefined || own.parent === undefined || own.concerns(text) ? this.own(own) : this.own(own.parent);
  }

  encode(value: unknown): string {
    return encodeHostValue(value, (scope) => {
      // What is referred to is looked up when the value gets there: it must be found as it is now.
      if (this.held.owing.length > 0) this.settle();
      const own = this.own(scope);
      if (!own.referenced) this.#refer(own);
      own.referenced = true;
      return own.number;
    });
  }

  /** The realm gets the values that it is owed. */
  settle(): void {
    for (const scope of this.held.owing) {
      this.#realm.named(encodeHostValue(this.held.owed(scope), noScope), (v) => this.#realm.run('fill', scope.handle, v));
      this.held.settled(scope);
    }
  }

  #refer(scope: QuickjsScope): void {
    const refer = (): ScriptOutcome => this.#realm.run('reference', scope.handle);
    if (this.#realm.started) refer();
    else this.#realm.later(0, refer);
  }

  #scope(name: string, parent: QuickjsScope | undefined, options: ScopeOptions): QuickjsScope {
    return new QuickjsScope(name, parent, options, this.#next++, (scope) => this.#make(scope));
  }

  #make(scope: QuickjsScope): QuickJSHandle {
    const { vm } = this.#realm;
    const above = scope.parent === undefined ? vm.undefined : scope.parent.handle;
    const args = [vm.newNumber(scope.number), vm.newString(scope.name), vm.newNumber(scope.readOnly ? 1 : 0)];
    const handle = this.#realm.must(vm.callFunction(this.#realm.fetchFunction('open'), vm.undefined, [above, ...args]));
    for (const arg of args) arg.dispose();
    this.#open.add(scope);
    if (this.#naming) this.#name(scope, handle);
    return handle;
  }

  /** Makes the scope visible under its own name. */
  #name(scope: QuickjsScope, handle = scope.handle): void {
    if (!scope.named) return;
    const { vm } = this.#realm;
    const alias = scope.alias === undefined ? vm.undefined : vm.newString(scope.alias);
    this.#realm.call('name', handle, alias).dispose();
    alias.dispose();
  }
}

/** Primitives refer to no scope. */
const noScope = (): number => 0;

export function openScopeOf(scope: ScriptScope): QuickjsScope {
  if (!(scope instanceof QuickjsScope) || scope.closed) throw new Error(`the scope ${scope.name} is closed or of another context`);
  return scope;
}
