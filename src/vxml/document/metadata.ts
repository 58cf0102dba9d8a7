import { defineElement } from './element-definition.ts';

/** §6.2.2: foreign content, not looked at. */
export const metadata = defineElement({ tag: 'metadata', clause: 'VoiceXML 2.0 §6.2.2', attributes: {}, content: ['#any'] });
