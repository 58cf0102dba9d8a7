import { promptContent } from '../document/content.ts';
import { defineElement } from '../document/element-definition.ts';
import { semantic } from '../events/vxml-event.ts';
import { normal, thrown, type Completion } from '../fia/completion.ts';
import { entriesOf } from '../recognition/enumerated.ts';
import type { Compose } from './compose.ts';

/** §2.2.4, §2.3.1.3: says each choice of the menu or each option of the field, by the template that is its content. */
export const enumerate = defineElement({ tag: 'enumerate', clause: 'VoiceXML 2.0 §2.2.4', attributes: {}, content: promptContent });

export const composeEnumerate: Compose = async (node, frame, composer, children): Promise<Completion> => {
  const { session, item } = frame;
  if (item === undefined || !['menu', 'field'].includes(item.node.tag)) return thrown(semantic('<enumerate> outside of a menu and of a field with options', node.place));
  const entries = entriesOf(item.node);
  if (entries.length === 0) return thrown(semantic('<enumerate> in a field without options', node.place));
  const bare = node.children.every((c) => c.kind === 'text' && c.text.trim() === '');
  for (const [index, entry] of entries.entries()) {
    if (bare) {
      composer.text(`${index === 0 ? '' : ' '}${entry.phrase}${entry.dtmf === undefined ? '' : `, press ${[...entry.dtmf].join(' ')}`};`);
      continue;
    }
    const scope = session.scripts.context.openScope(frame.scope, 'anonymous');
    session.scripts.set(scope, '_prompt', entry.phrase);
    session.scripts.set(scope, '_dtmf', [...(entry.dtmf ?? '')].join(' '));
    const completion = await children(node.children, { ...frame, scope });
    session.scripts.context.closeScope(scope);
    if (completion.kind !== 'normal') return completion;
  }
  return normal;
};
