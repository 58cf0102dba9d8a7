import { expression, keys, optional, uri } from './attribute.ts';
import { defineElement, exactlyOne } from './element-definition.ts';
import { documentFetchAttributes, eventAttributes } from './fetch-attributes.ts';
import { scopedGrammar } from './grammar.ts';

/** §2.5 A grammar that leads elsewhere, or throws an event, wherever it is active. */
export const link = defineElement({
  tag: 'link',
  clause: 'VoiceXML 2.0 §2.5',
  attributes: { next: optional(uri), expr: optional(expression), dtmf: optional(keys), ...eventAttributes, ...documentFetchAttributes },
  content: ['grammar'],
  check: (node) => exactlyOne(node.attributes, ['next', 'expr', 'event', 'eventexpr']) ?? exactlyOne(node.attributes, ['message', 'messageexpr'], true) ?? scopedGrammar(node),
});
