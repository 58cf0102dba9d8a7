import { defineElement } from '../document/element-definition.ts';

/** §5.3.4: a mark within `<if>`, which reads it. */
export const elseElement = defineElement({ tag: 'else', clause: 'VoiceXML 2.0 §5.3.4', attributes: {}, content: [] });
