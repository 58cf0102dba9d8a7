import type { VxmlNode } from '../document/node.ts';
import type { DialogNode, VxmlDocument } from '../document/vxml-document.ts';
import type { CompiledGrammar } from './grammar-store.ts';

/** What a grammar is for: decides what a match does (App. C, process phase). */
export type Target =
  | { readonly kind: 'item'; readonly node: VxmlNode }
  /** `value` of the `<option>` becomes the field's. */
  | { readonly kind: 'option'; readonly node: VxmlNode; readonly value: string }
  /** A form-level grammar; the form may be another than the active one. */
  | { readonly kind: 'form'; readonly dialog: DialogNode; readonly document: VxmlDocument }
  | { readonly kind: 'choice'; readonly node: VxmlNode; readonly dialog: DialogNode; readonly document: VxmlDocument }
  | { readonly kind: 'link'; readonly node: VxmlNode }
  | { readonly kind: 'universal'; readonly event: 'help' | 'cancel' | 'exit' };

export interface ActiveGrammar {
  readonly grammar: CompiledGrammar;
  readonly target: Target;
  readonly weight: number;
}
