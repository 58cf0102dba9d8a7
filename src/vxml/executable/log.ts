import { expression, optional, text } from '../document/attribute.ts';
import { defineElement } from '../document/element-definition.ts';
import { normal } from '../fia/completion.ts';

/** §5.3.13 A message for whoever develops or debugs. */
export const log = defineElement({
  tag: 'log',
  clause: 'VoiceXML 2.0 §5.3.13',
  attributes: { label: optional(text), expr: optional(expression) },
  content: ['#text', 'value'],
  async execute(node, { session, scope }) {
    let message = '';
    for (const child of node.children) {
      if (child.kind === 'text') {
        message += child.text;
        continue;
      }
      const value = session.scripts.text(scope, (child.attributes as { expr: string }).expr);
      if (!value.ok) return value.completion;
      message += value.value;
    }
    if (node.attributes.expr !== undefined) {
      const value = session.scripts.text(scope, node.attributes.expr);
      if (!value.ok) return value.completion;
      message += value.value;
    }
    const line = message.replace(/\s+/g, ' ').trim();
    session.observe({ kind: 'log', label: node.attributes.label, text: line });
    session.send({ name: 'log', label: node.attributes.label, text: line });
    return normal;
  },
});
