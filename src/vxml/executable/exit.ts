import { expression, names, optional } from '../document/attribute.ts';
import { defineElement, exactlyOne } from '../document/element-definition.ts';
import { valuesOf } from '../scope/values-of.ts';

/** §5.3.9: ends the session and gives a value back. */
export const exit = defineElement({
  tag: 'exit',
  clause: 'VoiceXML 2.0 §5.3.9',
  attributes: { expr: optional(expression), namelist: optional(names) },
  content: [],
  check: ({ attributes }) => exactlyOne(attributes, ['expr', 'namelist'], true),
  async execute({ attributes: { expr, namelist } }, { session, scope }) {
    const values = valuesOf(session, scope, namelist ?? []);
    if (!values.ok) return values.completion;
    if (expr === undefined) return { kind: 'exit', values: { values: values.value } };
    const value = session.scripts.evaluate(scope, expr);
    return value.ok ? { kind: 'exit', values: { values: {}, value: value.value } } : value.completion;
  },
});
