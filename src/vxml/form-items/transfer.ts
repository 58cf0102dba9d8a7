import { boolean, duration, expression, optional, text, uri, word } from '../document/attribute.ts';
import { audioContent, eventHandlers } from '../document/content.ts';
import { defineElement, exactlyOne } from '../document/element-definition.ts';
import { scopedGrammar } from '../document/grammar.ts';
import { placeTransfer } from '../recognition/place-transfer.ts';
import { itemAttributes } from './attributes.ts';
import type { FormItem } from './form-item.ts';

/** §2.3.7, 2.1 §9 (type, consultation). */
export const transfer = defineElement({
  tag: 'transfer',
  clause: 'VoiceXML 2.0 §2.3.7, 2.1 §9',
  attributes: {
    ...itemAttributes, dest: optional(uri), destexpr: optional(expression), bridge: optional(boolean), type: optional(word('blind', 'bridge', 'consultation')),
    connecttimeout: optional(duration), maxtime: optional(duration), transferaudio: optional(uri), aai: optional(text), aaiexpr: optional(expression),
  },
  content: [...audioContent, ...eventHandlers, 'filled', 'grammar', 'prompt', 'property'],
  check: (node) => exactlyOne(node.attributes, ['dest', 'destexpr']) ?? exactlyOne(node.attributes, ['bridge', 'type'], true) ?? exactlyOne(node.attributes, ['aai', 'aaiexpr'], true) ?? scopedGrammar(node),
});

export const transferItem: FormItem = { tag: 'transfer', input: true, prompts: true, visit: placeTransfer };
