import { optional, text, uri } from '../document/attribute.ts';
import { audioContent, eventHandlers } from '../document/content.ts';
import { defineElement, type NodeOf } from '../document/element-definition.ts';
import { childrenOf } from '../document/node.ts';
import { eventOf } from '../events/vxml-event.ts';
import { thrown } from '../fia/completion.ts';
import { runFilled } from '../fia/run-filled.ts';
import { fill } from '../scope/item-variable.ts';
import { fetchAttributes } from '../document/fetch-attributes.ts';
import { itemAttributes } from './attributes.ts';
import type { FormItem } from './form-item.ts';
import type { param } from './param.ts';

/** §2.3.5: platform-specific functions. */
export const object = defineElement({
  tag: 'object',
  clause: 'VoiceXML 2.0 §2.3.5',
  attributes: {
    ...itemAttributes, ...fetchAttributes, classid: optional(uri), codebase: optional(uri), codetype: optional(text), data: optional(uri), type: optional(text), archive: optional(text),
  },
  content: [...audioContent, ...eventHandlers, 'filled', 'param', 'prompt', 'property'],
});

/** The one object that this platform has: `<param name="event"/>` and further params go as an event to whoever started the dialog. */
const sendEvent = 'builtin:send-event';

export const objectItem: FormItem = {
  tag: 'object',
  input: true,
  prompts: true,
  async visit(item, frame) {
    const { session, dialog } = frame;
    const { classid } = (item.node as NodeOf<typeof object>).attributes;
    if (classid !== sendEvent || dialog === undefined) return thrown(eventOf('error.unsupported.objectname', `there is no object ${classid ?? ''}`, item.node.place));
    const values: { [name: string]: unknown } = {};
    for (const { attributes } of childrenOf(item.node, 'param') as readonly NodeOf<typeof param>[]) {
      const value = attributes.expr === undefined ? { ok: true as const, value: attributes.value as unknown } : session.scripts.evaluate(frame.scope, attributes.expr);
      if (!value.ok) return value.completion;
      values[attributes.name] = value.value;
    }
    const { event, ...rest } = values;
    session.send({ name: 'event', event: typeof event === 'string' ? event : 'dialog.user', values: rest });
    for (const other of dialog.items) other.justFilled = other === item;
    const filled = fill(session, dialog, item, true);
    return filled.ok ? runFilled(frame, dialog) : filled.completion;
  },
};
