import { defineElement, exactlyOne } from '../document/element-definition.ts';
import { eventAttributes } from '../document/fetch-attributes.ts';
import { eventNamed } from '../events/event-named.ts';
import { thrown } from '../fia/completion.ts';

/** §5.2.1 */
export const throwElement = defineElement({
  tag: 'throw',
  clause: 'VoiceXML 2.0 §5.2.1',
  attributes: eventAttributes,
  content: [],
  check: ({ attributes }) => exactlyOne(attributes, ['event', 'eventexpr']) ?? exactlyOne(attributes, ['message', 'messageexpr'], true),
  async execute(node, { session, scope }) {
    const event = eventNamed(session.scripts, scope, node.attributes, node.place);
    return event.ok ? thrown(event.value) : event.completion;
  },
});
