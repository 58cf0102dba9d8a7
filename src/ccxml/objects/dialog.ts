import type { DialogId, SessionId } from '../../kernel/ids.ts';

/** A dialog as the host keeps it (CCXML 1.0 §7). */
export interface Dialog {
  readonly kind: 'dialog';
  readonly id: DialogId;
  owner: SessionId;
  state: 'preparing' | 'prepared' | 'starting' | 'started' | 'terminating' | 'over';
  /** The endpoint it was started on. */
  connection: string | undefined;
  conference: string | undefined;
  direction: string;
  /** Given when it was prepared: the dialog gets them when it starts. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export function dialogProperties(dialog: Dialog): Record<string, unknown> {
  return { dialogid: dialog.id, connectionid: dialog.connection, conferenceid: dialog.conference, objecttype: 'dialog' };
}

/** The object of a dialog that has just been asked for. */
export function newDialog(id: DialogId): Record<string, unknown> {
  return { dialogid: id, connectionid: undefined, conferenceid: undefined, input: undefined, outputs: [], objecttype: 'dialog' };
}
