import type { EventData } from '../events/event-data.ts';
import type { ObjectPatch } from './session-protocol.ts';

export interface QueuedEvent {
  /** Missing when only objects change. */
  readonly event: EventData | undefined;
  readonly patches: readonly ObjectPatch[];
  /** How many errors led to this one, each raised while the one before was handled. */
  readonly depth: number;
}

/** First in, first out (CCXML 1.0 §9.1), bounded. */
export class EventQueue {
  readonly #limit: number;
  #items: (QueuedEvent | undefined)[] = [];
  #head = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** False: the queue is full. */
  push(item: QueuedEvent): boolean {
    if (this.length >= this.#limit) return false;
    this.#items.push(item);
    return true;
  }

  /** For ccxml.loaded, which is always the first event a document sees. */
  unshift(item: QueuedEvent): void {
    this.#items = [item, ...this.#items.slice(this.#head)];
    this.#head = 0;
  }

  shift(): QueuedEvent | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#items.length) this.clear();
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }
}
