import type { Clock, Timer } from '../../kernel/clock.ts';
import type { Rest, Streaming } from '../fetch.ts';

export interface RestLimits {
  readonly clock: Clock;
  /** Of the whole answer. */
  readonly maxBytes: number;
  /** The longest pause between two pieces. */
  readonly gapMs: number;
  /** An answer up to this is kept on the way, and given to `whole` at its end. */
  readonly keepBytes: number;
  readonly whole: (body: Uint8Array) => void;
}

/** Decides when an answer that still comes is handed on (`Streaming`). */
export class HandingOn {
  readonly limits: RestLimits;
  /** Resolves when the answer has been coming for long. */
  readonly due: Promise<'due'>;
  late = false;
  readonly #streaming: Streaming;
  readonly #uri: string;
  readonly #contentType: string;
  readonly #said: number;
  readonly #timer: Timer;
  #accepted = false;
  #asked = 0;

  constructor(streaming: Streaming & RestLimits, uri: string, headers: Readonly<Record<string, string>>) {
    this.limits = streaming;
    this.#streaming = streaming;
    this.#uri = uri;
    this.#contentType = headers['content-type'] ?? '';
    this.#said = Number(headers['content-length'] ?? 0);
    let due: () => void = () => undefined;
    this.due = new Promise((resolve) => (due = () => resolve('due')));
    this.#timer = streaming.clock.after(streaming.afterMs, () => {
      this.late = true;
      due();
    });
  }

  ready(pieces: readonly Uint8Array[], length: number): boolean {
    const { aboveBytes, headBytes, accepts } = this.#streaming;
    if (length === 0 || (!this.late && Math.max(length, this.#said) <= aboveBytes)) return false;
    // Asked anew only when there is something to tell: an answer that drips must not be looked at for each octet.
    if (!this.#accepted && this.#asked < headBytes && (this.#asked === 0 || length >= this.#asked + 1024)) {
      this.#asked = length;
      this.#accepted = accepts(Buffer.concat(pieces).subarray(0, headBytes), this.#contentType, this.#uri);
    }
    return this.#accepted;
  }

  end(): void {
    this.#timer.cancel();
  }
}

/** What is under way when an answer is handed on. */
interface UnderWay {
  readonly uri: string;
  next: Promise<IteratorResult<Uint8Array>>;
  readonly reading: AsyncIterator<Uint8Array>;
  /** What has come so far. */
  readonly pieces: Uint8Array[];
  length: number;
  readonly close: () => void;
  readonly limits: RestLimits;
}

export function restOf(answer: UnderWay): Rest {
  let closed = false;
  const close = (): void => {
    closed = true;
    answer.close();
  };
  const limits = {
    ...answer.limits,
    // One that was given up is not whole, however its end looks.
    whole: (body: Uint8Array) => {
      if (!closed) answer.limits.whole(body);
    },
  };
  return { close, [Symbol.asyncIterator]: () => remaining({ ...answer, close, limits }) };
}

async function* remaining({ uri, next, reading, pieces, length, close, limits }: UnderWay): AsyncGenerator<Uint8Array> {
  const { clock, maxBytes, gapMs, keepBytes, whole } = limits;
  let kept: Uint8Array[] | undefined = pieces;
  try {
    for (;;) {
      if (length > maxBytes) throw new Error(`is larger than ${maxBytes} octets`);
      if (length > keepBytes) kept = undefined;
      const got = await within(clock, gapMs, next);
      if (got.done === true) {
        if (kept !== undefined) whole(Buffer.concat(kept));
        return;
      }
      length += got.value.byteLength;
      kept?.push(got.value);
      yield got.value;
      next = reading.next();
    }
  } catch (error) {
    throw new Error(`${uri}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    close();
  }
}

async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  let timer: Timer | undefined;
  const gap = new Promise<never>((_resolve, reject) => {
    timer = clock.after(ms, () => reject(new Error(`nothing came for ${ms} ms`)));
  });
  try {
    return await Promise.race([work, gap]);
  } finally {
    timer?.cancel();
  }
}
