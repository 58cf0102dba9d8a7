import { attributeOf } from '../../xml/xml-tree.ts';
import { normal } from '../fia/completion.ts';
import type { Compose } from './compose.ts';

/** SSML 1.0 §3.1.10: the alias is said in place of the content. */
export const composeSub: Compose = (node, frame, composer, children) => {
  const alias = attributeOf(node.xml, 'alias');
  if (alias === undefined) return children(node.children, frame);
  composer.text(alias);
  return normal;
};
