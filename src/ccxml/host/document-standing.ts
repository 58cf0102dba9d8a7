/** How far a page is trusted with the thread it shares: it has shown itself, it has yet to, or it once held its thread until that was ended. */
export type Standing = 'proven' | 'probation' | 'quarantine';

/** Sessions a page must have run to their end before it leaves probation. */
const provenAfter = 20;
/** Pages remembered; the longest unheard of is forgotten first. Those in quarantine are kept apart. */
const maxRemembered = 10_000;

/** What is known of pages, by address without query: the same page with other parameters is the same text. */
export class DocumentStanding {
  readonly #provenUnder: readonly string[];
  readonly #ends = new Map<string, number>();
  readonly #quarantined = new Set<string>();

  /** `provenUnder`: addresses below which pages are the server's own. */
  constructor(provenUnder: readonly string[]) {
    this.#provenUnder = provenUnder;
  }

  of(uri: string): Standing {
    const page = pageOf(uri);
    if (this.#quarantined.has(page)) return 'quarantine';
    return this.#provenUnder.some((own) => page.startsWith(own)) || (this.#ends.get(page) ?? 0) >= provenAfter ? 'proven' : 'probation';
  }

  /** A session of the page came to its end without harm to others. */
  ended(uri: string): void {
    const page = pageOf(uri);
    const ends = (this.#ends.get(page) ?? 0) + 1;
    this.#ends.delete(page);
    this.#ends.set(page, ends);
    if (this.#ends.size <= maxRemembered) return;
    for (const oldest of this.#ends.keys()) {
      this.#ends.delete(oldest);
      break;
    }
  }

  /** A session of the page held its thread. For good: what a page did once, it can do at any time. */
  stuck(uri: string): void {
    const page = pageOf(uri);
    this.#ends.delete(page);
    this.#quarantined.add(page);
    if (this.#quarantined.size <= maxRemembered) return;
    for (const oldest of this.#quarantined) {
      this.#quarantined.delete(oldest);
      break;
    }
  }
}

export function pageOf(uri: string): string {
  return uri.replace(/[?#].*$/, '');
}
