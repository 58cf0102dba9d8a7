import { audioContent, eventHandlers } from '../document/content.ts';
import { defineElement } from '../document/element-definition.ts';
import { processInput } from '../fia/process-input.ts';
import { activeGrammars } from '../recognition/active-grammars.ts';
import { waitForInput } from '../recognition/wait-for-input.ts';
import { itemAttributes } from './attributes.ts';
import type { FormItem } from './form-item.ts';

/** §2.3.3: asks for what the form-level grammars understand, before the items one by one. */
export const initial = defineElement({
  tag: 'initial',
  clause: 'VoiceXML 2.0 §2.3.3',
  attributes: itemAttributes,
  content: [...audioContent, ...eventHandlers, 'link', 'prompt', 'property'],
});

export const initialItem: FormItem = {
  tag: 'initial',
  input: false,
  prompts: true,
  async visit(_item, frame) {
    const grammars = await activeGrammars(frame, false);
    if (!grammars.ok) return grammars.completion;
    return processInput(await waitForInput(frame, grammars.value), frame);
  },
};
