import type { VxmlPlatformEvent } from '../platform.ts';

/** What a session can meet while it waits: the platform's events, its own timers, and its end. */
export type InboxEvent = VxmlPlatformEvent | { readonly name: 'timer'; readonly timer: string } | { readonly name: 'terminate' };

/**
 * What has happened and was not looked at yet, in order. Keys that stay here are the type-ahead buffer (§4.1.8); a hang-up
 * that stays here is noticed at the next wait. `terminate` stays for ever: every wait ends at once.
 */
export class Inbox {
  #events: InboxEvent[] = [];
  #waiter: { readonly wanted: (event: InboxEvent) => boolean; readonly resolve: (event: InboxEvent) => void } | undefined;
  #terminated = false;

  get terminated(): boolean {
    return this.#terminated;
  }

  post(event: InboxEvent): void {
    if (event.name === 'terminate') this.#terminated = true;
    const waiter = this.#waiter;
    if (waiter !== undefined && (event.name === 'terminate' || waiter.wanted(event))) {
      this.#waiter = undefined;
      waiter.resolve(event);
    } else if (event.name !== 'terminate') {
      this.#events.push(event);
    }
  }

  /** The first event that is wanted, now or when it comes. One wait at a time. */
  take(wanted: (event: InboxEvent) => boolean): Promise<InboxEvent> {
    const now = this.takeNow(wanted);
    if (now !== undefined) return Promise.resolve(now);
    return new Promise((resolve) => {
      this.#waiter = { wanted, resolve };
    });
  }

  takeNow(wanted: (event: InboxEvent) => boolean): InboxEvent | undefined {
    if (this.#terminated) return { name: 'terminate' };
    const at = this.#events.findIndex(wanted);
    if (at < 0) return undefined;
    return this.#events.splice(at, 1)[0];
  }

  /** Puts an event back to the front: it was taken and not used. */
  unread(event: InboxEvent): void {
    this.#events.unshift(event);
  }

  has(wanted: (event: InboxEvent) => boolean): boolean {
    return this.#terminated || this.#events.some(wanted);
  }

  drop(unwanted: (event: InboxEvent) => boolean): void {
    this.#events = this.#events.filter((e) => !unwanted(e));
  }
}
