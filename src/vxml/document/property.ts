import { required, text } from './attribute.ts';
import { defineElement } from './element-definition.ts';

/** §6.3 A platform setting for the element it stands in. */
export const property = defineElement({
  tag: 'property',
  clause: 'VoiceXML 2.0 §6.3',
  attributes: { name: required(text), value: required(text) },
  content: [],
});
