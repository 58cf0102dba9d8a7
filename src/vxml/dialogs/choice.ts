import { expression, keys, optional, uri, word } from '../document/attribute.ts';
import { promptContent } from '../document/content.ts';
import { defineElement, exactlyOne } from '../document/element-definition.ts';
import { documentFetchAttributes, eventAttributes } from '../document/fetch-attributes.ts';
import { scopedGrammar } from '../document/grammar.ts';

/** §2.2.2 */
export const choice = defineElement({
  tag: 'choice',
  clause: 'VoiceXML 2.0 §2.2.2',
  attributes: { dtmf: optional(keys), accept: optional(word('exact', 'approximate')), next: optional(uri), expr: optional(expression), ...eventAttributes, ...documentFetchAttributes },
  content: [...promptContent, 'grammar'],
  check: (node) => exactlyOne(node.attributes, ['next', 'expr', 'event', 'eventexpr']) ?? exactlyOne(node.attributes, ['message', 'messageexpr'], true) ?? scopedGrammar(node),
});
