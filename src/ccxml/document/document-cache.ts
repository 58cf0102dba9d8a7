import { createHash } from 'node:crypto';
import type { Result } from '../../kernel/result.ts';
import type { CcxmlDocument } from './ccxml-document.ts';
import { parseDocument, type DocumentRefusal } from './parse-document.ts';

/** Parsed documents by address and content: parsed once, whatever number of sessions runs them. */
export class DocumentCache {
  readonly #parsed = new Map<string, Result<CcxmlDocument, DocumentRefusal>>();
  readonly #capacity: number;
  #parses = 0;

  constructor(capacity = 200) {
    this.#capacity = capacity;
  }

  /** How many documents were really parsed. */
  get parses(): number {
    return this.#parses;
  }

  /** `version`: stands for this text at this address; without it the text is digested. */
  parse(text: string, uri: string, version?: string): Result<CcxmlDocument, DocumentRefusal> {
    const key = `${uri}\n${version ?? createHash('sha1').update(text).digest('base64')}`;
    const known = this.#parsed.get(key);
    if (known !== undefined) {
      this.#parsed.delete(key);
      this.#parsed.set(key, known);
      return known;
    }
    this.#parses += 1;
    const parsed = parseDocument(text, uri);
    this.#parsed.set(key, parsed);
    if (this.#parsed.size > this.#capacity) {
      const oldest = this.#parsed.keys().next();
      if (oldest.done !== true) this.#parsed.delete(oldest.value);
    }
    return parsed;
  }
}
