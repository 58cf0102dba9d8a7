import { boolean, optional, text, withDefault } from '../document/attribute.ts';
import { audioContent, eventHandlers } from '../document/content.ts';
import { defineElement, type NodeOf } from '../document/element-definition.ts';
import { scopedGrammar } from '../document/grammar.ts';
import { processInput } from '../fia/process-input.ts';
import { activeGrammars } from '../recognition/active-grammars.ts';
import { waitForInput } from '../recognition/wait-for-input.ts';
import { itemAttributes } from './attributes.ts';
import type { FormItem } from './form-item.ts';

/** §2.3.1: collects one input. */
export const field = defineElement({
  tag: 'field',
  clause: 'VoiceXML 2.0 §2.3.1',
  attributes: { ...itemAttributes, type: optional(text), slot: optional(text), modal: withDefault(boolean, false), 'xml:lang': optional(text) },
  content: [...audioContent, ...eventHandlers, 'filled', 'grammar', 'link', 'option', 'prompt', 'property'],
  check: scopedGrammar,
});

export const fieldItem: FormItem = {
  tag: 'field',
  input: true,
  prompts: true,
  async visit(item, frame) {
    const grammars = await activeGrammars(frame, (item.node as NodeOf<typeof field>).attributes.modal);
    if (!grammars.ok) return grammars.completion;
    return processInput(await waitForInput(frame, grammars.value), frame);
  },
};
