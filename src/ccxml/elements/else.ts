import { element } from './element.ts';

/** <else>: a marker inside `<if>`, which runs it (CCXML 1.0 §6.2.6). */
export const elseElement = element({ tag: 'else', section: '6.2.6', content: 'empty', attributes: {} });
