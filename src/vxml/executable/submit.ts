import { expression, optional, uri } from '../document/attribute.ts';
import { defineElement, exactlyOne } from '../document/element-definition.ts';
import { documentFetchAttributes, submitAttributes } from '../document/fetch-attributes.ts';
import { leaveFor } from '../fia/leave-for.ts';
import { submitFields } from '../scope/submit-fields.ts';

/** §5.3.8: sends variables and goes on with the document that comes back. */
export const submit = defineElement({
  tag: 'submit',
  clause: 'VoiceXML 2.0 §5.3.8',
  attributes: { next: optional(uri), expr: optional(expression), ...submitAttributes, ...documentFetchAttributes },
  content: [],
  check: ({ attributes }) => exactlyOne(attributes, ['next', 'expr']),
  async execute(node, frame) {
    const { next, expr, method, enctype, namelist } = node.attributes;
    const { session, scope, dialog } = frame;
    const evaluated = expr === undefined ? undefined : session.scripts.text(scope, expr);
    if (evaluated?.ok === false) return evaluated.completion;
    const names = namelist ?? (dialog?.items ?? []).flatMap((i) => (i.behaviour.input && i.name !== undefined ? [i.name] : []));
    const fields = submitFields(session, scope, names);
    if (!fields.ok) return fields.completion;
    return leaveFor(frame, node, next ?? evaluated?.value ?? '', { submit: { method, enctype, fields: fields.value } });
  },
});
