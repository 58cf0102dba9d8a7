import { element } from './element.ts';

/** <elseif>: a marker inside `<if>`, which runs it (CCXML 1.0 §6.2.5). */
export const elseif = element({ tag: 'elseif', section: '6.2.5', content: 'empty', attributes: { cond: { kind: 'condition', required: true } } });
