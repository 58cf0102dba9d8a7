import type { VxmlEvent } from '../events/vxml-event.ts';
import type { ExitValues } from '../session/exit-values.ts';
import type { LoadedDocument } from '../document/loaded-document.ts';
import type { Recognition } from '../recognition/recognition.ts';
import type { DialogState, ItemState } from './dialog-state.ts';

/** How executable content ended. Control flow travels only in these records; exceptions are bugs. */
export type Completion =
  | { readonly kind: 'normal' }
  /** `from`: whose handlers and counters are asked, where it is not the item being visited. */
  | { readonly kind: 'throw'; readonly event: VxmlEvent; readonly from?: ItemState | 'dialog' }
  /** `<goto nextitem>` */
  | { readonly kind: 'nextitem'; readonly name: string }
  | { readonly kind: 'transition'; readonly to: Transition }
  | { readonly kind: 'exit'; readonly values: ExitValues }
  | { readonly kind: 'return'; readonly result: SubdialogResult }
  /** The session is over for a reason of its own (terminated from outside, or a limit): everything unwinds. */
  | { readonly kind: 'ended' };

/** Control goes to a dialog, of this document or of one that is already fetched. */
export interface Transition {
  /** Absent: the dialog is in the active document, or in `root`. */
  readonly document?: LoadedDocument;
  /** Absent: the first dialog. */
  readonly dialog?: string;
  /** By `<submit>`: a root document that is reached so starts afresh (§1.5.2). */
  readonly bySubmit: boolean;
  /** A recognition that the dialog gets instead of a first wait: its grammar matched while another dialog was active (App. C). */
  readonly carried?: CarriedInput;
}

/** An input that a form-level grammar of another dialog matched. */
export interface CarriedInput {
  readonly dialog: DialogState['node'];
  readonly recognition: Recognition;
}

export type SubdialogResult =
  | { readonly kind: 'values'; readonly variable: string }
  | { readonly kind: 'event'; readonly event: VxmlEvent };

export const normal: Completion = { kind: 'normal' };
export const ended: Completion = { kind: 'ended' };
export const thrown = (event: VxmlEvent): Completion => ({ kind: 'throw', event });
