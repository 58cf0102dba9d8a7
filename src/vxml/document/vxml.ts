import { optional, text, uri, word, required } from './attribute.ts';
import { eventHandlers } from './content.ts';
import { defineElement } from './element-definition.ts';

/** §1.5.1 The document element. */
export const vxml = defineElement({
  tag: 'vxml',
  clause: 'VoiceXML 2.0 §1.5.1',
  attributes: { version: required(word('2.0', '2.1')), application: optional(uri), 'xsi:schemaLocation': optional(text) },
  content: [...eventHandlers, 'form', 'menu', 'link', 'meta', 'metadata', 'property', 'script', 'var', 'data'],
});
