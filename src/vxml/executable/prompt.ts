import { boolean, duration, expression, integer, optional, text, withDefault, word } from '../document/attribute.ts';
import { promptContent } from '../document/content.ts';
import { defineElement } from '../document/element-definition.ts';
import { normal } from '../fia/completion.ts';
import { queuePrompt } from '../prompts/queue-prompt.ts';

/** §4.1 Queues output. Where it stands in a form item the algorithm selects it by count; in executable content it is queued at once. */
export const prompt = defineElement({
  tag: 'prompt',
  clause: 'VoiceXML 2.0 §4.1',
  attributes: {
    bargein: optional(boolean), bargeintype: optional(word('speech', 'hotword')), cond: optional(expression), count: withDefault(integer, 1),
    timeout: optional(duration), 'xml:lang': optional(text), 'xml:base': optional(text),
  },
  content: promptContent,
  async execute(node, frame) {
    const { cond } = node.attributes;
    if (cond !== undefined) {
      const holds = frame.session.scripts.test(frame.scope, cond);
      if (!holds.ok) return holds.completion;
      if (!holds.value) return normal;
    }
    return queuePrompt(node.children, node, frame);
  },
});
