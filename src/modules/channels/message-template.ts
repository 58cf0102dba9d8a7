import type { LeasedContact } from '../../core/ports.ts';
import type { AttemptId } from '../../kernel/ids.ts';
import { NailupError } from '../../kernel/nailup-error.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { OutgoingMessage } from '../../messaging/messaging.ts';
import { escapeXml } from '../../xml/escape-xml.ts';
import { parseTemplate, type Template } from './template.ts';

/** A campaign's message as it is configured. Every text may have fields of the contact in it. */
export interface MessageTexts {
  readonly from: string;
  readonly text: string;
  readonly subject?: string;
  readonly html?: string;
  readonly replyTo?: string;
}

/** Writes the message for a contact; the fault names the text and the field. */
export type WriteMessage = (contact: LeasedContact, id: AttemptId) => Result<OutgoingMessage, string>;

/** `place`: where the texts stand, for the fault. Fields are the contact's columns, `phone`, and what `common` has. @throws NailupError MESSAGE_TEMPLATE */
export function messageWriter(texts: MessageTexts, common: Readonly<Record<string, string>>, place: string): WriteMessage {
  const templates = Object.entries(texts).map(([word, text]): [keyof MessageTexts, Template] => {
    const parsed = parseTemplate(text as string);
    if (!parsed.ok) throw new NailupError('MESSAGE_TEMPLATE', parsed.error, { place: `${place}.${word}`, mend: 'docs/messages.md has the form of the fields.' });
    return [word as keyof MessageTexts, parsed.value];
  });
  return (contact, id) => {
    const values = { ...common, ...contact.attributes, phone: contact.attributes['phone'] ?? contact.address };
    const written: Record<string, string> = {};
    for (const [word, template] of templates) {
      const result = template.render(values, word === 'html' ? escapeXml : undefined);
      if (!result.ok) return { ok: false, error: `${word}: ${result.error}` };
      // Headers are one line each, whatever the contact's columns hold.
      written[word] = word === 'text' || word === 'html' ? result.value : result.value.replace(/[\r\n]+/g, ' ');
    }
    const { from = '', text = '', subject, html, replyTo } = written;
    return ok({ id, to: contact.address, from, text, ...(subject === undefined ? {} : { subject }), ...(html === undefined ? {} : { html }), ...(replyTo === undefined ? {} : { replyTo }) });
  };
}
