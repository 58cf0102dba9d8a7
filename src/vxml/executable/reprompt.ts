import { defineElement } from '../document/element-definition.ts';
import { normal } from '../fia/completion.ts';

/** §5.3.6: the form interpretation algorithm queues prompts again when it next visits an item. */
export const reprompt = defineElement({
  tag: 'reprompt',
  clause: 'VoiceXML 2.0 §5.3.6',
  attributes: {},
  content: [],
  async execute(_node, { dialog }) {
    if (dialog !== undefined) dialog.reprompt = true;
    return normal;
  },
});
