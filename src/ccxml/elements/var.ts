import { element } from './element.ts';

/** <var>: declares a variable in the scope it stands in (CCXML 1.0 §8.2.2). */
export const variable = element({
  tag: 'var',
  section: '8.2.2',
  content: 'empty',
  attributes: { name: { kind: 'literal', required: true }, expr: { kind: 'any' } },
  execute: (node, run) => run.declare(node, node.attributes['name']?.text ?? '', node.attributes['expr']?.text),
});
