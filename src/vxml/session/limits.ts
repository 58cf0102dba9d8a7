/** What a page may use up before its session is ended with a clear word (how: `limit`). */
export interface VxmlLimits {
  /** Elements executed between two waits for the caller. */
  readonly steps: number;
  /** Dialogs entered between two waits. */
  readonly transitions: number;
  /** Events thrown by handlers of events, one within the other. */
  readonly nestedEvents: number;
  readonly subdialogDepth: number;
  /** Executable content within executable content. */
  readonly contentDepth: number;
  readonly promptItems: number;
  readonly promptCharacters: number;
  /** One evaluation of ECMAScript, milliseconds of CPU. */
  readonly evaluationMs: number;
  readonly scriptBytes: number;
  /** Elements in one document. */
  readonly documentElements: number;
  /** The whole session, milliseconds; 0 is without end. */
  readonly sessionMs: number;
}

export const defaultLimits: VxmlLimits = {
  steps: 50_000, transitions: 1000, nestedEvents: 32, subdialogDepth: 16, contentDepth: 128, promptItems: 2000, promptCharacters: 200_000,
  evaluationMs: 1000, scriptBytes: 32 * 1024 * 1024, documentElements: 50_000, sessionMs: 0,
};

/** Elements that are executed in one turn of the event loop: some 10 ms. */
const elementsPerTurn = 100;

/** Counts what a session does between two waits. The first limit that is passed is remembered, and ends the session. */
export class Budget {
  readonly limits: VxmlLimits;
  #steps = 0;
  #transitions = 0;
  #pausedAt = 0;
  #passed: string | undefined;

  constructor(limits: VxmlLimits) {
    this.limits = limits;
  }

  /** The sentence for the limit that was passed. */
  get passed(): string | undefined {
    return this.#passed;
  }

  step(): boolean {
    this.#steps += 1;
    return this.#steps <= this.limits.steps || this.exceed(`more than ${this.limits.steps} elements executed without waiting for the caller`);
  }

  /**
   * Something to wait for after every so many elements: a page that loops until its limit must not hold up the other dialogs of the thread,
   * which a chain of microtasks would.
   */
  pause(): Promise<void> | undefined {
    if (this.#steps - this.#pausedAt < elementsPerTurn) return undefined;
    this.#pausedAt = this.#steps;
    return new Promise((resolve) => setImmediate(resolve));
  }

  transition(): boolean {
    this.#transitions += 1;
    return this.#transitions <= this.limits.transitions || this.exceed(`more than ${this.limits.transitions} dialogs entered without waiting for the caller`);
  }

  /** The dialog waits for the caller: counting starts afresh. */
  waited(): void {
    this.#steps = 0;
    this.#transitions = 0;
    this.#pausedAt = 0;
  }

  exceed(sentence: string): false {
    this.#passed ??= sentence;
    return false;
  }
}
