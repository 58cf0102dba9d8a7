import { names, optional } from '../document/attribute.ts';
import { defineElement } from '../document/element-definition.ts';
import { normal } from '../fia/completion.ts';
import { itemNamed, type ItemState } from '../fia/dialog-state.ts';
import { empty } from '../scope/item-variable.ts';
import { semantic } from '../events/vxml-event.ts';
import { thrown } from '../fia/completion.ts';

/** §5.3.3 Resets variables; of form items also prompt and event counters. Without namelist all form items of the form. */
export const clear = defineElement({
  tag: 'clear',
  clause: 'VoiceXML 2.0 §5.3.3',
  attributes: { namelist: optional(names) },
  content: [],
  async execute({ attributes: { namelist }, place }, { session, scope, dialog }) {
    if (namelist === undefined) {
      for (const item of dialog?.items ?? []) {
        reset(item);
        if (dialog !== undefined) empty(session, dialog, item);
      }
      return normal;
    }
    for (const name of namelist) {
      const declared = session.scripts.evaluate(scope, name);
      if (!declared.ok) return declared.completion.kind === 'throw' ? thrown(semantic(`<clear> of ${name}, which is not declared`, place)) : declared.completion;
      const cleared = session.scripts.assign(scope, name, 'undefined');
      if (!cleared.ok) return cleared.completion;
      const item = dialog === undefined ? undefined : itemNamed(dialog, name.replace(/^dialog\./, ''));
      if (item !== undefined) reset(item);
    }
    return normal;
  },
});

function reset(item: ItemState): void {
  item.hidden = undefined;
  item.promptCounter = 1;
  // §5.2.2: the counters of a menu are those of a dialog, which <clear> leaves alone.
  if (item.node.tag !== 'menu') item.eventCounters.clear();
  item.justFilled = false;
}
