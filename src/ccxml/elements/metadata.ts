import { element } from './element.ts';

/** <metadata>: facts in another vocabulary, not looked at (CCXML 1.0 §6.2.3). */
export const metadata = element({ tag: 'metadata', section: '6.2.3', content: 'anything', attributes: {} });
