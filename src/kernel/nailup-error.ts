/**
 * A user-visible error: what went wrong, where, and the mend. Every door (command line, API, configuration, import)
 * prints it the same way, without a stack. Anything else that reaches a door is a bug and is printed with its stack.
 */
export class NailupError extends Error {
  override readonly name = 'NailupError';
  /** A word of the catalogue in docs/errors.md, e.g. `CONFIG_UNKNOWN_KEY`. */
  readonly code: string;
  /** Where: a file with line and column, a key, an address. */
  readonly place: string | undefined;
  /** What the reader can do about it. */
  readonly mend: string | undefined;

  constructor(code: string, message: string, where: { place?: string; mend?: string; cause?: unknown } = {}) {
    super(message, where.cause === undefined ? undefined : { cause: where.cause });
    this.code = code;
    this.place = where.place;
    this.mend = where.mend;
  }

  /** One line: `place: message (CODE). Mend.` */
  get line(): string {
    const place = this.place === undefined ? '' : `${this.place}: `;
    const mend = this.mend === undefined ? '' : ` ${this.mend}`;
    return `${place}${this.message} [${this.code}]${mend}`;
  }
}
