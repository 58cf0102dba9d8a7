import type { DefaultMessage } from '../events/default-handlers.ts';
import { defaultMessages } from '../events/default-handlers.ts';
import type { Frame } from '../session/frame.ts';

/** Queues the platform's own words (§5.2.5); they are no prompt of the document and are not observed as one. */
export function queueDefaultMessage(message: DefaultMessage, frame: Frame): void {
  const language = frame.context.document.language ?? 'en-US';
  const words = defaultMessages[language.slice(0, 2).toLowerCase()];
  const text = (words ?? defaultMessages['en'])?.[message] ?? '';
  frame.session.prompts.add({ items: [{ kind: 'text', text, language: words === undefined ? 'en-US' : language }], bargein: true, bargeintype: 'speech', timeoutMs: undefined });
}
