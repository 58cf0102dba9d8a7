import type { SessionMessage } from '../session/session-protocol.ts';
import type { ToWorker } from './worker-protocol.ts';

/** Texts that one thread keeps, by version, the least recently used first: a page that many sessions run crosses to their thread once. */
export class SharedTexts {
  readonly #lengths = new Map<string, number>();
  readonly #most: number;
  #total = 0;

  /** `most`: characters kept, all texts together. */
  constructor(most = 16 * 1024 * 1024) {
    this.#most = most;
  }

  /** The message without a text that the thread has, and what the thread must be told before it. */
  spare(message: SessionMessage): { readonly before: readonly ToWorker[]; readonly message: SessionMessage } {
    if (message.type !== 'fetched' || !message.outcome.ok || message.outcome.version === undefined || message.outcome.text === '') return { before: [], message };
    const { version, text } = message.outcome;
    const before: ToWorker[] = [];
    if (this.#lengths.delete(version)) this.#lengths.set(version, text.length);
    else {
      if (text.length > this.#most / 4) return { before: [], message };
      this.#lengths.set(version, text.length);
      this.#total += text.length;
      before.push({ type: 'keep', version, text });
      for (const [oldest, length] of this.#lengths) {
        if (this.#total <= this.#most) break;
        this.#lengths.delete(oldest);
        this.#total -= length;
        before.push({ type: 'forget', version: oldest });
      }
    }
    return { before, message: { ...message, outcome: { ...message.outcome, text: '' } } };
  }
}

/** The other end: puts the text back that the message names. */
export function restored(message: SessionMessage, texts: ReadonlyMap<string, string>): SessionMessage {
  if (message.type !== 'fetched' || !message.outcome.ok || message.outcome.text !== '' || message.outcome.version === undefined) return message;
  return { ...message, outcome: { ...message.outcome, text: texts.get(message.outcome.version) ?? '' } };
}
