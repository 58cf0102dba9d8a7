import { expression, required, text } from '../document/attribute.ts';
import { executableContent, speechMarkup } from '../document/content.ts';
import { defineElement } from '../document/element-definition.ts';
import { normal, type Completion } from '../fia/completion.ts';
import { eachItem } from '../scope/each-item.ts';

/** VoiceXML 2.1 §8: runs its content for each item of a copy of the array. Within `<prompt>` it is composed instead. */
export const foreach = defineElement({
  tag: 'foreach',
  clause: 'VoiceXML 2.1 §8',
  attributes: { item: required(text), array: required(expression) },
  content: [...executableContent, ...speechMarkup],
  async execute(node, frame): Promise<Completion> {
    const { item, array } = node.attributes;
    return eachItem(frame.session, frame.scope, item, array, () => frame.execute(node.children, frame)) ?? normal;
  },
});
