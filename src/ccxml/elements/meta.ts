import { element } from './element.ts';

/** <meta>: a fact about the document (CCXML 1.0 §6.2.2). */
export const meta = element({
  tag: 'meta',
  section: '6.2.2',
  content: 'empty',
  attributes: { name: { kind: 'literal' }, 'http-equiv': { kind: 'literal' }, content: { kind: 'literal', required: true } },
  check: (has) => (has('name') === has('http-equiv') ? 'exactly one of name and http-equiv is needed' : undefined),
});
