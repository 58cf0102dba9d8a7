import { parseXml } from '../../xml/parse-xml.ts';
import { expression, optional, text, uri } from '../document/attribute.ts';
import { defineElement, exactlyOne } from '../document/element-definition.ts';
import { documentFetchAttributes, submitAttributes } from '../document/fetch-attributes.ts';
import { badFetch, eventOf } from '../events/vxml-event.ts';
import { normal, thrown } from '../fia/completion.ts';
import { fetchFor } from '../fia/fetch-for.ts';
import { allowsAccess } from '../scope/access-control.ts';
import { domData } from '../scope/dom-data.ts';
import { submitFields } from '../scope/submit-fields.ts';

/** VoiceXML 2.1 §6: fetches XML without leaving the document; the variable holds a read-only DOM. */
export const data = defineElement({
  tag: 'data',
  clause: 'VoiceXML 2.1 §6',
  attributes: { name: optional(text), src: optional(uri), srcexpr: optional(expression), ...submitAttributes, ...documentFetchAttributes },
  content: [],
  check: ({ attributes }) => exactlyOne(attributes, ['src', 'srcexpr']),
  async execute(node, frame) {
    const { name, src, srcexpr, method, enctype, namelist } = node.attributes;
    const { session, scope } = frame;
    const address = srcexpr === undefined ? { ok: true as const, value: src ?? '' } : session.scripts.text(scope, srcexpr);
    if (!address.ok) return address.completion;
    const fields = submitFields(session, scope, namelist ?? []);
    if (!fields.ok) return fields.completion;
    const fetched = await fetchFor(frame, node, address.value, 'data', { submit: { method, enctype, fields: fields.value } });
    if (!fetched.ok) return fetched.completion;
    if (name === undefined) return normal;
    const xml = parseXml(fetched.value.text, fetched.value.uri);
    if (!xml.ok) return thrown(badFetch(`${fetched.value.uri}:${xml.error.line}:${xml.error.column}: ${xml.error.message}`));
    if (!allowsAccess(xml.value, frame.context.document.uri)) {
      return thrown(eventOf('error.noauthorization', `${fetched.value.uri} does not allow access from ${frame.context.document.uri}`));
    }
    const built = session.scripts.evaluate(scope, `typeof ${name}`);
    const existing = built.ok && built.value !== 'undefined';
    const tree = session.scripts.dom(domData(xml.value));
    const kept = existing ? session.scripts.assign(scope, name, tree) : session.scripts.declare(scope, name, tree);
    return kept.ok ? normal : kept.completion;
  },
});
