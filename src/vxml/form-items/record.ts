import { boolean, duration, optional, text, withDefault } from '../document/attribute.ts';
import { audioContent, eventHandlers } from '../document/content.ts';
import { defineElement } from '../document/element-definition.ts';
import { scopedGrammar } from '../document/grammar.ts';
import { takeRecording } from '../recognition/take-recording.ts';
import { itemAttributes } from './attributes.ts';
import type { FormItem } from './form-item.ts';

/** §2.3.6 */
export const record = defineElement({
  tag: 'record',
  clause: 'VoiceXML 2.0 §2.3.6',
  attributes: {
    ...itemAttributes, modal: withDefault(boolean, true), beep: withDefault(boolean, false), maxtime: optional(duration), finalsilence: optional(duration),
    dtmfterm: withDefault(boolean, true), type: optional(text),
  },
  content: [...audioContent, ...eventHandlers, 'filled', 'grammar', 'prompt', 'property'],
  check: scopedGrammar,
});

export const recordItem: FormItem = { tag: 'record', input: true, prompts: true, visit: takeRecording };
