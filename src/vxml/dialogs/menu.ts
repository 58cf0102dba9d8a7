import { boolean, optional, text, withDefault, word } from '../document/attribute.ts';
import { audioContent, eventHandlers } from '../document/content.ts';
import { defineElement } from '../document/element-definition.ts';
import { childrenOf } from '../document/node.ts';

/** §2.2 */
export const menu = defineElement({
  tag: 'menu',
  clause: 'VoiceXML 2.0 §2.2',
  attributes: {
    id: optional(text), scope: withDefault(word('dialog', 'document'), 'dialog'), dtmf: withDefault(boolean, false), accept: withDefault(word('exact', 'approximate'), 'exact'),
  },
  content: [...audioContent, ...eventHandlers, 'choice', 'prompt', 'property', 'script'],
  check(node) {
    if (!node.attributes.dtmf) return undefined;
    // §2.2.1: beside the numbers that are given out, only *, # and 0 may be named.
    const taken = childrenOf<{ dtmf?: string }>(node, 'choice').find((c) => c.attributes.dtmf !== undefined && !['*', '#', '0'].includes(c.attributes.dtmf));
    return taken === undefined ? undefined : `numbers its choices, so that a choice cannot have the keys "${taken.attributes.dtmf ?? ''}"`;
  },
});
