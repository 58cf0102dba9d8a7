import { optional, text, withDefault, word } from '../document/attribute.ts';
import { eventHandlers, formItems } from '../document/content.ts';
import { defineElement } from '../document/element-definition.ts';
import { childrenOf } from '../document/node.ts';

/** §2.1 */
export const form = defineElement({
  tag: 'form',
  clause: 'VoiceXML 2.0 §2.1',
  attributes: { id: optional(text), scope: withDefault(word('dialog', 'document'), 'dialog') },
  content: [...eventHandlers, ...formItems, 'filled', 'grammar', 'link', 'property', 'script', 'var', 'data'],
  check(node) {
    const seen = new Set<string>();
    for (const item of childrenOf<{ name?: string }>(node, ...formItems)) {
      const { name } = item.attributes;
      if (name !== undefined && seen.has(name)) return `has two form items named "${name}"`;
      if (name !== undefined) seen.add(name);
    }
    return undefined;
  },
});
