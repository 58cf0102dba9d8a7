import type { NodeOf } from '../document/element-definition.ts';
import type { foreach } from '../executable/foreach.ts';
import { eachItem } from '../scope/each-item.ts';
import type { Compose } from './compose.ts';

/** VoiceXML 2.1 §8: `<foreach>` within `<prompt>` says its content for each item. */
export const composeForeach: Compose = (element, frame, _composer, children) => {
  const { item, array } = (element as NodeOf<typeof foreach>).attributes;
  return eachItem(frame.session, frame.scope, item, array, () => children(element.children, frame));
};
