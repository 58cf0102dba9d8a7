import { expression, required } from '../document/attribute.ts';
import { defineElement, type NodeOf } from '../document/element-definition.ts';
import { normal } from '../fia/completion.ts';
import type { Compose } from './compose.ts';

/** §4.1.4: the value of an expression, as text. */
export const value = defineElement({ tag: 'value', clause: 'VoiceXML 2.0 §4.1.4', attributes: { expr: required(expression) }, content: [] });

export const composeValue: Compose = (node, { session, scope }, composer) => {
  const { expr } = (node as NodeOf<typeof value>).attributes;
  const text = session.scripts.text(scope, expr);
  if (!text.ok) return text.completion;
  composer.text(text.value);
  return normal;
};
