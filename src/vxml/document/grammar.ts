import { expression, optional, text, uri, word } from './attribute.ts';
import { defineElement, exactlyOne } from './element-definition.ts';
import { childrenOf, type VxmlNode } from './node.ts';
import { fetchAttributes } from './fetch-attributes.ts';

/** §3.1 A speech or DTMF grammar; its inline content belongs to SRGS. VoiceXML 2.1 §3 adds srcexpr. */
export const grammar = defineElement({
  tag: 'grammar',
  clause: 'VoiceXML 2.0 §3.1, 2.1 §3',
  attributes: {
    src: optional(uri), srcexpr: optional(expression), scope: optional(word('document', 'dialog')), type: optional(text), weight: optional(text),
    mode: optional(word('voice', 'dtmf')), root: optional(text), version: optional(text), 'tag-format': optional(text), ...fetchAttributes,
  },
  content: ['#any'],
  check: (node) => {
    const inline = node.xml.children.some((c) => c.kind === 'element' || (c.kind === 'text' && c.text.trim() !== '')) || undefined;
    return exactlyOne({ src: node.attributes.src, srcexpr: node.attributes.srcexpr, 'inline content': inline }, ['src', 'srcexpr', 'inline content']);
  },
});

/** §3.1.3: the grammars of input items, links and choices are scoped by where they stand; only those of forms may say a scope. */
export function scopedGrammar(node: VxmlNode): string | undefined {
  const scoped = childrenOf<{ scope?: string }>(node, 'grammar').some((g) => g.attributes.scope !== undefined);
  return scoped ? 'has a <grammar> with scope, which only a grammar of a <form> may have' : undefined;
}
