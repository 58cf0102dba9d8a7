import { element } from './element.ts';

/** <assign>: gives a declared variable a new value (CCXML 1.0 §8.2.1). */
export const assign = element({
  tag: 'assign',
  section: '8.2.1',
  content: 'empty',
  attributes: { name: { kind: 'location', required: true }, expr: { kind: 'any', required: true } },
  execute: (node, run) => run.assign(node, node.attributes['name']?.text ?? '', node.attributes['expr']?.text ?? ''),
});
