import type { DialogState, ItemState } from '../fia/dialog-state.ts';
import type { Session } from '../session/session.ts';
import type { Evaluated } from './scripts.ts';

/** True when the form item variable has a value: the item is not selected again (§2.1.6.1). */
export function isFilled(session: Session, dialog: DialogState, item: ItemState): Evaluated<boolean> {
  if (item.name === undefined) return { ok: true, value: item.hidden !== undefined };
  return session.scripts.test(dialog.scope, `${item.name} !== undefined`);
}

export function fill(session: Session, dialog: DialogState, item: ItemState, value: unknown): Evaluated<undefined> {
  item.hidden = value ?? true;
  if (item.name === undefined) return { ok: true, value: undefined };
  return session.scripts.set(dialog.scope, item.name, value);
}

export function empty(session: Session, dialog: DialogState, item: ItemState): Evaluated<undefined> {
  item.hidden = undefined;
  if (item.name === undefined) return { ok: true, value: undefined };
  return session.scripts.set(dialog.scope, item.name, undefined);
}

/** The shadow variable `name$` (§2.3). */
export function setShadow(session: Session, dialog: DialogState, item: ItemState, value: Readonly<{ [name: string]: unknown }>): Evaluated<undefined> {
  if (item.name === undefined) return { ok: true, value: undefined };
  return session.scripts.set(dialog.scope, `${item.name}$`, value);
}
