import type { ScriptScope } from '../../ecmascript/ecmascript.ts';
import type { DialogNode } from '../document/vxml-document.ts';
import type { VxmlNode } from '../document/node.ts';
import type { FormItem } from '../form-items/form-item.ts';

/** A form item during one run of its form. */
export interface ItemState {
  readonly node: VxmlNode;
  readonly behaviour: FormItem;
  /** The form item variable; undefined for an item without name, whose value stands in `hidden`. */
  readonly name: string | undefined;
  /** The value of an item without a name; undefined: not yet visited. */
  hidden: unknown;
  /** §4.1.6, starts at 1. */
  promptCounter: number;
  /** §5.2.2: per event name and prefix. */
  readonly eventCounters: Map<string, number>;
  justFilled: boolean;
}

/** One run of a form or menu. */
export interface DialogState {
  readonly node: DialogNode;
  readonly scope: ScriptScope;
  readonly items: readonly ItemState[];
  readonly eventCounters: Map<string, number>;
  /** `<goto nextitem>` asked for it. */
  nextItem: string | undefined;
  /** The last iteration ended with a catch: prompts are queued again only after `<reprompt>` (App. C). */
  caught: boolean;
  reprompt: boolean;
}

export function itemNamed(dialog: DialogState, name: string): ItemState | undefined {
  return dialog.items.find((i) => i.name === name);
}
