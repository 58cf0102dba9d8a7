import { expression, required, text } from '../document/attribute.ts';
import { defineElement } from '../document/element-definition.ts';
import { normal } from '../fia/completion.ts';

/** §5.3.2 Gives a declared variable a value; an undeclared one is error.semantic. */
export const assign = defineElement({
  tag: 'assign',
  clause: 'VoiceXML 2.0 §5.3.2',
  attributes: { name: required(text), expr: required(expression) },
  content: [],
  async execute({ attributes: { name, expr } }, { session, scope }) {
    const assigned = session.scripts.assign(scope, name.trim(), expr);
    return assigned.ok ? normal : assigned.completion;
  },
});
