import { ScriptReference } from '../ecmascript.ts';
import type { Primitive, SimplePath } from '../simple-expression.ts';
import { elsewhere, isPrimitive, plainDown, type QuickjsScope } from './quickjs-scope.ts';

/** A variable of a scope, as far as it is known outside the realm. */
export interface HeldVariable {
  /** Authored assignments are refused, by the realm. */
  readonly readOnly: boolean;
  /** Its value as of the round `seen`; 0 when it is not known. */
  value: Primitive;
  seen: number;
  /** The realm does not have the value yet. */
  owed: boolean;
  /** What stands below it, by the path's text, while `looked` is the current state of the realm's objects. */
  below: Map<string, Primitive> | undefined;
  looked: number;
  /** The plain data that the realm shows as a read-only object, while nothing of such data changed since `shown`; as of the round `seen`. */
  data: object | undefined;
  shown: number;
  /** The plain object that waits for the realm to be made, as it is until then. */
  waiting: Readonly<Record<string, Primitive>> | undefined;
}

function fresh(readOnly: boolean): HeldVariable {
  return { readOnly, value: undefined, seen: 0, owed: false, below: undefined, looked: 0, data: undefined, shown: 0, waiting: undefined };
}

/** Longer texts are the realm's, whose memory is counted. */
const maxHeldLength = 2048;

/** Text that can change variables, or run code, in ways that reading the texts that do so would not show: scopes as `this`, accessors, proxies. */
const unforeseen = /\bthis\b|\bdelete\b|\bget\b|\bset\b|\bdefine|Define|Proxy|Reflect|create|__/;
const texts = new Map<string, boolean>();

/**
 * The primitives in the variables of one context's scopes, held outside the realm: most of what a page does is to set and test
 * plain variables, and each step into the realm costs as much as dozens of those. What is written here the realm is owed, and gets
 * before anything authored runs in it; after that what such code can assign to is read anew. Held only as long as scopes cannot be reached but by the names of
 * their variables.
 */
export class HeldVariables {
  readonly #owing = new Set<QuickjsScope>();
  #assigned: ReadonlySet<string> = new Set();
  #on = true;
  #round = 1;
  #objects = 1;
  #data = 1;

  get on(): boolean {
    return this.#on;
  }

  /** How often authored code ran, counted from 1. */
  get round(): number {
    return this.#round;
  }

  /** Scopes with values that the realm does not have. */
  get owing(): readonly QuickjsScope[] {
    return [...this.#owing];
  }

  /** Whether a text takes away the ground that this stands on. */
  static ends(text: string): boolean {
    const known = texts.get(text);
    if (known !== undefined) return known;
    const ends = unforeseen.test(text);
    if (texts.size > 20_000) texts.clear();
    if (text.length < 4096) texts.set(text, ends);
    return ends;
  }

  /** Nothing more is held from now on; what is owed stays so until the realm is next asked for anything. */
  end(): void {
    this.#on = false;
  }

  /** Authored code ran: the variables that it can assign to may have any value, objects any content. */
  forget(assigned: ReadonlySet<string>): void {
    this.#assigned = assigned;
    this.#round += 1;
    this.#objects += 1;
  }

  /** Some object of the realm was changed. */
  objectsChanged(): void {
    this.#objects += 1;
  }

  /** Some read-only data was changed. */
  dataChanged(): void {
    this.#objects += 1;
    this.#data += 1;
  }

  /** The realm holds the variable. `data`: it is a read-only object made of this. */
  inRealm(scope: QuickjsScope, name: string, readOnly = false, data?: object): void {
    if (!this.#on) return;
    const variable = fresh(readOnly);
    if (data !== undefined) this.#show(variable, data);
    scope.variables.set(name, variable);
  }

  /** The variable that is seen from the scope, and its own. */
  seen(from: QuickjsScope, name: string): { readonly scope: QuickjsScope; readonly variable: HeldVariable } | undefined {
    return this.#on ? this.#find(from, name) : undefined;
  }

  removed(scope: QuickjsScope, name: string): void {
    scope.variables.delete(name);
  }

  closed(scope: QuickjsScope): void {
    this.#owing.delete(scope);
  }

  /** Declares in the scope itself. False: that is the realm's to do. */
  declare(scope: QuickjsScope, name: string, value: Primitive): boolean {
    if (!this.#holds(value) || scope.readOnly || scope.deferred !== undefined || name.startsWith('__')) return false;
    const known = scope.variables.get(name);
    if (known?.readOnly === true) return false;
    const variable = known ?? fresh(false);
    if (known === undefined) scope.variables.set(name, variable);
    this.#write(variable, value);
    this.#owing.add(scope);
    return true;
  }

  /** Assigns to the variable that is seen from the scope. False: that is the realm's to do. */
  assign(from: QuickjsScope, name: string, value: Primitive): boolean {
    if (!this.#holds(value)) return false;
    const found = this.#find(from, name);
    if (found === undefined || found.scope.readOnly || found.variable.readOnly) return false;
    this.#write(found.variable, value);
    this.#owing.add(found.scope);
    return true;
  }

  /** The value at a path, if it is known here. */
  read(from: QuickjsScope, path: SimplePath): { readonly value: Primitive } | undefined {
    if (!this.#on) return undefined;
    const variable = this.#find(from, path.root)?.variable;
    if (variable === undefined) return undefined;
    if (path.below.length === 0) return variable.data === undefined && this.#current(variable, path.root) ? variable : undefined;
    const data = this.#dataOf(variable, path.root);
    const plain = data === undefined ? elsewhere : plainDown(data, path.below);
    if (isPrimitive(plain)) return { value: plain };
    if (variable.looked !== this.#objects || variable.below?.has(path.text) !== true) return undefined;
    return { value: variable.below.get(path.text) };
  }

  /** What the realm answered for a path. */
  learn(from: QuickjsScope, path: SimplePath, value: Primitive): void {
    if (!this.#on || (typeof value === 'string' && value.length > maxHeldLength)) return;
    const variable = this.#find(from, path.root)?.variable;
    if (variable === undefined) return;
    if (path.below.length === 0) {
      variable.data = undefined;
      variable.value = value;
      variable.seen = this.#round;
      return;
    }
    if (variable.looked !== this.#objects) variable.below = undefined;
    variable.looked = this.#objects;
    (variable.below ??= new Map()).set(path.text, value);
  }

  /** The read-only data at a path, if it is an object that is known here. */
  dataAt(from: QuickjsScope, path: SimplePath): object | undefined {
    const variable = this.#on ? this.#find(from, path.root)?.variable : undefined;
    const data = variable === undefined ? undefined : this.#dataOf(variable, path.root);
    const at = data === undefined ? undefined : plainDown(data, path.below);
    return typeof at === 'object' && at !== null && !(at instanceof Date) && !(at instanceof ScriptReference) ? at : undefined;
  }

  /** The realm was given another value for a variable. `data`: it is a read-only object made of this. */
  stored(from: QuickjsScope, name: string, data?: object): void {
    const variable = this.#find(from, name)?.variable;
    if (variable === undefined) return;
    Object.assign(variable, fresh(variable.readOnly));
    if (data !== undefined) this.#show(variable, data);
  }

  /** Whether the realm lacks a value that a path which begins with `name` may lead to. */
  owes(from: QuickjsScope, name: string): boolean {
    return this.#owing.size > 0 && (!this.#on || this.#find(from, name)?.variable.owed === true);
  }

  /** The values that the realm is owed in a scope, by name. */
  owed(scope: QuickjsScope): Readonly<Record<string, Primitive>> {
    const values: Record<string, Primitive> = {};
    for (const [name, variable] of scope.variables) if (variable.owed) values[name] = variable.value;
    return values;
  }

  /** The realm was given what it was owed. */
  settled(scope: QuickjsScope): void {
    this.#owing.delete(scope);
    for (const variable of scope.variables.values()) variable.owed = false;
  }

  #holds(value: Primitive): boolean {
    return this.#on && (typeof value !== 'string' || value.length <= maxHeldLength);
  }

  #write(variable: HeldVariable, value: Primitive): void {
    variable.value = value;
    variable.seen = this.#round;
    variable.owed = true;
    variable.below = undefined;
    variable.data = undefined;
    variable.waiting = undefined;
  }

  #show(variable: HeldVariable, data: object): void {
    variable.data = data;
    variable.shown = this.#data;
    variable.seen = this.#round;
  }

  #dataOf(variable: HeldVariable, name: string): object | undefined {
    return variable.data !== undefined && variable.shown === this.#data && (variable.readOnly || this.#current(variable, name)) ? variable.data : undefined;
  }

  #current(variable: HeldVariable, name: string): boolean {
    return variable.seen === this.#round || (variable.seen !== 0 && !this.#assigned.has(name));
  }

  #find(from: QuickjsScope, name: string): { readonly scope: QuickjsScope; readonly variable: HeldVariable } | undefined {
    for (let scope: QuickjsScope | undefined = from; scope !== undefined; scope = scope.parent) {
      if (scope.deferred?.variable === name) return undefined;
      const variable = scope.variables.get(name);
      if (variable !== undefined) return { scope, variable };
    }
    return undefined;
  }
}
