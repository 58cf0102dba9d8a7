import { escapeXml } from '../../xml/escape-xml.ts';
import type { PromptItem } from '../platform.ts';

/**
 * Gathers what one prompt says, in order. Text between audio, marks and pauses becomes one item; where speech mark-up stands around
 * it, the item carries SSML with the mark-up opened and closed again around each piece.
 */
export class Composer {
  readonly #language: string;
  readonly #items: PromptItem[] = [];
  readonly #open: { readonly tag: string; readonly attributes: string; readonly language: string | undefined }[] = [];
  #text = '';
  #ssml = '';
  #marked = false;
  #characters = 0;

  constructor(language: string) {
    this.#language = language;
  }

  get language(): string {
    return this.#open.findLast((o) => o.language !== undefined)?.language ?? this.#language;
  }

  get characters(): number {
    return this.#characters;
  }

  text(text: string): void {
    this.#text += text;
    this.#ssml += escapeXml(text);
    this.#characters += text.length;
  }

  /** Opens speech mark-up. A change of language starts a new item. */
  open(tag: string, attributes: ReadonlyMap<string, string>): void {
    const language = attributes.get('xml:lang');
    if (language !== undefined && language !== this.language) this.#flush();
    const text = [...attributes].map(([name, value]) => ` ${name}="${escapeXml(value)}"`).join('');
    this.#open.push({ tag, attributes: text, language });
    this.#ssml += `<${tag}${text}>`;
    this.#marked = true;
  }

  close(): void {
    const { tag, language } = this.#open.at(-1) ?? { tag: '', language: undefined };
    if (language !== undefined) this.#flush();
    this.#open.pop();
    if (this.#ssml !== '') this.#ssml += `</${tag}>`;
  }

  item(item: PromptItem): void {
    this.#flush();
    this.#items.push(item);
  }

  finish(): readonly PromptItem[] {
    this.#flush();
    return this.#items;
  }

  #flush(): void {
    if (this.#text !== '') {
      const { language } = this;
      const closing = this.#open.map((o) => `</${o.tag}>`).reverse().join('');
      const speak = `<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="${escapeXml(language)}">${this.#ssml}${closing}</speak>`;
      this.#items.push({ kind: 'text', text: this.#text, language, ...(this.#marked ? { ssml: speak } : {}) });
    }
    this.#text = '';
    this.#ssml = this.#open.map((o) => `<${o.tag}${o.attributes}>`).join('');
    this.#marked = this.#open.length > 0;
  }
}
