import { keys, optional, text, withDefault, word } from '../document/attribute.ts';
import { defineElement } from '../document/element-definition.ts';

/** §2.3.1.3 */
export const option = defineElement({
  tag: 'option',
  clause: 'VoiceXML 2.0 §2.3.1.3',
  attributes: { dtmf: optional(keys), accept: withDefault(word('exact', 'approximate'), 'exact'), value: optional(text) },
  content: ['#text'],
});
