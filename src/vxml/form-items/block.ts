import { executableContent } from '../document/content.ts';
import { defineElement } from '../document/element-definition.ts';
import { fill } from '../scope/item-variable.ts';
import { itemAttributes } from './attributes.ts';
import type { FormItem } from './form-item.ts';

/** §2.3.2: executable content that is run once. */
export const block = defineElement({ tag: 'block', clause: 'VoiceXML 2.0 §2.3.2', attributes: itemAttributes, content: executableContent });

export const blockItem: FormItem = {
  tag: 'block',
  input: false,
  prompts: false,
  async visit(item, frame) {
    const { session, dialog } = frame;
    if (dialog !== undefined) {
      const visited = fill(session, dialog, item, true);
      if (!visited.ok) return visited.completion;
    }
    const scope = session.scripts.context.openScope(frame.scope, 'anonymous');
    const completion = await frame.execute(item.node.children, { ...frame, scope });
    session.scripts.context.closeScope(scope);
    return completion;
  },
};
