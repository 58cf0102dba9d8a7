import type { PromptItem } from '../platform.ts';

/** One executed prompt. */
export interface QueuedPrompt {
  readonly items: readonly PromptItem[];
  readonly bargein: boolean;
  readonly bargeintype: 'speech' | 'hotword';
  /** Milliseconds; of the last prompt in the queue it is the noinput timeout (§4.1.7). */
  readonly timeoutMs: number | undefined;
}

/** Prompts of one kind of barge-in, played as one. */
export interface PromptRun {
  readonly items: readonly PromptItem[];
  readonly bargein: boolean;
  readonly bargeintype: 'speech' | 'hotword';
}

/** §4.1.8: what is to be heard before the next wait. */
export class PromptQueue {
  #queue: QueuedPrompt[] = [];
  #items = 0;
  #characters = 0;

  get items(): number {
    return this.#items;
  }

  get characters(): number {
    return this.#characters;
  }

  add(prompt: QueuedPrompt): void {
    this.#queue.push(prompt);
    this.#items += prompt.items.length;
    for (const item of prompt.items) if (item.kind === 'text') this.#characters += item.text.length;
  }

  /** Empties the queue. `timeoutMs` is what its last prompt asked for. */
  take(): { readonly runs: readonly PromptRun[]; readonly timeoutMs: number | undefined } {
    const timeoutMs = this.#queue.at(-1)?.timeoutMs;
    const runs: { items: PromptItem[]; bargein: boolean; bargeintype: 'speech' | 'hotword' }[] = [];
    for (const { items, bargein, bargeintype } of this.#queue) {
      if (items.length === 0) continue;
      const last = runs.at(-1);
      if (last !== undefined && last.bargein === bargein && last.bargeintype === bargeintype) last.items.push(...items);
      else runs.push({ items: [...items], bargein, bargeintype });
    }
    this.clear();
    return { runs, timeoutMs };
  }

  clear(): void {
    this.#queue = [];
    this.#items = 0;
    this.#characters = 0;
  }
}
