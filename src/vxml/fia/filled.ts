import { names, optional, word } from '../document/attribute.ts';
import { executableContent } from '../document/content.ts';
import { defineElement } from '../document/element-definition.ts';

/** §2.4: what is done when input items get their values. */
export const filled = defineElement({
  tag: 'filled',
  clause: 'VoiceXML 2.0 §2.4',
  attributes: { mode: optional(word('any', 'all')), namelist: optional(names) },
  content: executableContent,
});
