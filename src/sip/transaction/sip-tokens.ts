import type { IdSource } from '../../kernel/ids.ts';
import { MAGIC_COOKIE } from '../message/via.ts';

/** Branches, tags and Call-IDs. A branch need only be unique, so it counts; a tag must also be hard to guess (RFC 3261 §19.3). */
export class SipTokens {
  readonly #ids: IdSource;
  readonly #prefix: string;
  #count = 0;

  constructor(ids: IdSource) {
    this.#ids = ids;
    this.#prefix = `${MAGIC_COOKIE}${ids.next('branch').slice(7)}.`;
  }

  branch(): string {
    this.#count += 1;
    return this.#prefix + this.#count.toString(36);
  }

  tag(): string {
    return this.#ids.next('tag');
  }

  callId(): string {
    return this.#ids.next('call');
  }
}
