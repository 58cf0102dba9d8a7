import { expression, required } from '../document/attribute.ts';
import { defineElement } from '../document/element-definition.ts';

/** §5.3.4: a mark within `<if>`, which reads it. */
export const elseif = defineElement({ tag: 'elseif', clause: 'VoiceXML 2.0 §5.3.4', attributes: { cond: required(expression) }, content: [] });
