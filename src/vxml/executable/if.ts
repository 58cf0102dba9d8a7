import { expression, required } from '../document/attribute.ts';
import { executableContent } from '../document/content.ts';
import { defineElement } from '../document/element-definition.ts';
import type { VxmlContent } from '../document/node.ts';

/** §5.3.4 */
export const ifElement = defineElement({
  tag: 'if',
  clause: 'VoiceXML 2.0 §5.3.4',
  attributes: { cond: required(expression) },
  content: [...executableContent, 'elseif', 'else'],
  check: ({ children }) => {
    const marks = children.flatMap((c) => (c.kind === 'element' && (c.tag === 'elseif' || c.tag === 'else') ? [c.tag] : []));
    return marks.slice(0, -1).includes('else') ? 'has something after its <else/> that only may stand before it' : undefined;
  },
  async execute(node, frame) {
    let taken = frame.session.scripts.test(frame.scope, node.attributes.cond);
    if (!taken.ok) return taken.completion;
    const branch: VxmlContent[] = [];
    for (const child of node.children) {
      const mark = child.kind === 'element' && (child.tag === 'elseif' || child.tag === 'else');
      if (!mark) {
        if (taken.value) branch.push(child);
        continue;
      }
      if (taken.value) break;
      const { cond } = child.attributes as { cond?: string };
      taken = cond === undefined ? { ok: true, value: true } : frame.session.scripts.test(frame.scope, cond);
      if (!taken.ok) return taken.completion;
    }
    return frame.execute(branch, frame);
  },
});
