import { blockItem } from './block.ts';
import { fieldItem } from './field.ts';
import type { FormItem } from './form-item.ts';
import { initialItem } from './initial.ts';
import { menuItem } from './menu-item.ts';
import { objectItem } from './object.ts';
import { recordItem } from './record.ts';
import { subdialogItem } from './subdialog.ts';
import { transferItem } from './transfer.ts';

/** The kinds of form items by tag. */
export const formItemRegistry: ReadonlyMap<string, FormItem> = new Map(
  [blockItem, fieldItem, initialItem, menuItem, objectItem, recordItem, subdialogItem, transferItem].map((i) => [i.tag, i]),
);
