import type { ScriptContext } from '../../ecmascript/ecmascript.ts';
import type { ObjectKind, ObjectPatch, SessionStart } from './session-protocol.ts';

/**
 * The read-only variable `session` (CCXML 1.0 §8.3) and the objects below it (§7.3, §10.2, §10.3): live, so that a reference a page
 * keeps shows every change.
 */
export class SessionObjects {
  readonly #context: ScriptContext;
  /** Objects the realm was not shown yet; undefined once it is shown everything as it happens. */
  #unseen: Map<string, { readonly kind: ObjectKind; readonly id: string }> | undefined = new Map();
  readonly #known: Record<ObjectKind, Map<string, Record<string, unknown>>> = { connections: new Map(), dialogs: new Map(), conferences: new Map() };

  constructor(context: ScriptContext, start: SessionStart) {
    this.#context = context;
    context.setReadOnly(context.root, 'session', {
      id: start.session,
      uri: start.uri,
      startupmode: start.startupMode,
      parentid: start.parent,
      values: start.values,
      ioprocessors: start.ioProcessors,
      connections: {},
      dialogs: {},
      conferences: {},
    });
  }

  get count(): number {
    return this.#known.connections.size + this.#known.dialogs.size + this.#known.conferences.size;
  }

  has(kind: ObjectKind, id: string): boolean {
    return this.#known[kind].has(id);
  }

  /** A stand-in for the live object, for `event$.connection` and its like. */
  reference(kind: ObjectKind, id: string): unknown {
    return this.#unseen === undefined && this.#known[kind].has(id) ? this.#context.reference(this.#context.root, 'session', [kind, id]) : undefined;
  }

  /** From now on a page may look at the objects: the realm is shown them, and every change. */
  show(): void {
    const unseen = this.#unseen;
    this.#unseen = undefined;
    for (const { kind, id } of unseen?.values() ?? []) {
      const object = this.#known[kind].get(id);
      if (object !== undefined) this.#context.patchReadOnly(this.#context.root, 'session', [kind, id], object);
    }
  }

  apply(patch: ObjectPatch): void {
    if (patch.remove === 'now') {
      this.remove(patch.kind, patch.id);
      return;
    }
    if (patch.set === undefined) return;
    const known = this.#known[patch.kind].get(patch.id);
    if (this.#unseen !== undefined) {
      this.#known[patch.kind].set(patch.id, { ...known, ...patch.set });
      this.#unseen.set(`${patch.kind} ${patch.id}`, patch);
      return;
    }
    if (known === undefined) {
      this.#known[patch.kind].set(patch.id, { ...patch.set });
      this.#context.patchReadOnly(this.#context.root, 'session', [patch.kind, patch.id], patch.set);
      return;
    }
    for (const [property, value] of Object.entries(patch.set)) {
      if (same(known[property], value)) continue;
      known[property] = value;
      this.#context.patchReadOnly(this.#context.root, 'session', [patch.kind, patch.id, property], value);
    }
  }

  remove(kind: ObjectKind, id: string): void {
    this.#unseen?.delete(`${kind} ${id}`);
    if (this.#known[kind].delete(id) && this.#unseen === undefined) this.#context.removeReadOnly(this.#context.root, 'session', [kind, id]);
  }

  /** Plain copy, for messages and tests. */
  get(kind: ObjectKind, id: string): Readonly<Record<string, unknown>> | undefined {
    return this.#known[kind].get(id);
  }
}

function same(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null && JSON.stringify(a) === JSON.stringify(b));
}
