import { expression, optional, text, uri } from '../document/attribute.ts';
import { defineElement, exactlyOne } from '../document/element-definition.ts';
import { fetchAttributes } from '../document/fetch-attributes.ts';
import { ownText, placeText } from '../document/node.ts';
import { normal } from '../fia/completion.ts';
import { fetchFor } from '../fia/fetch-for.ts';

/** §5.3.12, 2.1 §5 (srcexpr): declarations land in the scope it stands in. */
export const script = defineElement({
  tag: 'script',
  clause: 'VoiceXML 2.0 §5.3.12, 2.1 §5',
  attributes: { src: optional(uri), srcexpr: optional(expression), charset: optional(text), ...fetchAttributes },
  content: ['#text'],
  check: (node) =>
    exactlyOne({ src: node.attributes.src, srcexpr: node.attributes.srcexpr, 'inline content': ownText(node).trim() === '' ? undefined : true }, ['src', 'srcexpr', 'inline content']),
  async execute(node, frame) {
    const { src, srcexpr } = node.attributes;
    const { scripts } = frame.session;
    if (src === undefined && srcexpr === undefined) {
      const ran = scripts.run(frame.scope, ownText(node), placeText(node.place));
      return ran.ok ? normal : ran.completion;
    }
    const address = srcexpr === undefined ? { ok: true as const, value: src ?? '' } : scripts.text(frame.scope, srcexpr);
    if (!address.ok) return address.completion;
    const fetched = await fetchFor(frame, node, address.value, 'script', {});
    if (!fetched.ok) return fetched.completion;
    const ran = scripts.run(frame.scope, fetched.value.text, fetched.value.uri);
    return ran.ok ? normal : ran.completion;
  },
});
