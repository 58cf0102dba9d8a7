import type { ScriptScope } from '../../ecmascript/ecmascript.ts';
import type { LoadedDocument } from '../document/loaded-document.ts';
import type { VxmlContent } from '../document/node.ts';
import type { Completion } from '../fia/completion.ts';
import type { DialogState, ItemState } from '../fia/dialog-state.ts';
import type { DocumentContext } from '../scope/document-context.ts';
import type { Session } from './session.ts';

/** Where executable content runs: the session, the active document, the dialog and the form item if there are, and the innermost scope. */
export interface Frame {
  readonly session: Session;
  readonly context: DocumentContext;
  /** Absent while a document is initialised. */
  readonly dialog: DialogState | undefined;
  /** The form item (or menu) being visited. */
  readonly item: ItemState | undefined;
  readonly scope: ScriptScope;
  /** Nesting of executable content. */
  readonly depth: number;
  /** Runs content in this frame. */
  readonly execute: (content: readonly VxmlContent[], frame: Frame) => Promise<Completion>;
  /** Runs a dialog in a context of its own and comes back with `return`, `exit`, `ended`, or `throw` when it cannot be entered (§2.3.4). */
  readonly call: (session: Session, call: SubdialogCall) => Promise<Completion>;
}

export interface SubdialogCall {
  readonly document: LoadedDocument;
  readonly dialog: string | undefined;
  /** Name → where `Scripts.keep` holds the value. */
  readonly parameters: ReadonlyMap<string, string>;
}
