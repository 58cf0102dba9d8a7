import { names, optional } from '../document/attribute.ts';
import { defineElement, exactlyOne } from '../document/element-definition.ts';
import { eventAttributes } from '../document/fetch-attributes.ts';
import { eventNamed } from '../events/event-named.ts';
import { semantic } from '../events/vxml-event.ts';
import { thrown } from '../fia/completion.ts';

/** §5.3.10: back to the dialog that called this subdialog, with values or with an event for it. */
export const returnElement = defineElement({
  tag: 'return',
  clause: 'VoiceXML 2.0 §5.3.10',
  attributes: { ...eventAttributes, namelist: optional(names) },
  content: [],
  check: ({ attributes }) => exactlyOne(attributes, ['event', 'eventexpr', 'namelist'], true) ?? exactlyOne(attributes, ['message', 'messageexpr'], true),
  async execute(node, { session, scope, context }) {
    const { attributes, place } = node;
    if (!context.subdialog) return thrown(semantic('<return> outside of a subdialog', place));
    if (attributes.event !== undefined || attributes.eventexpr !== undefined) {
      const event = eventNamed(session.scripts, scope, attributes, place);
      return event.ok ? { kind: 'return', result: { kind: 'event', event: event.value } } : event.completion;
    }
    const result = session.scripts.keep(scope, '({})');
    if (!result.ok) return result.completion;
    for (const name of attributes.namelist ?? []) {
      const property = name.split('.').pop() as string;
      const kept = session.scripts.assign(scope, `${result.value}.${property}`, name);
      if (!kept.ok) return kept.completion;
    }
    return { kind: 'return', result: { kind: 'values', variable: result.value } };
  },
});
