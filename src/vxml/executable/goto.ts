import { expression, optional, text, uri } from '../document/attribute.ts';
import { defineElement, exactlyOne } from '../document/element-definition.ts';
import { documentFetchAttributes } from '../document/fetch-attributes.ts';
import { badFetch } from '../events/vxml-event.ts';
import { thrown } from '../fia/completion.ts';
import { itemNamed } from '../fia/dialog-state.ts';
import { leaveFor } from '../fia/leave-for.ts';

/** §5.3.7: to another form item, dialog or document. */
export const goto = defineElement({
  tag: 'goto',
  clause: 'VoiceXML 2.0 §5.3.7',
  attributes: { next: optional(uri), expr: optional(expression), nextitem: optional(text), expritem: optional(expression), ...documentFetchAttributes },
  content: [],
  check: ({ attributes }) => exactlyOne(attributes, ['next', 'expr', 'nextitem', 'expritem']),
  async execute(node, frame) {
    const { next, expr, nextitem, expritem } = node.attributes;
    const { session, scope, dialog } = frame;
    const source = expr ?? expritem;
    const evaluated = source === undefined ? undefined : session.scripts.text(scope, source);
    if (evaluated?.ok === false) return evaluated.completion;
    const item = nextitem ?? (expritem === undefined ? undefined : evaluated?.value);
    if (item === undefined) return leaveFor(frame, node, next ?? evaluated?.value ?? '', {});
    if (dialog === undefined || itemNamed(dialog, item) === undefined) return thrown(badFetch(`<goto> to the form item "${item}", which the form does not have`));
    return { kind: 'nextitem', name: item };
  },
});
