import { optional, text, required } from './attribute.ts';
import { defineElement, exactlyOne } from './element-definition.ts';

/** §6.2.1 */
export const meta = defineElement({
  tag: 'meta',
  clause: 'VoiceXML 2.0 §6.2.1',
  attributes: { name: optional(text), content: required(text), 'http-equiv': optional(text), scheme: optional(text) },
  content: [],
  check: (node) => exactlyOne(node.attributes, ['name', 'http-equiv']),
});
