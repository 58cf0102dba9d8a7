import { boolean, expression, optional, uri, withDefault } from '../document/attribute.ts';
import { audioContent, eventHandlers } from '../document/content.ts';
import { defineElement, exactlyOne } from '../document/element-definition.ts';
import { documentFetchAttributes, submitAttributes } from '../document/fetch-attributes.ts';
import { callSubdialog } from '../fia/call-subdialog.ts';
import { itemAttributes } from './attributes.ts';
import type { FormItem } from './form-item.ts';

/** §2.3.4: a dialog in a context of its own, which comes back with values. */
export const subdialog = defineElement({
  tag: 'subdialog',
  clause: 'VoiceXML 2.0 §2.3.4',
  attributes: { ...itemAttributes, src: optional(uri), srcexpr: optional(expression), modal: withDefault(boolean, false), ...submitAttributes, ...documentFetchAttributes },
  content: [...audioContent, ...eventHandlers, 'filled', 'param', 'prompt', 'property'],
  check: ({ attributes }) => exactlyOne(attributes, ['src', 'srcexpr']),
});

export const subdialogItem: FormItem = { tag: 'subdialog', input: true, prompts: true, visit: callSubdialog };
