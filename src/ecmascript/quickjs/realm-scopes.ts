import type { ScopeOptions, ScriptScope } from '../ecmascript.ts';
import { encodeHostValue } from '../host-value.ts';
import { HeldVariables } from './held-variables.ts';
import { QuickjsScope } from './quickjs-scope.ts';
import type { Realm } from './realm.ts';
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
    this.root = this.#make(new QuickjsScope('root', undefined));
  }

  open(parent: ScriptScope, name: string, options: ScopeOptions): QuickjsScope {
    const scope = new QuickjsScope(name, this.own(parent), options);
    scope.openedAt = this.held.round;
    if (scope.named) this.#names.add(name);
    return options.deferred === undefined ? this.#make(scope) : scope;
  }

  close(scope: ScriptScope): void {
    if (!(scope instanceof QuickjsScope) || scope.closed) return;
    // A function that was made while the scope was open may see its variables for longer.
    if (scope.openedAt !== this.held.round && this.held.owing.includes(scope)) this.#realm.guarded(() => this.settle(), undefined);
    this.held.closed(scope);
    if (this.#open.delete(scope) && scope.referenced) this.#realm.guarded(() => this.#realm.call('forget', scope.handle).dispose(), undefined);
    scope.close();
  }

  /** Lets everything go with the realm. */
  closeAll(): void {
    for (const scope of this.#open) scope.close();
  }

  /** Scopes are seen by their names from the first text on that says one, or that can make names while it runs. */
  notice(text: string): void {
    if (this.#naming) return;
    if (this.#names.concern(text)) {
      this.#naming = true;
      this.#realm.guarded(() => {
        for (const scope of this.#open) if (scope.named) this.#realm.call('name', scope.handle).dispose();
      }, undefined);
    }
    if (this.held.on && (this.#naming || HeldVariables.ends(text))) this.held.end();
  }

  /** The scope, made in the realm if it was put off so far. */
  own(scope: ScriptScope): QuickjsScope {
    const own = openScopeOf(scope);
    const { deferred } = own;
    if (deferred === undefined) return own;
    this.#make(own);
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
      this.settle();
      const own = this.own(scope);
      if (!own.referenced) this.#realm.call('reference', own.handle).dispose();
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

  #make(scope: QuickjsScope): QuickjsScope {
    const number = this.#next++;
    const { vm } = this.#realm;
    const args = [vm.newNumber(number), vm.newString(scope.name), vm.newNumber(scope.readOnly ? 1 : 0)];
    const result = vm.callFunction(this.#realm.fetchFunction('open'), vm.undefined, [scope.parent === undefined ? vm.undefined : this.own(scope.parent).handle, ...args]);
    for (const arg of args) arg.dispose();
    scope.make(number, this.#realm.must(result));
    this.#open.add(scope);
    if (this.#naming && scope.named) this.#realm.must(vm.callFunction(this.#realm.fetchFunction('name'), vm.undefined, [scope.handle])).dispose();
    return scope;
  }
}

/** Primitives refer to no scope. */
const noScope = (): number => 0;

export function openScopeOf(scope: ScriptScope): QuickjsScope {
  if (!(scope instanceof QuickjsScope) || scope.closed) throw new Error(`the scope ${scope.name} is closed or of another context`);
  return scope;
}
