import { element } from './element.ts';

/** <ccxml>: the root (CCXML 1.0 §6.2.1). */
export const ccxml = element({
  tag: 'ccxml',
  section: '6.2.1',
  content: 'executable',
  attributes: { version: { kind: 'literal', required: true } },
});

export const ccxmlNamespace = 'http://www.w3.org/2002/09/ccxml';
