import { expression, integer, names, optional, withDefault } from '../document/attribute.ts';
import { executableContent } from '../document/content.ts';
import { defineElement } from '../document/element-definition.ts';

/** §5.2.2: handles events; without `event` all of them. */
export const catchElement = defineElement({
  tag: 'catch',
  clause: 'VoiceXML 2.0 §5.2.2',
  attributes: { event: optional(names), count: withDefault(integer, 1), cond: optional(expression) },
  content: executableContent,
});
