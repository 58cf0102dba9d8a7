import { expression, optional, required, text, withDefault, word } from '../document/attribute.ts';
import { defineElement, exactlyOne } from '../document/element-definition.ts';

/** §6.4: a value for a subdialog or an object. */
export const param = defineElement({
  tag: 'param',
  clause: 'VoiceXML 2.0 §6.4',
  attributes: { name: required(text), expr: optional(expression), value: optional(text), valuetype: withDefault(word('data', 'ref'), 'data'), type: optional(text) },
  content: [],
  check: ({ attributes }) => exactlyOne(attributes, ['expr', 'value']),
});
