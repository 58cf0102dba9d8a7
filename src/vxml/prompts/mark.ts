import { expression, optional, text } from '../document/attribute.ts';
import { defineElement, exactlyOne, type NodeOf } from '../document/element-definition.ts';
import { normal } from '../fia/completion.ts';
import type { Compose } from './compose.ts';

/** SSML 1.0 §3.3.2, VoiceXML 2.1 §4: a point whose passing is remembered. */
export const mark = defineElement({
  tag: 'mark',
  clause: 'VoiceXML 2.1 §4',
  attributes: { name: optional(text), nameexpr: optional(expression) },
  content: [],
  check: ({ attributes }) => exactlyOne(attributes, ['name', 'nameexpr']),
});

export const composeMark: Compose = (element, { session, scope }, composer) => {
  const { name, nameexpr } = (element as NodeOf<typeof mark>).attributes;
  const markName = nameexpr === undefined ? { ok: true as const, value: name ?? '' } : session.scripts.text(scope, nameexpr);
  if (!markName.ok) return markName.completion;
  composer.item({ kind: 'mark', markName: markName.value });
  return normal;
};
