export { mailAddress } from './mail-address.ts';
export { messageWriter, type MessageTexts, type WriteMessage } from './message-template.ts';
export { parseTemplate, type Template } from './template.ts';
