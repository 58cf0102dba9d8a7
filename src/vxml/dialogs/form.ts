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
    // §2.4: only input items can be waited for, and an item's own <filled> waits for that item alone.
    const inputs = new Set(childrenOf<{ name?: string }>(node, 'field', 'record', 'transfer', 'subdialog', 'object').map((i) => i.attributes.name));
    for (const filled of childrenOf<{ namelist?: readonly string[] }>(node, 'filled')) {
      const other = filled.attributes.namelist?.find((name) => !inputs.has(name));
      if (other !== undefined) return `has a <filled> for "${other}", which is no input item of it`;
    }
    for (const item of childrenOf(node, ...formItems)) {
      for (const filled of childrenOf<{ namelist?: readonly string[]; mode?: string }>(item, 'filled')) {
        if (filled.attributes.mode !== undefined || filled.attributes.namelist !== undefined) return `has a <filled> with mode or namelist in its <${item.tag}>, where neither may be given`;
      }
    }
    return undefined;
  },
});
