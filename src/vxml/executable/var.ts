import { expression, optional, required, text } from '../document/attribute.ts';
import { defineElement } from '../document/element-definition.ts';
import { normal } from '../fia/completion.ts';

/** §5.3.1 Declares a variable in the scope it stands in. */
export const varElement = defineElement({
  tag: 'var',
  clause: 'VoiceXML 2.0 §5.3.1',
  attributes: { name: required(text), expr: optional(expression) },
  content: [],
  async execute({ attributes: { name, expr } }, { session, scope }) {
    const declared = session.scripts.variable(scope, name, expr);
    return declared.ok ? normal : declared.completion;
  },
});
