import { expression, integer, optional, withDefault } from '../document/attribute.ts';
import { executableContent } from '../document/content.ts';
import { defineElement } from '../document/element-definition.ts';

/** §5.2.3: short for `<catch event="noinput">`. */
export const noinput = defineElement({
  tag: 'noinput',
  clause: 'VoiceXML 2.0 §5.2.3',
  attributes: { count: withDefault(integer, 1), cond: optional(expression) },
  content: executableContent,
});
