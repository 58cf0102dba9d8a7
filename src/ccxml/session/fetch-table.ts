import type { LoadedDocument } from '../document/ccxml-document.ts';

/** What `<goto>` and `<script fetchid>` can use. */
export type FetchedContent =
  | { readonly kind: 'document'; readonly loaded: LoadedDocument }
  | { readonly kind: 'script'; readonly text: string; readonly uri: string };

/** The fetches of a session by fetchid (CCXML 1.0 §6.2.7): the completed ones stay usable until the session ends. */
export class FetchTable {
  readonly #completed = new Map<string, FetchedContent>();
  readonly #keep: number;
  #pending = 0;

  /** `keep`: how many completed fetches are remembered; the oldest are forgotten first. */
  constructor(keep = 100) {
    this.#keep = keep;
  }

  get pending(): number {
    return this.#pending;
  }

  begin(): void {
    this.#pending += 1;
  }

  fail(): void {
    this.#pending -= 1;
  }

  complete(fetchId: string, content: FetchedContent): void {
    this.#pending -= 1;
    this.#completed.set(fetchId, content);
    if (this.#completed.size > this.#keep) {
      const oldest = this.#completed.keys().next();
      if (oldest.done !== true) this.#completed.delete(oldest.value);
    }
  }

  get(fetchId: string): FetchedContent | undefined {
    return this.#completed.get(fetchId);
  }
}
